"""What a check is written with. A check is a function that plays the peers of
the reader's program and refuses it with a lesson:

    from checking import Peer, REQ

    def check(program):
        server = program.start("--bind", "tcp://127.0.0.1:*")
        client = Peer(REQ).connect(server.endpoint())
        client.send("Hello")
        client.receive("No reply came.").must_be(
            ["World"], "The reply is not World.")

Nothing here waits for time. Where nothing comes, that is proved: settling.py
sees that nothing moves any more. It cannot where something waits for a limited
time; there, processes that make no step for a while, with all of their threads
asleep, hang. One that is merely slow does not.
"""

import ctypes
import json
import os
import re
import resource
import signal
import socket
import subprocess
import threading
import time
from collections import defaultdict
from pathlib import Path

import zmq
from zmq import (DEALER, PAIR, PUB, PULL, PUSH, REP, REQ, ROUTER,  # noqa: F401
                 SUB, XPUB, XSUB)
from zmq.utils.monitor import recv_monitor_message

from settling import Settling, descendants, know_own_threads

IDLE = 1.5  # seconds without a step, where no proof is had: it hangs
BUSY = 0.2  # seconds of processor time, with nothing to do: it does not rest
LIMIT = 20  # seconds for one wait, however busy
LONGEST_OUTPUT = 1 << 20  # bytes; more is printing without end
MOST_LINES = 20_000
SHOWN = 40  # lines of output that a report shows

context = zmq.Context()
context.socket(PAIR).close()  # has its threads now; later there may be none
know_own_threads()
started = []  # all processes of this check
peers = []  # all of its sockets, which live as long as it does
build = None  # the build folder, where the trace's library is


class Refused(Exception):
    """What is wrong with the reader's program."""

    def __init__(self, lesson, expected=None, instead=None, waited=False):
        super().__init__(lesson)
        self.lesson = lesson
        self.waited = waited  # for something that did not come
        self.expected = expected
        self.instead = instead


def refuse(lesson, expected=None, instead=None):
    """Refuses the program.

    lesson    one or two sentences that name the mistake
    expected  what should have happened
    instead   what did
    """
    raise Refused(lesson, expected and shown(expected),
                  instead and shown(instead))


def expect(actual, expected, lesson, what="{}"):
    """Refuses the program unless the two are equal."""
    if actual != expected:
        refuse(lesson, what.format(shown(expected)), what.format(shown(actual)))


def shown(value):
    """Frames and other values, for people."""
    if isinstance(value, bytes):
        return repr(value)[1:]
    if isinstance(value, list) and all(isinstance(x, bytes) for x in value):
        count = f"{len(value)} frames: " if len(value) != 1 else ""
        return count + (", ".join(map(shown, value)) or "no message")
    return value if isinstance(value, str) else repr(value)


# --- Processes ---------------------------------------------------------------

def prepare_child():
    """In the child: gone when the check is, and open to the debugger."""
    libc = ctypes.CDLL(None)
    libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    libc.prctl(0x59616d61, ctypes.c_ulong(-1))  # PR_SET_PTRACER, anyone
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def traced(file):
    """The environment of a process whose calls are noted in this file."""
    # A sanitizer has to be told that it is not the first library.
    sanitizer = os.environ.get("ASAN_OPTIONS", "")
    return os.environ | {
        "LD_PRELOAD": str(build / "lib/libzmq_trace.so"),
        "ZMQ_TRACE_FILE": f"/proc/self/fd/{file}",
        "ASAN_OPTIONS": f"{sanitizer}:verify_asan_link_order=0"}


class Process:
    """One process of the reader's program."""

    def __init__(self, program, arguments, is_traced=False):
        self.command = " ".join([program.path.name, *arguments])
        self.text = {"out": "", "err": ""}
        self.lines = []  # of both, as they came
        self.seen = 0  # lines that wait_for() is done with
        self.is_endless = False
        # A file without a name, which nobody has to remove.
        self.trace = os.memfd_create("trace") if is_traced else None
        self.readers = []
        pipes = [self._pipe("out"), self._pipe("err")]
        try:
            self.child = subprocess.Popen(
                [program.path, *arguments], stdin=subprocess.PIPE,
                stdout=pipes[0], stderr=pipes[1],
                env=traced(self.trace) if is_traced else None,
                pass_fds=[self.trace] if is_traced else [],
                start_new_session=True, preexec_fn=prepare_child)
        except BlockingIOError:
            raise Refused("It has started more processes than it may, and "
                          "none can be added.") from None
        finally:
            for pipe in pipes:
                os.close(pipe)
        started.append(self)

    def _pipe(self, name):
        """Where it may write to; somebody reads that already, for it may use
        up all the threads that can be had."""
        here, there = os.pipe()
        reader = threading.Thread(target=self._read, daemon=True,
                                  args=(os.fdopen(here, "rb"), name))
        reader.start()
        self.readers.append(reader)
        return there

    def _read(self, pipe, name):
        size, rest = 0, b""
        while chunk := pipe.read1(1 << 16):
            size += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            if size > LONGEST_OUTPUT or len(self.lines) > MOST_LINES:
                self.is_endless = True
                self.signal(signal.SIGKILL)
                return
            for line in lines:
                self._note(line, name)
        if rest:
            self._note(rest, name)

    def _note(self, line, name):
        line = line.decode("utf-8", "backslashreplace")
        self.text[name] += line + "\n"
        self.lines.append(line)

    @property
    def out(self):
        return self.text["out"]

    @property
    def err(self):
        return self.text["err"]

    @property
    def status(self):
        """Its exit status, negative for a signal; None while it runs. It is
        left a zombie, so that nobody else gets its number before clean_up()
        has used that for the last time."""
        seen = os.waitid(os.P_PID, self.child.pid,
                         os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if not seen:
            return None
        ended = seen.si_code == os.CLD_EXITED
        return seen.si_status if ended else -seen.si_status

    def has_ended(self):
        return (self.status is not None
                and not any(reader.is_alive() for reader in self.readers))

    def wait_for(self, text, lesson):
        """The next line of its output with this text in it; with the lesson
        it is refused when none comes."""
        found = []

        def has_come():
            while not found and self.seen < len(self.lines):
                if text in self.lines[self.seen]:
                    found.append(self.lines[self.seen])
                self.seen += 1
            return found

        if not patiently(has_come, self):
            raise Refused(lesson, f"a line with '{text}'",
                          self.what_it_does(), waited=True)
        return found[0]

    def endpoint(self, lesson="It does not say where it listens. After bind, "
                              "announce(socket) does."):
        """Where it listens."""
        words = self.wait_for("listening on ", lesson).split()
        return words[words.index("on") + 1]

    def enter(self, text=""):
        """Writes a line to its stdin."""
        self.child.stdin.write(text.encode() + b"\n")
        self.child.stdin.flush()

    def finish(self, lesson, status=0):
        """Waits for its end, which must have this status."""
        if not patiently(self.has_ended, self):
            raise Refused(lesson, "it ends", self.what_it_does(), waited=True)
        if self.status != status:
            refuse(lesson, f"it ends with status {status}",
                   self.what_it_does())

    def stop(self, lesson="Stopped by a signal, as Ctrl-C does, it does not "
                          "end well."):
        """SIGTERM, upon which it must end with status 0."""
        self.signal(signal.SIGTERM)
        self.finish(lesson)

    def kill(self):
        """SIGKILL, and waits until it is gone."""
        self.signal(signal.SIGKILL)
        patiently(self.has_ended, self)

    def signal(self, number):
        os.kill(self.child.pid, number)  # not reaped, so it is still its own

    def events(self):
        """What it has done with ZeroMQ so far, as run/trace notes it: a
        dictionary for each event, with its kind (ev), its socket (s) and the
        thread that called (tid). Only of one that was started traced."""
        size = os.fstat(self.trace).st_size
        whole = os.pread(self.trace, size, 0).rpartition(b"\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def threads_by_socket(self):
        """The threads that have sent or received, for each socket."""
        threads = defaultdict(set)
        for event in self.events():
            if event["ev"] in ("send", "recv"):
                threads[event["pid"], event["s"]].add(event["tid"])
        return threads

    def what_it_does(self):
        """How it is with it, in words."""
        if self.is_endless:
            return "it prints without end"
        status = self.status
        if status is None:
            return "it still runs"
        if status < 0:
            return "it was ended by " + signal.Signals(-status).name
        return f"it ended with status {status}"

    def steps(self):
        """Whether a thread of it runs right now, and what it has printed."""
        is_running = False
        try:
            for task in Path(f"/proc/{self.child.pid}/task").iterdir():
                state = (task / "stat").read_text().rsplit(") ", 1)[1][0]
                is_running = is_running or state in "RD"
        except (OSError, IndexError):
            pass
        return is_running, len(self.lines), self.status

    def processor_time(self):
        """How long it has kept a processor busy so far, in seconds, with all
        that it has started and that still run."""
        ticks = 0
        for pid in (self.child.pid, *descendants(self.child.pid)):
            try:
                stat = Path(f"/proc/{pid}/stat").read_text()
            except OSError:
                continue
            words = stat.rsplit(") ", 1)[1].split()
            ticks += int(words[11]) + int(words[12])
        return ticks / os.sysconf("SC_CLK_TCK")


class Source(type(Path())):
    """The reader's file, whatever its bytes are."""

    def read_text(self, encoding="utf-8", errors="replace"):
        return super().read_text(encoding, errors)


class Program:
    """The reader's program, to be started as often as one likes."""

    def __init__(self, path, source):
        self.path = Path(path)
        self.source = Source(source)

    def start(self, *arguments, is_traced=False):
        """is_traced: what it does with ZeroMQ is noted, see events()."""
        return Process(self, arguments, is_traced)


def patiently(condition, *processes, idle=IDLE):
    """Waits until the condition holds. False when these processes (all that
    run, without any) have ended, or nothing moves any more, or they make no
    step, or take too long."""
    deadline = time.monotonic() + LIMIT
    settling = Settling()
    quiet = 0.0
    before = None
    last = time.monotonic()
    while True:
        if condition():
            return True
        watched = processes or started
        ended = bool(watched) and all(one.has_ended() for one in watched)
        if ended and condition():
            return True
        now = time.monotonic()
        if (ended and processes) or now > deadline:
            return bool(condition())
        if only_readers() and attend_to_peers() and settling.is_over():
            return bool(condition())
        steps = [one.steps() for one in watched]
        if steps == before and not any(running for running, *_ in steps):
            quiet += min(now - last, 0.1)  # more, and it was we who slept
        else:
            quiet = 0.0
        if quiet > (idle / 4 if ended else idle):
            return bool(condition())
        before, last = steps, now
        time.sleep(0.01)


def only_readers():
    """Whether all other threads of this check merely read what comes."""
    readers = sum(reader.is_alive() for one in started
                  for reader in one.readers)
    return threading.active_count() == 1 + readers


def attend_to_peers():
    """Lets our sockets do what they do only when they are asked."""
    for peer in peers:
        if not peer.socket.closed:
            peer.socket.get(zmq.EVENTS)
    return True


def rests(*processes):
    """Waits until nothing moves any more, so that what was sent has been dealt
    with. False when these processes keep a processor busy meanwhile: that
    counts their own time, and a slow machine makes no difference."""
    before = sum(one.processor_time() for one in processes)
    return not patiently(lambda: sum(
        one.processor_time() for one in processes) > before + BUSY, *processes)


# --- Peers -------------------------------------------------------------------

class Message(list):
    """The frames that came."""

    def must_be(self, frames, lesson):
        """Refuses the program unless these are the frames."""
        expect(list(self), as_frames(frames), lesson)
        return self


def as_frames(frames):
    frames = frames if isinstance(frames, (list, tuple)) else [frames]
    return [frame.encode() if isinstance(frame, str) else frame
            for frame in frames]


class Peer:
    """A socket that talks to the reader's program."""

    def __init__(self, kind, **options):
        self.socket = context.socket(kind)
        self.socket.linger = 0
        self.place = None
        for name, value in options.items():
            setattr(self.socket, name, value)
        peers.append(self)

    def reserve(self):
        """An endpoint at which it does not listen before it is bound."""
        self.place = socket.socket()
        self.place.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{self.place.getsockname()[1]}"

    def bind(self):
        """Listens where it was reserved, or where the kernel likes; returns
        the endpoint."""
        port = "*"
        if self.place:
            port = self.place.getsockname()[1]
            self.place.close()
        self.socket.bind(f"tcp://127.0.0.1:{port}")
        return self.socket.last_endpoint.decode().rstrip("\0")

    def connect(self, endpoint):
        """Connects; an endpoint that is open to the network is refused."""
        if not endpoint.startswith("tcp://127.0.0.1:"):
            refuse("It listens for the whole network. Bind to 127.0.0.1: who "
                   "else may come in is not the program's to decide.",
                   "tcp://127.0.0.1:PORT", endpoint)
        self.socket.connect(endpoint)
        return self

    def suits(self, endpoint):
        """Connects; whether the socket there is of a kind that talks to this
        one. Where it is not, who of the two says so first is chance."""
        events = self.socket.get_monitor_socket(
            zmq.EVENT_HANDSHAKE_SUCCEEDED
            | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
            | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL)
        self.connect(endpoint)
        if not patiently(lambda: events.poll(10)):
            return False
        event = recv_monitor_message(events)["event"]
        return event == zmq.EVENT_HANDSHAKE_SUCCEEDED

    def subscribe(self, topic):
        self.socket.subscribe(topic)
        return self

    def send(self, *frames, lesson="Nobody takes what is sent to it."):
        """Sends one message."""
        def is_sent():
            if not self.socket.poll(10, zmq.POLLOUT):
                return False
            try:
                self.socket.send_multipart(as_frames(frames), zmq.DONTWAIT)
            except zmq.Again:  # who was there has left
                return False
            return True

        if not patiently(is_sent):
            raise Refused(lesson, "it connects, and receives", told(),
                          waited=True)

    def receive(self, lesson, expected="a message"):
        """The frames of the next message; with the lesson the program is
        refused when none comes."""
        if not patiently(lambda: self.socket.poll(10)):
            raise Refused(lesson, expected, told(), waited=True)
        return Message(self.socket.recv_multipart())

    def nothing_more(self, lesson, expected="nothing more"):
        """Refuses the program when another message is there. Say this after
        the program has ended, or has answered something newer."""
        if self.socket.poll(0):
            refuse(lesson, expected, shown(self.socket.recv_multipart()))

    def departures(self):
        """A socket that gets a message whenever somebody who was connected to
        this one goes."""
        return self.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)

    def close(self):
        self.socket.close()


def told():
    """What the processes do, where no message came."""
    return "nothing came; " + " and ".join(
        one.what_it_does() for one in started[-3:])


# --- Predictions and measurements --------------------------------------------

def read_answers(text):
    """{"1": "five", …} of lines such as `1: five`; others are ignored."""
    answers = {}
    for line in text.splitlines():
        number, colon, answer = line.partition(":")
        if colon and number.strip().isdigit():
            answers[number.strip()] = " ".join(answer.split())
    return answers


def compare(answers, number, happened, why):
    """Refuses a prediction that is not what happened.

    why  what to say to a wrong answer: {"5": "…"}, and "" for all others
    """
    answer = answers.get(str(number), "")
    if not answer:
        refuse(f"Line {number} has no prediction yet.",
               f"a word or a number after '{number}:'", "nothing")
    if answer.lower() != str(happened).lower():
        refuse(why.get(answer.lower(), why[""]),
               f"{number}: {happened}, as the program shows",
               f"{number}: {answer}")


def figure(answers, number):
    """The number that the reader has measured: `7`, `about 7`, `7 ms`."""
    answer = answers.get(str(number), "")
    if not answer:
        refuse(f"Line {number} has no figure yet.",
               f"a number after '{number}:'", "nothing")
    found = re.fullmatch(r"(?:about |~ ?)?(\d{1,12}(?:\.\d+)?)(?: ?[a-z%]+)?",
                         answer.lower())
    if not found:
        refuse(f"Line {number} is to be a figure, and is none.",
               "a number such as 12 or 1.5", f"{number}: {answer}")
    return float(found[1])


def agree(answers, number, measured, factor=2.0, slack=0.0):
    """Refuses a figure that is far from what was measured just now. Between
    two runs, or two machines, it may differ by this factor, and by a slack
    for figures near 0."""
    own = figure(answers, number)
    if not measured / factor - slack <= own <= measured * factor + slack:
        refuse(f"Line {number} is not what comes out here. Run the program "
               "again with the options of that line, and write down what it "
               "says.", f"{number}: about {measured:g}, measured just now",
               f"{number}: {answers[str(number)]}")
    return own


def explain(answers, number, right, why, figures):
    """Refuses an explanation that does not follow from the figures.

    right    the letter of the one that does
    why      what to say to each of the others: {"a": "…", …}
    figures  what the figures say, in words
    """
    answer = answers.get(str(number), "").lower()
    letters = sorted([right, *why])
    if answer not in letters:
        refuse(f"Line {number} has no explanation yet.",
               f"one of {', '.join(letters)} after '{number}:'",
               answer or "nothing")
    if answer != right:
        refuse(why[answer], figures, f"{number}: {answer}")
