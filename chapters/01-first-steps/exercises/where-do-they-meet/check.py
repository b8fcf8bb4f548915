"""Compares the predictions with what the program prints."""

from checking import compare

WHY = [
    {"": "tcp goes through the kernel. It does not matter which context, or "
         "which program, a socket belongs to."},
    {"": "inproc is a place in one context, not in one program: another "
         "context has names of its own."},
    {"": "zmq::str_buffer leaves out the NUL at the end of a literal; "
         "zmq::buffer takes the whole array."},
]


def check(program, answers):
    shown = program.start()
    shown.finish("The program itself does not end well.")
    for number, line in enumerate(shown.lines, 1):
        compare(answers, number, line.split(": ")[1], WHY[number - 1])
