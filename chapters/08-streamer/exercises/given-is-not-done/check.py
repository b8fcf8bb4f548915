"""A worker that dies with a task, then one that is only slow."""

from checking import REQ, Peer, Refused, expect, patiently, refuse

NOTHING = "A worker asks, and gets no task."
GIVEN = ("It says that nothing is left, and one task is not done: the worker "
         "that had it is gone, and nobody will report it. What is given is not "
         "done: keep it until somebody says that it is.")
SAME = ("Two workers get the same task while others have not been given at "
        "all. One that is given waits for its report: the next worker gets the "
        "next one.")
OWES = ("It takes a question, has nothing new to give, and takes the next one. "
        "A REP owes each question a reply before it may receive again, so it "
        "ends with EFSM: give a task again that nobody has reported.")
COUNTS = ("It counts reports. A task that was given twice is reported twice, "
          "and then stands for one that is not done: remember which are done.")
ORDER = ("When all are given, the one that was given longest ago is the next "
         "to be given again.")
END = "All are done, and it does not say so."


def start(program):
    giver = program.start("--bind", "tcp://127.0.0.1:*", "--count", "3")
    endpoint = giver.endpoint()
    return giver, lambda: Peer(REQ).connect(endpoint)


def ask(giver, worker, done, task, lesson):
    """The worker says what it has done, and must be given this task."""
    worker.send(done)
    if not patiently(lambda: worker.socket.poll(10), giver):
        raise Refused(OWES if "current state" in giver.err else NOTHING,
                      f"the reply to {done!r}: {task!r}",
                      giver.what_it_does(), waited=True)
    given = worker.socket.recv_multipart()
    if given == [b""] and task:
        lesson = GIVEN if lesson is not COUNTS else COUNTS
    expect(given, [task.encode()], lesson, f"the reply to {done!r}: {{}}")


def a_worker_dies(program):
    giver, worker = start(program)
    anna, bert = worker(), worker()
    ask(giver, anna, "", "1", NOTHING)
    ask(giver, bert, "", "2", SAME)
    bert.close()
    ask(giver, anna, "1", "3", SAME)
    ask(giver, anna, "3", "2", GIVEN)
    ask(giver, anna, "2", "", END)
    giver.wait_for("all 3 are done", END)
    giver.stop()


def a_worker_is_slow(program):
    giver, worker = start(program)
    anna, bert, carl, dora = (worker() for _ in range(4))
    ask(giver, anna, "", "1", NOTHING)
    ask(giver, bert, "", "2", SAME)
    ask(giver, carl, "", "3", SAME)
    ask(giver, dora, "", "1", ORDER)
    ask(giver, anna, "1", "2", ORDER)
    ask(giver, dora, "1", "3", ORDER)
    ask(giver, bert, "2", "3", COUNTS)
    ask(giver, carl, "3", "", END)
    ask(giver, anna, "2", "", END)
    giver.stop()
    expect(giver.out.count("all 3 are done"), 1, "All are done once, and it "
           "says so not once.", "'all 3 are done' {} times")


def check(program):
    a_worker_dies(program)
    a_worker_is_slow(program)
