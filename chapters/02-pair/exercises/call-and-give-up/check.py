"""First nobody is there; then a partner who answers."""

from checking import PAIR, Peer, Refused, expect, patiently

EVER = ("It waits for ever. connect tells nobody that there is no partner, and "
        "recv waits without a limit unless it is given one.")
LINGER = ("It gave up, and hangs at its end: the context waits until the "
          "question is delivered. The socket wants a linger.")
IGNORED = ("It prints an answer that never came. What recv returned says "
           "whether there is a message: look at it.")
STATUS = ("It gives up and ends with status 0, as if all were well. A script "
          "cannot see that; throw an error and run() ends with 1.")


def nobody_is_there(program):
    nobody = Peer(PAIR)
    endpoint = nobody.bind()
    nobody.close()
    caller = program.start("--connect", endpoint, "--timeout", "300")
    if not patiently(caller.has_ended, caller):
        has_limit = "rcvtimeo" in program.source.read_text()
        raise Refused(LINGER if has_limit else EVER, "it ends by itself",
                      "it still runs", waited=True)
    expect("Answer" in caller.out, False, IGNORED)
    caller.finish(STATUS, status=1)
    expect(caller.err.strip(), f"{program.path.name}: nobody answered",
           "It ends with status 1, but its last words are not those of the "
           "task.")


def check(program):
    nobody_is_there(program)
    partner = Peer(PAIR)
    caller = program.start("--connect", partner.bind(), "--timeout", "5000")
    partner.receive("It does not ask its partner anything.").must_be(
        "Anybody there?", "It asks something else now.")
    partner.send("Me")
    caller.finish("A partner answers, and it does not end well.")
    expect(caller.out, "Answer: Me\n", "A partner answers, and it does not "
           "print that.")
