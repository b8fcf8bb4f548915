"""All of five, in disorder and with nonsense among them; then with two
missing."""

from checking import PUSH, Peer, Refused, expect, patiently, refuse

NOTYET = "It does not gather yet: it ends before the results have come."
EVER = ("It waits for results that never come. A task that went down with its "
        "worker gives no error: only a limit to the wait, and a count, find it "
        "out.")
COUNTS = ("It counts messages. A result that comes twice, or one that nobody "
          "asked for, then stands for one that is missing: remember which have "
          "come.")
NAMES = "It does not name the tasks that are missing."


def gather(program, results, patience):
    sink = program.start("--bind", "tcp://127.0.0.1:*", "--count", "5",
                         "--patience", patience)
    worker = Peer(PUSH).connect(sink.endpoint(NOTYET))
    for result in results:
        if sink.has_ended():
            break
        worker.send(result, lesson=NOTYET)
    return sink


def check(program):
    sink = gather(program, ["3", "1", "5", "2", "4"], "10000")
    sink.finish(NOTYET)
    expect(sink.lines[-1], "all 5 are done", NOTYET)

    sink = gather(program, ["3", "1", "1", "9", "many", "5"], "1200")
    if not patiently(sink.has_ended, sink):
        raise Refused(EVER, "it ends by itself", "it still runs", waited=True)
    if "all 5" in sink.out:
        refuse(COUNTS, "missing: 2 4", sink.lines[-1])
    sink.finish("Two results are missing, and it does not end with status 1.",
                status=1)
    expect(sink.lines[-1], f"{program.path.name}: missing: 2 4", NAMES)
