"""Looks with an XPUB at what is asked for, while a subscriber comes and goes."""

from checking import SUB, XPUB, Peer, expect, patiently, refuse, shown

ALL = ("It asks the publisher for everything, although nobody here has "
       "subscribed: all of it travels, and is thrown away here.")
ONE_WAY = ("A subscription does not get through to the publisher. Messages go "
           "one way, and subscriptions the other way: both must be passed on.")
LEAVES = "Nobody listens any more, and the publisher is not told."
PARTS = ("A message of two frames does not arrive whole: pass all of its "
         "frames on, as one message.")


def check(program):
    publisher = Peer(XPUB)
    forwarder = program.start("--connect", publisher.bind(),
                              "--bind", "tcp://127.0.0.1:*")
    endpoint = forwarder.endpoint()
    if patiently(lambda: publisher.socket.poll(10), forwarder):
        refuse(ALL, "no subscription yet", shown(publisher.socket.recv()[1:])
               + " is asked for")

    subscriber = Peer(SUB).subscribe("tea").connect(endpoint)
    publisher.receive(ONE_WAY, "a subscription to 'tea'").must_be(
        "\x01tea", ONE_WAY)
    publisher.send("coffee")
    publisher.send("tea", "hot")
    subscriber.receive("What is published does not arrive.",
                       "2 frames: 'tea', 'hot'").must_be(["tea", "hot"], PARTS)
    subscriber.close()
    publisher.receive(LEAVES, "an end of the subscription to 'tea'").must_be(
        "\x00tea", LEAVES)
    forwarder.stop()
