"""Words, then Enter while the thread waits."""

from checking import PUSH, Peer, Refused, patiently, refuse

WAITS = ("Enter is pressed, and the thread still waits in recv: nobody told "
         "it. context.shutdown() makes every call on the context's sockets "
         "throw ETERM.")
THROWS = ("The thread's recv throws ETERM, nobody catches it, and an exception "
          "that leaves a thread ends the program. In the thread, ETERM is the "
          "good end.")
TORN = ("The program ends, and the thread has not: it was torn off wherever it "
        "was. Tell it to end, and join it.")


def check(program):
    taker = program.start("--bind", "tcp://127.0.0.1:*")
    feeder = Peer(PUSH).connect(taker.endpoint())
    for word in ("tea", "coffee"):
        feeder.send(word)
        taker.wait_for(f"word: {word}", "The thread does not print a word.")
    taker.enter()
    if not patiently(taker.has_ended, taker):
        raise Refused(WAITS, "it ends", taker.what_it_does(), waited=True)
    if taker.status < 0:
        refuse(THROWS, "status 0", taker.what_it_does())
    if "the thread ends" not in taker.out:
        refuse(TORN, "the thread ends", taker.what_it_does())
    taker.finish("It does not end well.")
