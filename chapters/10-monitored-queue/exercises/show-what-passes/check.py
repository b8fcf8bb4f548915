"""Requests and replies: without a monitor, with one, and when it has gone."""

from checking import DEALER, PULL, SUB, Peer, Refused, patiently, refuse

ROLES = ("It does not say where its three sides listen: bind(context, type, "
         "plan.monitors, \"monitor\") says it for the third.")
NOTHING = "A request does not pass through it, or a reply does not come back."
WAITS = ("While nobody monitors it, nothing passes: a PUSH waits for somebody "
         "who takes its messages. A PUB drops what nobody wants.")
MARKED = ("The frame that is for monitors is passed on as well. Only the copy "
          "that is published begins with it.")
SILENT = "A monitor has subscribed to everything, and hears nothing."
NO_WAY = ("A monitor gets the frames of a message, but not which way it went. "
          "The capture socket of zmq::proxy does not say that: carry the "
          "messages in a loop of your own.")
GONE = ("What is published is empty: to send a message is to give it away, and "
        "nothing is left of it. Copy it before.")
PARTS = ("It publishes each frame as a message of its own. The mark and the "
         "frames behind it are one message.")
ONE_WAY = "It shows what goes one way. Requests and replies are to be shown."
SHOWN = "A monitor does not get the mark and then all frames of the message."


def start(program):
    queue = program.start(*(f"--bind-{side}=tcp://127.0.0.1:*"
                            for side in ("frontend", "backend", "monitor")))
    places = {}
    for _ in range(3):
        words = queue.wait_for("listening on ", ROLES).split()
        places[words[-1]] = words[2]
    if set(places) != {"frontend", "backend", "monitor"}:
        refuse(ROLES, "frontend, backend and monitor", ", ".join(places))
    return queue, places


class Talk:
    """A client called anna, and a server."""

    def __init__(self, places):
        self.client = Peer(DEALER, identity=b"anna").connect(
            places["frontend"])
        self.server = Peer(DEALER).connect(places["backend"])

    def exchange(self, *words):
        """A request of these words and a reply of the same."""
        self.client.send("", *words, lesson=NOTHING)
        came = self.server.receive(NOTHING, "the request")
        if came[0] == b"in":
            refuse(MARKED, list(came[1:]), came)
        came.must_be(["anna", "", *words], "The server does not get all frames "
                     "of a request: the client's name, and what it sent.")
        self.server.send(*came)
        self.client.receive(NOTHING, "the reply").must_be(
            ["", *words], "The client does not get all frames of a reply.")


def passes_unwatched(talk, places):
    try:
        talk.exchange("hello")
    except Refused as refused:
        monitor = Peer(PULL).connect(places["monitor"])
        if refused.lesson == NOTHING and patiently(
                lambda: monitor.socket.poll(10)):
            refuse(WAITS, "a request passes, whoever listens", "it waits")
        raise


def hears_all(queue, talk, monitor):
    """A monitor that has come gets whole messages, both ways."""
    def is_heard():
        talk.exchange("is anybody there?")
        return monitor.socket.poll(10)

    if not patiently(is_heard, queue, idle=5):
        refuse(SILENT, "in, anna, …", "nothing")
    talk.exchange("one", "two")
    wanted = [[way, b"anna", b"", b"one", b"two"] for way in (b"in", b"out")]
    seen = []

    def all_seen():
        if monitor.socket.poll(10):
            seen.append(monitor.socket.recv_multipart())
        return all(one in seen for one in wanted)

    if not patiently(all_seen, queue):
        diagnose(seen, wanted)


def diagnose(seen, wanted):
    """What is wrong with the messages that a monitor has seen."""
    first = {message[0] for message in seen}
    if not first & {b"in", b"out"}:
        lesson = NO_WAY
    elif first - {b"in", b"out"}:
        lesson = PARTS
    elif not any(any(message[1:]) for message in seen):
        lesson = GONE
    elif len(first) == 1:
        lesson = ONE_WAY
    else:
        lesson = SHOWN
    missing = next(one for one in wanted if one not in seen)
    refuse(lesson, missing, seen[-1])


def check(program):
    queue, places = start(program)
    talk = Talk(places)
    passes_unwatched(talk, places)
    monitor = Peer(SUB).connect(places["monitor"]).subscribe("")
    hears_all(queue, talk, monitor)
    monitor.close()
    talk.exchange("alone again")
    queue.stop()
