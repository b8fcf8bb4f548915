"""Tasks for a worker, then one before there is a worker, and the end."""

from checking import PULL, PUSH, Peer, refuse, rests

ROLES = ("It does not say where its two sides listen: announce(frontend, "
         "\"frontend\"), announce(backend, \"backend\").")
ENDS = ("No task gets through. Feeders have a PUSH, which only sends: the side "
        "that they connect to wants a PULL, and the other one a PUSH.")
PARTS = ("A task of two frames does not arrive whole: pass all of its frames "
         "on, as one message.")
LOST = ("A task that came when no worker was there is lost. With dontwait send "
        "does not wait for a worker; without it, it does.")


def start(program):
    streamer = program.start("--bind-frontend", "tcp://127.0.0.1:*",
                             "--bind-backend", "tcp://127.0.0.1:*")
    places = {}
    for _ in range(2):
        words = streamer.wait_for("listening on ", ROLES).split()
        places[words[-1]] = words[2]
    if set(places) != {"frontend", "backend"}:
        refuse(ROLES, "frontend and backend", " and ".join(places))
    return streamer, places


def check(program):
    streamer, places = start(program)
    worker = Peer(PULL).connect(places["backend"])
    feeder = Peer(PUSH).connect(places["frontend"])
    early = Peer(PUSH)
    rests(streamer)  # the connections are made, in case it does not wait
    feeder.send("a", "task", lesson=ENDS)
    worker.receive(ENDS, "2 frames: 'a', 'task'").must_be(["a", "task"], PARTS)
    streamer.stop()

    streamer, places = start(program)
    early.connect(places["frontend"])
    early.send("early")
    rests(streamer)  # it has taken the task, for nobody
    worker = Peer(PULL).connect(places["backend"])
    worker.receive(LOST, "'early'").must_be("early", PARTS)
    worker.close()
    early.send("nobody takes this")
    streamer.stop()
