"""A worker is killed twice and then done; another one gives up."""

from pathlib import Path

from checking import ROUTER, Peer, Refused, patiently, refuse

NONE = ("No worker says that it is ready. In a context from before the fork "
        "nothing moves a message, for its threads are not there: the worker "
        "makes its own, after the fork.")
LOST = ("The worker was killed, and no other one is started. Wait for its end, "
        "look at the status, fork again.")
ONCE = ("It starts the worker again once. The next one may be killed as well: "
        "each life is waited for, and each may be followed by another.")
SILENT = ("The worker was killed, and nobody reports 'lost 1', 'lost 2' and so "
          "on.")
BY_ITSELF = ("It starts a worker again that has ended by itself. Such a one "
             "has said how it went: status 0, it is done; another up to 128, it "
             "cannot go on. Start again only one that a signal has killed.")
INHERITED = ("The worker spins: it was forked while there was a context, and "
             "has inherited that. It can neither use nor destroy it, for the "
             "context's threads are not there. Let each context end before "
             "the next fork.")


def spins(process):
    """Whether a child of the process is busy."""
    pid = process.child.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return any(Path(f"/proc/{child}/stat").read_text().rsplit(") ", 1)[1][0]
               == "R" for child in children)


# Its child's work is not seen as a step of the supervisor's: wait longer.
PATIENCE = 3


def next_messages(farm, supervisor, lesson, count):
    """Who has sent the next messages, so many, by their text."""
    came = {}
    for _ in range(count):
        if not patiently(lambda: farm.socket.poll(10), supervisor,
                         idle=PATIENCE):
            raise Refused(INHERITED if spins(supervisor) else lesson(came),
                          "'ready' and 'lost'", supervisor.what_it_does(),
                          waited=True)
        who, text = farm.socket.recv_multipart()[:2]
        came[text.decode(errors="replace")] = who
    return came


def loses_a_worker(farm, supervisor, worker, number):
    """The worker that comes after this one, which is killed."""
    farm.send(worker, "crash")

    def lesson(came):
        if "ready" in came:
            return SILENT
        return ONCE if number > 1 else LOST

    came = next_messages(farm, supervisor, lesson, 2)
    if set(came) != {"ready", f"lost {number}"}:
        refuse(SILENT, f"'ready' and 'lost {number}'",
               " and ".join(map(repr, came)))
    return came["ready"]


def ends(farm, supervisor, status):
    """Not when the worker starts anew, nor when it does not end."""
    def is_over():
        return farm.socket.poll(10) or supervisor.has_ended()

    if not patiently(is_over, supervisor, idle=PATIENCE):
        raise Refused(INHERITED if spins(supervisor) else
                      "The worker has ended, and the supervisor does not.",
                      "both end", supervisor.what_it_does())
    if farm.socket.poll(0):
        refuse(BY_ITSELF, f"it ends with status {status}",
               "'ready' comes again")
    supervisor.finish("It does not end as its worker did.", status)


def start(program):
    farm = Peer(ROUTER)
    supervisor = program.start("--connect", farm.bind())
    came = next_messages(farm, supervisor, lambda _: NONE, 1)
    if "ready" not in came:
        refuse(NONE, "'ready'", " and ".join(map(repr, came)))
    return farm, supervisor, came["ready"]


def check(program):
    farm, supervisor, worker = start(program)
    for number in (1, 2):
        worker = loses_a_worker(farm, supervisor, worker, number)
    farm.send(worker, "end")
    ends(farm, supervisor, 0)

    farm, supervisor, worker = start(program)
    farm.send(worker, "fail")
    ends(farm, supervisor, 1)
