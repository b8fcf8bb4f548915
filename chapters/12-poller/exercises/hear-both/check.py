"""One side speaks while the other is silent, both ways; then both; then it is
quiet for a while."""

from checking import PUSH, Peer, Refused, expect, refuse, rests

TURN = ("It waits for one socket and does not hear the other. A recv that "
        "waits knows of one socket only: wait with poll, for both.")
BUSY = ("It asks both sockets again and again, and keeps a processor busy "
        "while nothing happens. Wait in poll until one of them has something.")
ITEM = ("poll fails: a pollitem_t wants the socket's handle, not the address "
        "of the object that holds it. &socket compiles, socket.handle() "
        "works.")
END = "One of them says 'end', and it does not end."


def hears(hearer, side, peer, words):
    try:
        for word in words:
            peer.send(word, lesson=TURN)
        for word in words:
            hearer.wait_for(f"{side}: {word}", TURN)
    except Refused:
        if "non-socket" in hearer.err:
            refuse(ITEM, "it waits in poll", hearer.what_it_does())
        raise


def check(program):
    left, right = Peer(PUSH), Peer(PUSH)
    hearer = program.start("--connect-left", left.bind(),
                           "--connect-right", right.bind())
    hears(hearer, "right", right, ["one", "two"])
    hears(hearer, "left", left, ["three", "four"])

    if not rests(hearer):
        refuse(BUSY, "it sleeps while nothing comes", "it is busy")

    right.send("end")
    hearer.finish(END)
    expect(hearer.out.count("\n"), 5, "Not every word is printed once.",
           "{} lines")
