"""Three children, and then the first process."""

from checking import PULL, Peer, Refused, patiently, refuse, rests

NONE = ("No child reports. A context that was made before the fork has no "
        "threads in the child, and its sockets do not work there: make a "
        "context after the fork.")
EARLY = ("child 0 is the word that all are done, and it comes while children "
         "still run: wait for them first.")
GO_ON = ("Children go on after their work and start more: a child has to leave "
         "the function when it has reported.")


def check(program):
    collector = Peer(PULL)
    first = program.start("--connect", collector.bind(), "--children", "3")
    rested = rests(first)  # or children spin at the end of their context
    reports = []
    while len(reports) < 20 and (
            patiently(lambda: collector.socket.poll(10)) if rested
            else collector.socket.poll(0)):
        reports.append(collector.socket.recv().decode(errors="replace"))
    children = sorted(set(reports) - {"child 0"})
    if len(reports) > 4:
        refuse(GO_ON, "3 reports of children, and one of the first process",
               f"{len(reports)} reports")
    if children != ["child 1", "child 2", "child 3"]:
        raise Refused(NONE, "child 1, child 2 and child 3",
                      ", ".join(reports) or "no report", waited=not first.has_ended())
    if reports[-1] != "child 0" or "wait()" in order(program):
        refuse(EARLY, "child 0 comes last", ", ".join(reports))
    first.finish("All have reported, and it does not end well.")


def order(program):
    """The source after the last report: whether it waits only there."""
    source = program.source.read_text()
    return source[source.rfind("report(collector, 0"):]
