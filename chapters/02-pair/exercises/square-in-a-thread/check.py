"""Two numbers, and then the end."""

from checking import expect, patiently, refuse, Refused

NOTHING = "No square is printed: the thread does not answer yet."
CONTEXT = ("Nothing comes back. The thread has a context of its own, and "
           "inproc does not lead from one context to another.")
ONCE = ("Only the first number is squared: the thread has to go on until it is "
        "told to end.")
NEVER = "The thread is never told to end, and the program waits for it."


def check(program):
    asker = program.start("3", "4")
    ended = patiently(asker.has_ended, asker)
    squares = [line for line in asker.lines if line.isdigit()]
    if not squares:
        contexts = program.source.read_text().count("zmq::context_t ")
        raise Refused(CONTEXT if contexts > 1 else NOTHING, "9 and 16",
                      asker.what_it_does(), waited=True)
    if len(squares) == 1:
        raise Refused(ONCE, "9 and 16", squares[0], waited=True)
    expect(squares, ["9", "16"], "These are not the squares of 3 and 4.")
    if not ended:
        raise Refused(NEVER, "the thread ends", "it still runs", waited=True)
    asker.finish(NEVER)
    if "the thread ends" not in asker.out:
        refuse("The thread does not say that it ends.")
