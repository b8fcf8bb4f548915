"""A talk in both directions, while the trace notes which thread does what."""

import re

from checking import ROUTER, Peer, Refused, refuse

SHARED = ("Two threads use one socket. It may go well here, a hundred times, "
          "and crash, hang or lose messages elsewhere: a socket belongs to one "
          "thread. Let the other one hand its lines to that thread.")
LOCKED = ("Two threads use one socket, and a lock around send does not help: "
          "recv works on the socket too. Held during recv as well, it would "
          "keep each line until the room says something. Let one thread have "
          "the socket, and the other hand its lines to it.")
STRANGER = ("The line comes from a second client. Each socket that connects is "
            "one for the room, which then answers that one. Hand the line to "
            "the thread that has the socket.")
CONTEXTS = ("The line does not get from thread to thread: inproc reaches no "
            "further than its context, and here are two. Threads may share a "
            "context.")
TYPED = ("A line is typed, and does not go out while the room is silent. "
         "Whoever has the socket must not wait in recv alone, and nobody for a "
         "lock: poll waits for the room and for lines.")
END = "'bye' was typed, the room has said 'bye', and it does not end."


def talk(room, talker):
    talker.enter("hello")
    who, *line = room.receive(TYPED, "'hello'")
    if line != [b"hello"]:
        refuse("It sends something else than the line.", "'hello'", line)
    room.send(who, "ping")
    room.receive("The room asks 'ping', and no 'pong' comes.", "'pong'"
                 ).must_be([who, "pong"], "It does not answer 'ping' well.")
    room.send(who, "welcome")
    talker.wait_for("room: welcome", "It does not print what the room says.")
    talker.enter("how are you?")
    room.receive(TYPED, "'how are you?'").must_be([who, "how are you?"],
                                                  STRANGER)
    talker.enter("bye")
    room.receive(TYPED, "'bye'").must_be([who, "bye"], STRANGER)
    room.send(who, "bye")
    talker.finish(END)


def shared(talker):
    """The number of threads that use one socket, if there are several."""
    return max(map(len, talker.threads_by_socket().values()), default=0) > 1


def cause(talker):
    """Why the talk went wrong; nothing, if it is something else."""
    events = talker.events()
    if len({one["context"] for one in events if one["ev"] == "socket"}) > 1:
        return CONTEXTS
    if len({one["s"] for one in events if one["ev"] == "connect"
            and one["endpoint"].startswith("tcp")}) > 1:
        return STRANGER
    # It died inside libzmq, before anybody had seen two threads there.
    return SHARED if "(src/" in talker.err else None


def check(program):
    room = Peer(ROUTER)
    talker = program.start("--connect", room.bind(), is_traced=True)
    try:
        talk(room, talker)
    except Refused as refused:
        if not shared(talker):
            raise Refused(cause(talker) or refused.lesson, refused.expected,
                          refused.instead, refused.waited) from None
    if shared(talker):
        has_lock = re.search("mutex|lock", program.source.read_text())
        refuse(LOCKED if has_lock else SHARED, "each socket is used by one "
               "thread", "two threads send and receive on one")
