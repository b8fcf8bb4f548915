"""Compares the predictions with what the program prints."""

from checking import compare

WHY = [
    {"": "A REQ deals its requests to its servers in turn. It does not ask who "
         "is free, or who is there."},
    {"": "The queue of a server that is not there gets its turn too, and the "
         "request stays there."},
    {"": "A REQ that is told to send twice does not wait: it throws at once, "
         "EFSM."},
]


def check(program, answers):
    shown = program.start()
    shown.finish("The program itself does not end well.")
    for number, line in enumerate(shown.lines, 1):
        compare(answers, number, line.split(": ")[1], WHY[number - 1])
