"""Two clients swap words, then two real ones, then two after nonsense."""

from checking import DEALER, REQ, Peer, Refused, expect, patiently, refuse

ALTERNATES = ("It takes one request, and cannot take a second one: a REP must "
              "reply before it may receive again. A ROUTER may hold as many "
              "requests as it likes.")
LAST = ("Both replies went to the client that asked last. A ROUTER does not "
        "remember whom to answer: each reply goes in the envelope of its own "
        "request.")
ADDRESS = ("Not both clients got a reply: a ROUTER sends to the address in the "
           "first frame, and drops what it cannot deliver without a word.")
EMPTY = ("The client gets nothing: the empty frame is missing in the reply, "
         "and a REQ drops a reply without it.")
WORDS = "The reply is not what the other client said."
NONSENSE = ("A message without the empty frame is no request of a REQ. It ends "
            "the server, or is swapped for a word: report it, drop it, go on.")


def swap(server, clients, words, prefix, lesson):
    """Both ask; returns each client's reply, and the word that it should be.

    lesson  says what is wrong, by how many replies came to each, when not
            both get one
    """
    for client, word in zip(clients, words):
        client.send(*prefix, word)
    if not patiently(lambda: all(client.socket.poll(10) for client in clients),
                     server):
        came = [len(all_of(client)) for client in clients]
        raise Refused(lesson(came), "a reply for each client",
                      f"{came[0]} for one client and {came[1]} for the other; "
                      + server.what_it_does(), waited=True)
    return [(client.socket.recv_multipart(), word.encode())
            for client, word in zip(clients, reversed(words))]


def all_of(client):
    messages = []
    while client.socket.poll(0):
        messages.append(client.socket.recv_multipart())
    return messages


def check(program):
    server = program.start("--bind", "tcp://127.0.0.1:*")
    endpoint = server.endpoint()
    clients = [Peer(DEALER).connect(endpoint) for _ in range(2)]

    def why_not(came):
        if "current state" in server.err:
            return ALTERNATES
        return LAST if sorted(came) == [0, 2] else ADDRESS

    for reply, word in swap(server, clients, ["tea", "coffee"], [""], why_not):
        if len(reply) == 1:
            refuse(EMPTY, [b"", word], reply)
        expect(reply, [b"", word], WORDS)

    real = [Peer(REQ).connect(endpoint) for _ in range(2)]
    for reply, word in swap(server, real, ["milk", "water"], [],
                            lambda came: ADDRESS):
        expect(reply, [word], WORDS)

    clients[0].send("nonsense")
    for reply, word in swap(server, clients, ["rum", "wine"], [""],
                            lambda came: NONSENSE):
        expect(reply, [b"", word], NONSENSE)
    server.stop()
