"""Good pictures, and between them what only looks like one."""

import signal

from checking import REQ, Peer, Refused, expect, patiently, refuse

FRAMES = ("It takes the header for the whole picture. A picture is two frames, "
          "and a REP socket may reply only when every frame is read.")
TRUST = ("It believes the shape that the header names, and reads more pixels "
         "than came. Compare the shape with the size of the second frame "
         "first.")
SILENT = ("It drops a picture without a reply. Its sender waits for an OK, and "
          "sends nothing any more; and a REP socket may not receive again "
          "before it has replied.")
PRODUCT = ("The sides multiply to the right size, and still are no picture: -2 "
           "times -3 is 6, and 65536 times 65536 is 0 in an int. Look at each "
           "side first, and multiply in 64 bits.")
DROPS = "It takes for a picture what is none, and has to be dropped."
OTHER = "It does not print the pictures that came, with their means."
GOOD = "picture: 2 x 3 x 1, mean 41.5"
PIXELS = bytes([40, 41, 42, 43, 41, 42])
CRASHES = (-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT)


def header(*sides):
    shape = ", ".join(map(str, sides))
    return f'{{"msg": "garden", "dtype": "uint8", "shape": [{shape}]}}'


BAD = [  # and what is said to who takes them for pictures
    (TRUST, header(4, 2, 3), PIXELS),
    (TRUST, header(10000, 10000, 4), PIXELS),
    (TRUST, header(1, 1, 1), PIXELS),
    (PRODUCT, header(-2, -3, 1), PIXELS),
    (PRODUCT, header(65536, 65536, 1), b""),
    (DROPS, header(2, 3), PIXELS),
    (DROPS, header(2, 3, 1, 1), PIXELS),
    (DROPS, header(0, 3, 1), b""),
    (DROPS, header(10001, 1, 1), bytes(10001)),
    (DROPS, header(2, 3, 1)),
    (DROPS, header(2, 3, 1), PIXELS, PIXELS),
    (DROPS, "no header at all", PIXELS),
]


def described(message):
    first, *others = message
    sizes = " and ".join(str(len(frame)) for frame in others)
    return f"{first} and {sizes or 'no'} bytes"


def replied(hub, camera, lesson):
    """Waits for the reply; a hub that has crashed gets the lesson."""
    if not patiently(lambda: camera.socket.poll(10)) and hub.has_ended():
        raise Refused(lesson if hub.status in CRASHES else SILENT,
                      "the reply 'OK'", hub.what_it_does(), waited=True)
    camera.receive(SILENT, "the reply 'OK'").must_be(
        "OK", "The reply is not OK.")


def pictures(hub, count):
    """What it has printed of pictures, once these are so many lines."""
    def lines():
        return [line for line in hub.out.splitlines()
                if line.startswith("picture")]

    if not patiently(lambda: len(lines()) >= count, hub):
        raise Refused(OTHER, GOOD, hub.what_it_does(), waited=True)
    return lines()


def check(program):
    hub = program.start("--bind", "tcp://127.0.0.1:*")
    camera = Peer(REQ).connect(hub.endpoint())
    good = header(2, 3, 1), PIXELS
    camera.send(*good)
    camera.receive(FRAMES, "the reply 'OK'").must_be("OK",
                                                     "The reply is not OK.")
    expect(pictures(hub, 1)[-1], GOOD, OTHER)

    for number, (lesson, *message) in enumerate(BAD, 2):
        camera.send(*message)
        replied(hub, camera, lesson)
        camera.send(*good)
        replied(hub, camera, lesson)
        lines = pictures(hub, number)
        if lines[number - 1] != GOOD:
            refuse(lesson, "it drops " + described(message), lines[number - 1])
    hub.stop()
