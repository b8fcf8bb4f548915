"""A task passes, Enter, and then a port that is taken."""

from checking import PULL, PUSH, Peer, Refused, patiently, refuse

NOTHING = ("Nothing listens. start() has to make two sockets, bind both and say "
           "where. Then comes the thread.")
HERE = ("It does not go on. zmq::proxy returns only when its context is shut "
        "down, so whoever calls it does nothing else: give it a thread.")
CLOSED = ("No task passes. A socket that is a local variable of start() is "
          "closed when start() returns, and the thread has a reference to "
          "nothing: move the sockets into the thread.")
LEAVES = ("An exception leaves the thread, and that ends the whole program: "
          "nobody outside can catch it. What may fail belongs in start(). "
          "ETERM is the thread's good end: catch it there.")
HIDDEN = ("A port is taken, and it says that it has started. The error happens "
          "in the thread, where the caller does not hear of it. Bind in "
          "start(), which can throw, before there is a thread.")
EARLY = "It says that it has started, and does not listen yet."
BOTH = ("It does not say where both sides listen: announce(frontend, "
        "\"frontend\"), announce(backend, \"backend\").")


def begin(program, backend="tcp://127.0.0.1:*"):
    return program.start("--bind-frontend", "tcp://127.0.0.1:*",
                         "--bind-backend", backend)


def places(streamer):
    """Where its sides listen, as far as it has said so."""
    words = [line.split() for line in streamer.lines
             if line.startswith("listening on tcp:")]
    return {line[-1]: line[2] for line in words}


def has_started(streamer):
    return "started\n" in streamer.out


def it_listens_and_goes_on(streamer):
    patiently(lambda: len(places(streamer)) == 2 and has_started(streamer),
              streamer)
    found = places(streamer)
    if (streamer.status or 0) < 0:
        refuse(CLOSED, "it listens, and goes on", streamer.what_it_does())
    if not found:
        refuse(NOTHING, "two lines with 'listening on'",
               streamer.what_it_does())
    if not has_started(streamer):
        raise Refused(HERE, "it says 'started'", streamer.what_it_does(),
                      waited=True)
    if set(found) != {"frontend", "backend"}:
        refuse(BOTH, "frontend and backend", " and ".join(found))
    return found


def a_task_passes(found):
    worker = Peer(PULL).connect(found["backend"])
    feeder = Peer(PUSH).connect(found["frontend"])
    feeder.send("a task", lesson=CLOSED)
    worker.receive(CLOSED, "a task").must_be("a task", "It is not the task.")


def check(program):
    streamer = begin(program)
    a_task_passes(it_listens_and_goes_on(streamer))
    streamer.enter()
    if patiently(streamer.has_ended, streamer) and streamer.status < 0:
        refuse(LEAVES, "status 0", streamer.what_it_does())
    streamer.finish("After Enter it does not end well.")

    taken = begin(program, backend=Peer(PULL).bind())
    patiently(lambda: taken.has_ended() or has_started(taken), taken)
    if has_started(taken):
        refuse(HIDDEN, "status 1, and the reason", "it says 'started'")
    if (taken.status or 0) < 0:
        refuse(LEAVES, "status 1, and the reason", taken.what_it_does())
    taken.finish("A port is taken, and it does not end with status 1.",
                 status=1)
    before = streamer.out[:streamer.out.index("started\n")]
    if before.count("listening on ") != 2:
        refuse(EARLY, "two lines with 'listening on' before it", "fewer")
