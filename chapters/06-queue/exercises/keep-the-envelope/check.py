"""A client at the door, one behind two queues, and nonsense."""

from checking import DEALER, REQ, Peer, Refused, expect, patiently

HOPS = ("A request that came through a queue gets no reply, or a wrong one. "
        "Each queue adds an address: the envelope goes up to the empty frame, "
        "however long it is.")
EMPTY = ("The client gets nothing: the empty frame is missing in the reply, "
         "and REQ drops a reply without it.")
ADDRESS = ("The reply does not reach its client: a ROUTER sends to the address "
           "in the first frame, and drops what it cannot deliver without a "
           "word.")
NONSENSE = ("A message without an empty frame is no request. It ends the "
            "server, or is answered: report it, drop it, go on.")


def check(program):
    server = program.start("--bind", "tcp://127.0.0.1:*")
    endpoint = server.endpoint()

    client = Peer(DEALER).connect(endpoint)
    client.send("", "hello")
    reply = client.receive(ADDRESS, "'', '5 bytes'")
    if reply == [b"5 bytes"]:
        raise Refused(EMPTY, "2 frames: '', '5 bytes'", "1 frame: '5 bytes'")
    reply.must_be(["", "5 bytes"], "The reply to a request at the door is "
                  "wrong.")

    behind = Peer(DEALER).connect(endpoint)
    behind.send("queue 1", "queue 2", "", "hi")
    behind.receive(HOPS, "'queue 1', 'queue 2', '', '2 bytes'").must_be(
        ["queue 1", "queue 2", "", "2 bytes"], HOPS)

    behind.send("no", "envelope")
    client.send("", "hello")
    if not patiently(lambda: client.socket.poll(10)):
        raise Refused(NONSENSE, "it goes on", server.what_it_does(),
                      waited=True)
    behind.nothing_more(NONSENSE)
    real = Peer(REQ).connect(endpoint)
    real.send("abc")
    real.receive(EMPTY).must_be("3 bytes", "The reply to a REQ is wrong.")
    server.stop()
