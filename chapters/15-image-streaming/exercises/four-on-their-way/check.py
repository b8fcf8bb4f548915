"""A hub that answers when it is told to: after four, after one, and the last
one late."""

from checking import ROUTER, Peer, Refused, expect, patiently, refuse, shown

LOCKSTEP = ("It waits for each answer before it sends the next picture. While "
            "the hub works the sender sleeps, and while the sender works the "
            "hub does. A DEALER may send again at once.")
DELIMITER = ("Its pictures have no empty frame in front. A REP discards them "
             "without a word, and nobody is answered: a REQ adds that frame by "
             "itself, and a DEALER does not.")
FRAMES = "What it sends is not a picture as the hub knows it."
WINDOW = ("It sends more pictures than the window has room for. What is not "
          "yet answered must be counted, or a slow hub gets a full memory "
          "instead of a slow camera.")
BATCH = ("One picture is answered, and it sends no other: it waits for all "
         "four. A window moves on with each answer, or the hub runs dry once "
         "for each four pictures.")
EARLY = ("It ends when the last picture is sent. Nobody has said that it "
         "arrived, nor those on their way before it: wait for their answers.")
END = "All pictures are answered, and it does not end."


class Hub:
    """Takes pictures, and answers them one by one, the oldest first."""

    def __init__(self, program, window, count):
        self.socket = Peer(ROUTER)
        self.sender = program.start(
            "--connect", self.socket.bind(), "--window", str(window),
            "--count", str(count))
        self.taken = 0
        self.waiting = []

    def take(self, lesson):
        """The next picture, which must come."""
        expected = f"picture {self.taken + 1}"
        camera, *frames = self.socket.receive(lesson, expected)
        self.taken += 1
        if frames and frames[0].startswith(b"{"):
            refuse(DELIMITER, "3 frames, the first of them empty",
                   shown(frames))
        expect(frames, [b"", b'{"msg": "garden"}', expected.encode()], FRAMES)
        self.waiting.append(camera)

    def answer(self):
        self.socket.send(self.waiting.pop(0), "", "OK")

    def takes_no_more(self):
        """The sender must not send more now."""
        if patiently(lambda: self.socket.socket.poll(10), self.sender):
            refuse(WINDOW, f"{len(self.waiting)} are on their way, and no more",
                   shown(self.socket.socket.recv_multipart()[1:]))

    def is_waited_for(self):
        """The sender must not end now."""
        if patiently(self.sender.has_ended, self.sender):
            refuse(EARLY, f"it waits for {len(self.waiting)} more answers",
                   self.sender.what_it_does())


def check(program):
    hub = Hub(program, window=4, count=10)
    for _ in range(4):
        hub.take(LOCKSTEP)
    hub.takes_no_more()
    hub.answer()
    hub.take(BATCH)
    hub.takes_no_more()
    while hub.taken < 10:
        hub.answer()
        hub.take(BATCH)
    while len(hub.waiting) > 1:
        hub.answer()
    hub.is_waited_for()
    hub.answer()
    hub.sender.finish(END)
    expect(hub.sender.out, "all 10 are answered\n",
           "It does not say that all are answered.")

    hub = Hub(program, window=2, count=3)
    for _ in range(2):
        hub.take(LOCKSTEP)
    hub.takes_no_more()
    hub.answer()
    hub.take(BATCH)
    hub.answer()
    hub.answer()
    hub.sender.finish(END)
