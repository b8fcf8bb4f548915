"""Words and lines, each while the other is silent; the end of stdin; and ticks,
in silence and while somebody speaks without a pause."""

import time

from checking import PUSH, Peer, refuse, rests

DEAF = ("A line is typed, and it does not hear it: it waits for the socket. "
        "poll can wait for file descriptors too, and 0 is stdin.")
UNASKED = ("It takes from one that has nothing, waits there, and hears the "
           "other no more. poll says in revents which of them is ready: take "
           "from that one only.")
BUSY = ("It never sleeps while nothing comes: it asks again and again. Let "
        "poll wait until the next tick is due.")
ENDED = ("stdin has ended, and it never sleeps again. poll reports an end for "
         "ever, as ZMQ_POLLIN or as ZMQ_POLLERR: when there is nothing to "
         "read, take stdin off the list.")
SILENT = "Nothing comes, the interval passes, and it does not tick."
DELAYED = ("While words come, it does not tick: the timeout of poll begins "
           "anew with each call. Note when the next tick is due, and let poll "
           "wait for what is left.")
INTERVAL = 0.4  # seconds


def hears(keeper, speaker, word, lesson):
    speaker.send(word, lesson=lesson)
    keeper.wait_for(f"word: {word}", lesson)


def ticks_in_traffic(keeper, speaker):
    """Whether it ticks while a word comes as soon as the last is printed. With
    the two at the end it has been round its loop when the tick was due."""
    before = keeper.lines.count("tick")
    end = time.monotonic() + 2 * INTERVAL
    while time.monotonic() < end:
        hears(keeper, speaker, "blah", DELAYED)
    hears(keeper, speaker, "blah", DELAYED)
    hears(keeper, speaker, "blah", DELAYED)
    return keeper.lines.count("tick") > before


def check(program):
    speaker = Peer(PUSH)
    where = speaker.bind()
    keeper = program.start("--connect", where, "--interval", "3600000")
    hears(keeper, speaker, "one", UNASKED)
    hears(keeper, speaker, "two", UNASKED)
    for line in ("three", "four"):
        keeper.enter(line)
        keeper.wait_for(f"line: {line}", DEAF)
    if not rests(keeper):
        refuse(BUSY, "it sleeps while nothing comes", "it is busy")
    keeper.child.stdin.close()
    hears(keeper, speaker, "five", "stdin has ended, and it hears no words.")
    if not rests(keeper):
        refuse(ENDED, "it sleeps while nothing comes", "it is busy")
    speaker.send("end")
    keeper.finish("The word is 'end', and it does not end.")

    keeper = program.start("--connect", where, "--interval",
                           str(int(INTERVAL * 1000)))
    keeper.wait_for("tick", SILENT)
    for _ in range(2):
        if not ticks_in_traffic(keeper, speaker):
            refuse(DELAYED, "'tick' within two intervals", "no 'tick'")
    speaker.send("end")
    keeper.finish("The word is 'end', and it does not end.")
