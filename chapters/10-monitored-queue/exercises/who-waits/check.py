"""Two clients, requests and replies, and nonsense."""

from checking import XPUB, Peer, Refused, expect, patiently, refuse

NONE = "It does not count: after a request of anna it says 'anna waits for 1'."
FRAMES = ("It takes each frame for a message: the prefix, the client and the "
          "rest are frames of one message. Read it whole.")
REQUESTS = ("It hears requests only. Replies are published with another "
            "prefix, out: subscribe to both.")
TOGETHER = ("It counts for all clients together: the frame behind the prefix "
            "says whose message it is.")


said = []  # what it should have said so far


def says(monitor, queue, frames, line, lesson):
    queue.send(*frames)
    said.append(line)
    if not patiently(lambda: monitor.out.count("\n") >= len(said), monitor):
        raise Refused(lesson, line, monitor.what_it_does(), waited=True)
    expect(monitor.out.splitlines()[len(said) - 1], line, lesson)


def subscriptions(queue, monitor):
    """What it asks for, as far as it has asked."""
    wanted = set()
    while patiently(lambda: queue.socket.poll(10), monitor):
        message = queue.socket.recv()
        wanted.add(message[1:] if message[:1] == b"\1" else b"?")
    return wanted


def check(program):
    queue = Peer(XPUB)
    monitor = program.start("--connect", queue.bind())
    wanted = subscriptions(queue, monitor)
    if b"in" in wanted and b"out" not in wanted:
        refuse(REQUESTS, "subscriptions to 'in' and 'out'", "one to 'in'")
    says(monitor, queue, ["in", "anna", "", "hello"], "anna waits for 1", NONE)
    says(monitor, queue, ["in", "anna", "", "hello"], "anna waits for 2",
         FRAMES)
    says(monitor, queue, ["in", "bert", "", "hello"], "bert waits for 1",
         TOGETHER)
    says(monitor, queue, ["out", "anna", "", "hi"], "anna waits for 1",
         "A reply does not count down.")
    queue.send("in")
    says(monitor, queue, ["out", "bert", "", "hi"], "bert waits for 0",
         "A message of one frame ends it, or is counted.")
    monitor.stop()
