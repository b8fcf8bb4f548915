"""A busy camera and one that seldom sends; then more pictures than any queue
holds, while nobody asks; then what is not to be kept."""

import zmq

from checking import (REQ, XPUB, Peer, Refused, as_frames, expect, patiently,
                      refuse, rests, shown)

FRAME = ("CONFLATE keeps one frame and no more. Of a picture in three frames "
         "the last is left; and of two subscriptions, too, only the last goes "
         "out.")
NONE = ("Asked for a camera that sends all the time, it has none of its "
        "pictures.")
OLD = ("It answers with an old picture: recv gives the one that has waited "
       "longest. Take all that are there, and keep the last of each camera.")
SHARED = ("There is one place for the pictures of all cameras, and the busy "
          "one takes it from the one that seldom sends. Each camera needs a "
          "place of its own.")
SELDOM = ("It receives only when it is asked. Meanwhile the queues fill up "
          "with old pictures, and from then on the camera passes the new ones "
          "over. Receive all the time: poll both sockets.")
OTHERS = ("It keeps what it should drop: a message that is not three frames, "
          "or a picture of a camera that it was not started for.")
SILENT = "Nobody is answered who asks."
LOOKS = 5  # for what is still on its way
MANY, PIXELS = 3000, bytes(40_000)


def ask(program, search):
    """What the program answers, once it has nothing left to do."""
    rests(program)
    search.send("newest?", lesson=SILENT)
    return ", ".join(frame.decode(errors="replace")
                     for frame in search.receive(SILENT))


def ask_until(program, search, wanted):
    """The answer that is wanted, or the last one."""
    for _ in range(LOOKS):
        answer = ask(program, search)
        if answer == wanted:
            break
    return answer


def send(camera, program, *frames):
    """Waits for room, where a PUB would drop."""
    def is_sent():
        try:
            camera.socket.send_multipart(as_frames(frames), zmq.DONTWAIT)
        except zmq.Again:
            return False
        return True

    if not patiently(is_sent, program):
        raise Refused(SELDOM, f"it receives {MANY} pictures",
                      f"{shown(as_frames(frames)[:2])} finds no room any more",
                      waited=True)


def check(program):
    is_conflated = "sockopt::conflate" in program.source.read_text()
    camera = Peer(XPUB, xpub_nodrop=1, sndhwm=200)
    viewer = program.start("--connect", camera.bind(), "--camera", "garden",
                           "--camera", "door", "--bind", "tcp://127.0.0.1:*")
    search = Peer(REQ).connect(viewer.endpoint())
    for _ in ("garden", "door"):
        camera.receive(FRAME if is_conflated else
                       "It does not subscribe to its cameras.",
                       "a subscription for each camera")

    send(camera, viewer, "door", "1", "pixels")
    for number in range(1, 21):
        send(camera, viewer, "garden", str(number), "pixels")
    wanted = "door: 1, garden: 20"
    answer = ask_until(viewer, search, wanted)
    if "garden: none yet" in answer:
        refuse(FRAME if is_conflated else NONE, wanted, answer)
    if "door: none yet" in answer and "garden: 20" in answer:
        refuse(SHARED, wanted, answer)
    expect(answer, wanted, OLD)

    for number in range(21, MANY + 1):
        send(camera, viewer, "garden", str(number), PIXELS)
    wanted = f"door: 1, garden: {MANY}"
    expect(ask_until(viewer, search, wanted), wanted, SELDOM)

    for message in (["gardenia", "7", "pixels"], ["garden", "8"], ["garden"],
                    ["door", "2", "pixels", "more"]):
        send(camera, viewer, *message)
    send(camera, viewer, "garden", "3001", "pixels")
    wanted = "door: 1, garden: 3001"
    expect(ask_until(viewer, search, wanted), wanted, OTHERS)
    viewer.stop()
