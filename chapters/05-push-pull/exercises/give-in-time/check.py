"""Without a worker, then with one."""

from checking import PULL, Peer, Refused, expect, patiently, refuse

QUEUED = ("It says that the task is given away, and nobody is there. connect "
          "makes a queue at once, and send puts the task into it: set "
          "immediate before connect.")
EVER = ("It waits for ever. With nobody there send waits, unless the socket "
        "has a limit: sndtimeo.")
IGNORED = ("send gave up and returned no value, and it says that the task is "
           "given away: look at what send returned.")
LATE = ("It sets immediate when it is connected already: that is too late, "
        "the queue is made.")
HANDS = ("Somebody is there, and does not get the task. With dontwait nothing "
         "waits until the connection is made; sndtimeo waits for a limited "
         "time.")


def nobody_is_there(program):
    nobody = Peer(PULL)
    endpoint = nobody.bind()
    nobody.close()
    giver = program.start("--connect", endpoint, "--timeout", "300")
    ended = patiently(giver.has_ended, giver)
    if "given away" in giver.out:
        source = program.source.read_text()
        immediate = source.find("sockopt::immediate")
        refuse(QUEUED if immediate < 0 else
               LATE if immediate > source.find(".connect(") else IGNORED,
               "nobody takes it", "given away")
    if not ended:
        raise Refused(EVER, "it ends by itself", "it still runs", waited=True)
    giver.finish("Nobody took the task, and it does not end with status 1.",
                 status=1)
    expect(giver.err.strip(), f"{program.path.name}: nobody takes it",
           "It ends with status 1, but its last words are not those of the "
           "task.")


def check(program):
    nobody_is_there(program)
    worker = Peer(PULL)
    giver = program.start("--connect", worker.bind(), "--timeout", "10000")
    worker.receive(HANDS, "the task").must_be("a task", "The task has changed.")
    giver.finish("The task is given away, and it does not end well.")
    expect(giver.out, "given away\n", "It does not say 'given away'.")
