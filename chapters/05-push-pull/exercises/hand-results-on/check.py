"""Tasks, nonsense, and "stop"; then with a sink that is late."""

from checking import PULL, PUSH, Peer, patiently

NONE = "No result comes: it takes no task, or does not hand its double on."
LOST = ("The last results are lost. A socket with a linger of 0 throws away "
        "what has not left when it is closed: give it time.")
TRUSTS = ("A task that is no number ends it, or becomes a result. Report it, "
          "drop it, go on.")
STOP = "It does not end when \"stop\" comes."
WRONG = "A result is not the double of its task."


def check(program):
    source, sink = Peer(PUSH), Peer(PULL)
    worker = program.start("--connect", source.bind(),
                           "--connect-sink", sink.bind())
    source.send("21", lesson=NONE)
    sink.receive(NONE, "42").must_be("42", WRONG)
    source.send("2000000000", lesson=NONE)
    sink.receive(NONE).must_be("4000000000", "The double of 2000000000 does "
                               "not fit into an int.")
    source.send("many", lesson=TRUSTS)
    source.send("-4", lesson=TRUSTS)
    sink.receive(TRUSTS, "-8").must_be("-8", TRUSTS)
    source.send("stop", lesson=TRUSTS)
    worker.finish(STOP)
    late_sink(program)


def late_sink(program):
    """It comes when the worker has taken everything."""
    source, sink = Peer(PUSH), Peer(PULL)
    departures = source.departures()
    worker = program.start("--connect", source.bind(),
                           "--connect-sink", sink.reserve())
    for message in ("1", "2", "stop"):
        source.send(message, lesson=NONE)
    patiently(lambda: departures.poll(10), worker)  # it closes its sockets
    sink.bind()
    sink.receive(LOST, "2 and 4, although the sink is late").must_be("2", WRONG)
    sink.receive(LOST, "4").must_be("4", WRONG)
    worker.finish(STOP)
