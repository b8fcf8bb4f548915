"""Compares the predictions with what the program prints."""

from checking import compare

STATE = ("The descriptor does not say that there is a word. It says that "
         "something has changed, once, and the first recv has taken that "
         "away: two words lie there, and a loop sleeps.")
AGAIN = ("Not even a new word wakes it while others still lie there: the "
         "socket has been woken for them already. So take all of them before "
         "you wait.")
WHY = [
    {"": "Words come to a socket that has none: that is a change, and the "
         "descriptor tells of it."},
    {"": STATE},
    {"": AGAIN},
    {"": "ZMQ_EVENTS is the state: as long as there is a word, it says so. The "
         "descriptor only says when to look at it."},
    {"": "After all words have been taken, the next one is a change again, "
         "and it wakes."},
    {"": "To look at ZMQ_EVENTS takes the change away, though not the word. "
         "After a look, believe what it said, and take the word."},
]


def check(program, answers):
    shown = program.start()
    shown.finish("The program itself does not end well.")
    for number, line in enumerate(shown.lines, 1):
        compare(answers, number, line.split(": ")[-1], WHY[number - 1])
