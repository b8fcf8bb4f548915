"""Requests of one, two and five frames, one that is nonsense, and one more."""

from checking import REQ, Peer


def check(program):
    server = program.start("--bind", "tcp://127.0.0.1:*")
    client = Peer(REQ).connect(server.endpoint())

    client.send("7")
    client.receive("One number gets no reply.").must_be(
        "7", "The sum of one number is that number.")

    client.send("20", "22")
    client.receive("It takes the first frame for the whole request. A REP "
                   "socket may reply only when every frame of the request is "
                   "read.", "a reply to 2 frames: '20', '22'").must_be(
        "42", "The sum of 20 and 22 is not 42.")

    client.send("1", "2", "3", "4", "5")
    lesson = ("It adds only some of the numbers: read as many frames as there "
              "are.")
    client.receive(lesson, "a reply to 5 frames").must_be("15", lesson)

    lesson = ("A request that makes no sense ends it, or leaves its client "
              "without a reply. Answer that one too, and go on.")
    client.send("1", "many")
    client.receive(lesson, "a reply to '1', 'many'").must_be(
        "no number", lesson)
    client.send("-3", "4")
    client.receive(lesson).must_be("1", lesson)
    server.stop()
