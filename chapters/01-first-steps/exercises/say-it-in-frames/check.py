"""A message of four frames and one of two; then to a listener that is late."""

from checking import PULL, Peer, patiently, refuse

NOTHING = "Nothing comes. A socket that is connected has not sent anything yet."
HALF = ("Nothing comes. A message is sent when its last frame is there, the "
        "one without sndmore.")
LOST = ("Nothing comes. With a linger of 0, what has not left yet when the "
        "socket is closed is thrown away.")
EACH = ("Each frame comes as a message of its own: sndmore says that another "
        "frame of the same message follows.")
NUL = ("A NUL came along. A string literal is an array that ends with one: "
       "zmq::str_buffer leaves it out.")


def why_nothing(program):
    source = program.source.read_text()
    if "linger" in source:
        return LOST
    return HALF if "sndmore" in source else NOTHING


def say(program, *words, is_late=False):
    listener = Peer(PULL)
    expected = ["words", *words]
    where = listener.reserve() if is_late else listener.bind()
    sender = program.start("--connect", where, *words)
    if is_late:
        patiently(sender.has_ended, sender, idle=0.5)  # or it waits for us
        listener.bind()
    message = listener.receive(why_nothing(program),
                               f"{len(expected)} frames: {expected}")
    if message == [b"words"]:
        refuse(EACH, f"{len(expected)} frames: {expected}", message)
    if any(frame.endswith(b"\0") for frame in message):
        refuse(NUL, "'words'", message)
    message.must_be(expected, "The frames are not those of the task.")
    sender.finish("It does not end when all is sent.")
    listener.nothing_more("One message is enough.")


def check(program):
    say(program, "tea", "or", "coffee")
    say(program, "")
    say(program, "are", "you", "there", is_late=True)
