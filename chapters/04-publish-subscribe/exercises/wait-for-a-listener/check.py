"""A listener comes when the publisher has been left alone for a while; before
it, one that sends a message which is no subscription."""

from checking import PUB, SUB, XSUB, Peer, Refused, patiently, refuse

LOST = ("It has sent everything before anybody listened. A PUB keeps nothing "
        "for those who come later: wait until a subscription is there.")
SLEEP = ("It sleeps and hopes that somebody comes meanwhile. No time is long "
         "enough: wait for the subscription itself, which an XPUB receives as "
         "a message.")
FAILS = ("A PUB socket only sends: recv on it fails. An XPUB is a PUB that "
         "also receives, and what it receives are subscriptions.")
ANY = ("It takes any message for a subscription. The first byte of one is 1; a "
       "subscriber who leaves sends a 0, and may send other messages too.")
WAITS = "A listener has come, and nothing is sent to it."


def check(program):
    publisher = program.start("--bind", "tcp://127.0.0.1:*")
    endpoint = publisher.endpoint()
    if patiently(publisher.has_ended, publisher):
        if "not supported" in publisher.err:
            refuse(FAILS, "it waits for a listener", publisher.what_it_does())
        sleeps = "sleep" in program.source.read_text()
        refuse(SLEEP if sleeps else LOST, "it waits for a listener",
               publisher.what_it_does())

    talker = Peer(XSUB).connect(endpoint)
    talker.send("hello")  # no subscription
    if patiently(publisher.has_ended, publisher):
        refuse(ANY, "it still waits", publisher.what_it_does())

    listener = Peer(SUB).subscribe("").connect(endpoint)
    for number in range(1, 6):
        listener.receive(WAITS, f"the number {number}").must_be(
            str(number), "The numbers are not 1 to 5.")
    publisher.finish("It does not end when all is sent.")
