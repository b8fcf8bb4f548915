"""Compares the predictions with what the program prints."""

from checking import compare

WHY = [
    {"": "A PAIR keeps the partner it has. One that comes later is not heard."},
    {"": "A PAIR talks to one partner, the first that came. It neither takes "
         "turns nor tells the second one."},
    {"": "The second connect succeeds too. connect only notes where to go, and "
         "no error comes later."},
]


def check(program, answers):
    shown = program.start()
    shown.finish("The program itself does not end well.")
    for number, line in enumerate(shown.lines, 1):
        compare(answers, number, line.split(": ")[1], WHY[number - 1])
