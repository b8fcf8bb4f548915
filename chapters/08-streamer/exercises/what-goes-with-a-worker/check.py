"""Compares the predictions with what the program prints."""

from checking import compare

WHY = [
    {"": "PUSH deals in turn, and does not look who is busy: every other task "
         "waits for anna."},
    {"1": "There is a mark at each end, and within one process they add up: "
          "one task at the PUSH's end and one at the PULL's.",
     "": "A full queue is passed over: anna is dealt what her queue holds, and "
         "all the others go to bert."},
    {"": "What is dealt is not taken back: what waits in the queue to a worker "
         "goes with the worker, and nobody is told."},
    {"": "Each worker's queue takes two, and then PUSH waits. It is a PUB that "
         "drops when a queue is full."},
]


def check(program, answers):
    shown = program.start()
    shown.finish("The program itself does not end well.")
    for number, line in enumerate(shown.lines, 1):
        compare(answers, number, line.split(": ")[1], WHY[number - 1])
