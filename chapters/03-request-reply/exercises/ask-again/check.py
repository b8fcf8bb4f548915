"""A server that dies with the first request, one that is late, and none."""

from checking import ROUTER, Peer, Refused, expect, patiently, refuse

ONE = ("It waits for the reply that went down with the first server. ZeroMQ "
       "does not send a request twice: after a timeout, ask again.")
EFSM = ("It asks again on the same socket, which still waits for its reply and "
        "answers with EFSM. Make a new socket, or relax this one.")
STALE = ("It takes the reply to an older request for the reply to its last "
         "one: REQ_RELAXED alone lets that happen. Add REQ_CORRELATE, or make "
         "a new socket.")
END = "When nobody answers it does not end with status 1 after its last try."


def ask(program, *, tries, timeout="1000"):
    server = Peer(ROUTER, router_handover=True)
    client = program.start("--connect", server.bind(), "--timeout", timeout,
                           "--tries", str(tries))
    return server, client


def next_request(server, client):
    if not patiently(lambda: server.socket.poll(10)):
        lesson = EFSM if "current state" in client.err else ONE
        raise Refused(lesson, "a second request", client.what_it_does(),
                      waited=True)
    request = server.receive(ONE)
    if request[-1] != b"What time is it?":
        refuse("It asks something else.", "What time is it?", request[-1])
    return request


def reply(server, request, word):
    """Also to a socket that is no more: then it goes nowhere."""
    server.send(*request[:-1], word)


def check(program):
    server, client = ask(program, tries=2)
    next_request(server, client)  # and this server says nothing
    second = next_request(server, client)
    reply(server, second, "noon")
    client.finish("It got its reply, and does not end well.")
    expect(client.out, "Reply: noon\n", "It does not print the reply.")

    server, client = ask(program, tries=2)
    first = next_request(server, client)
    second = next_request(server, client)
    reply(server, first, "too late")
    reply(server, second, "noon")
    client.finish("It got its reply, and does not end well.")
    expect(client.out, "Reply: noon\n", STALE)

    server, client = ask(program, tries=2, timeout="200")
    if not patiently(client.has_ended, client):
        raise Refused(END, "status 1", "it still runs", waited=True)
    client.finish(END, status=1)
