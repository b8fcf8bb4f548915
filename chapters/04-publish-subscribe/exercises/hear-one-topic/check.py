"""Looks at the subscription as it arrives, then publishes."""

from checking import XPUB, Peer, expect, refuse

NONE = ("It subscribes to nothing, and so it gets nothing: a SUB socket "
        "receives only what it asked for.")
ALL = ("It subscribes to everything and sorts it out by itself. All of it then "
       "travels: leave the sorting to the publisher, with a subscription to "
       "the topic.")
PREFIX = ("A subscription is the beginning of what is wanted: 1 brings 10 and "
          "100 as well. Subscribe with the space that ends the topic.")
TRUSTS = ("A message that is no TOPIC VALUE ends it, or is printed. A publisher "
          "may send anything: report it, drop it, go on.")


def check(program):
    publisher = Peer(XPUB)
    listener = program.start("--connect", publisher.bind(), "--topic", "1")
    subscription = publisher.receive(NONE, "a subscription to '1 '")[0][1:]
    if subscription == b"":
        refuse(ALL, "a subscription to '1 '", "one to everything")
    if subscription == b"1":
        refuse(PREFIX, "a subscription to '1 '", "one to '1'")
    expect(subscription, b"1 ", "It subscribes to something else.")

    for message in ("10 5", "1 21", "1 warm", "1 -3", "100 7"):
        publisher.send(message)
    listener.wait_for("21", "It does not print the value of '1 21'.")
    listener.wait_for("-3", TRUSTS)
    publisher.send("1 99")
    listener.wait_for("99", TRUSTS)
    listener.stop()
    expect(listener.out, "21\n-3\n99\n", TRUSTS)
