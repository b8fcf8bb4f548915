"""Compares the predictions with what the program prints."""

from checking import compare

WHY = [
    {"": "A subscription is compared with the beginning of a message, and no "
         "further: 1 also gets 10."},
    {"": "Subscriptions are counted: subscribed to twice, it takes two to be "
         "rid of it."},
    {"": "Every message begins with nothing at all: the empty subscription "
         "brings everything."},
]


def check(program, answers):
    shown = program.start()
    shown.finish("The program itself does not end well.")
    for number, line in enumerate(shown.lines, 1):
        compare(answers, number, line.split(": ")[1], WHY[number - 1])
