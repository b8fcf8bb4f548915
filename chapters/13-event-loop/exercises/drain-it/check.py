"""Ten words at once, again and again; then a while of nothing."""

from checking import PUSH, Peer, expect, refuse, rests

LEFT = ("Words are left in the socket, and it sleeps. The descriptor tells of "
        "a change, once: take all that is there, until recv returns no value.")
BUSY = ("It does not sleep while nothing comes: it keeps a processor busy. Let "
        "poll wait.")
BLOCKS = ("It waits in recv, where the loop of another library would stand "
          "still. Take what is there with dontwait, and wait in poll only.")


def check(program):
    speaker = Peer(PUSH)
    listener = program.start("--connect", speaker.bind())
    for burst in range(20):
        for number in range(10):
            speaker.send(f"word {burst}.{number}")
        listener.wait_for(f"word {burst}.9", LEFT)

    if not rests(listener):
        refuse(BUSY, "it sleeps while nothing comes", "it is busy")
    if "recv(word)" in program.source.read_text():
        refuse(BLOCKS, "recv with dontwait", "recv(word)")

    speaker.send("end")
    listener.finish("The word is 'end', and it does not end.")
    expect(listener.out.count("\n"), 201, "Not every word is printed once.",
           "{} lines")
