"""A task, a pause in which one is sent, the end of the pause, the end."""

from checking import (PAIR, PUB, PULL, PUSH, Peer, Refused, patiently,
                      refuse, rests)

TERMINATE = ("It does not end at TERMINATE: a proxy listens to commands only "
             "on the control socket that it is given. zmq::proxy has none, "
             "zmq::proxy_steerable has.")
SUBSCRIBE = ("It hears no command: a SUB socket gets nothing until it has "
             "subscribed. For one steersman a PAIR will do.")
CAPTURE = ("It takes the control socket for the one that gets a copy of "
           "everything: the third socket is the capture, the fourth is the "
           "control.")
PAUSE = "A task passed although it was told to PAUSE."


def check(program):
    proxy = program.start(*(word for side in ("frontend", "backend", "control")
                            for word in (f"--bind-{side}",
                                         "tcp://127.0.0.1:*")))
    places = {}
    for _ in range(3):
        words = proxy.wait_for("listening on ", "It does not say where it "
                               "listens.").split()
        places[words[-1]] = words[2]
    feeder = Peer(PUSH).connect(places["frontend"])
    worker = Peer(PULL).connect(places["backend"])
    steersman = Peer(PAIR)
    hears = steersman.suits(places["control"])
    feeder.send("1")
    worker.receive("A task does not pass.").must_be("1", "It is not the task.")
    if patiently(lambda: steersman.socket.poll(10), proxy):
        refuse(CAPTURE, "no message on the control socket", "a copy of a task")

    if not hears:
        refuse(SUBSCRIBE, "a PAIR, which the steersman can talk to",
               "a socket of another kind")
    steersman.send("PAUSE", lesson=SUBSCRIBE)
    rests(proxy)  # it has paused
    feeder.send("2")
    rests(proxy)  # or is busy: libzmq's, while a task waits
    paused = not worker.socket.poll(0)
    steersman.send("RESUME")
    if paused:
        worker.receive("After RESUME no task passes.").must_be(
            "2", "It is not the task.")
    steersman.send("TERMINATE")
    if not patiently(proxy.has_ended, proxy):
        raise Refused(TERMINATE, "it ends", "it still runs", waited=True)
    proxy.finish("At TERMINATE it does not end well.")
    if not paused:
        refuse(PAUSE, "the task waits for RESUME", "it passed")
