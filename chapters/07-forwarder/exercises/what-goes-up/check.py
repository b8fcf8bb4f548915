"""Compares the predictions with what the program prints."""

from checking import compare

WHY = [
    {"": "Only the first of them goes up. The forwarder's XPUB counts who "
         "wants a topic, and the publisher hears that it is wanted, not by how "
         "many."},
    {"": "It is a subscription of its own and goes up, although 9 brings what "
         "begins with 90 anyway: nobody works out that one covers the other."},
    {"": "One subscriber leaves and the other still wants the topic. The "
         "publisher hears of the end when it is the end for all."},
    {"": "A publisher that comes late hears what is wanted now, each topic "
         "once: the forwarder's XSUB remembers it, and tells each one that "
         "connects."},
]


def check(program, answers):
    shown = program.start()
    shown.finish("The program itself does not end well.")
    for number, line in enumerate(shown.lines, 1):
        compare(answers, number, line.split(": ")[1], WHY[number - 1])
