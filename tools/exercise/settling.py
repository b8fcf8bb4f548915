"""Tells when nothing moves any more: not in the reader's processes, not in
the sockets of the check, and not on the way between them.

Two looks prove it. In both, every thread waits in a system call without a
limit of time, no timer runs and TCP has nothing on its way; and between them
no thread has run for an instant. Nobody is left then who could do something,
except the check itself. Where that cannot be seen (a thread waits for a
limited time, another kind of processor) nothing is claimed.
"""

import os
import platform
import re
import threading
from pathlib import Path

# The calls that wait, by their numbers: the argument that limits the time, and
# what it is without a limit. None: there is no limit to give.
FOREVER = (0xffffffff, 0xffffffffffffffff)  # -1, in 32 bits or 64
NULL = (0,)
CALLS = {
    0: None, 1: None, 20: None, 34: None, 43: None, 45: None, 47: None,
    61: None, 130: None, 247: None, 288: None,  # read … wait4, waitid
    7: (2, FOREVER), 232: (3, FOREVER), 281: (3, FOREVER),  # poll, epoll_wait
    23: (4, NULL), 270: (4, NULL), 271: (2, NULL), 441: (3, NULL),  # select
    202: (3, NULL), 128: (2, NULL),  # futex, rt_sigtimedwait
} if platform.machine() == "x86_64" else {}
LASTING = ("01", "05", "06", "07", "08", "0A")  # TCP: connected, closed, …

own_calls = {}  # of this process's threads: where the kernel tells their call


class Moves(Exception):
    """Something may happen yet."""


def know_own_threads():
    """Opens what tells of the threads that run now. It can be read for ever,
    but not be opened any more once nobody may look into this process."""
    for thread in Path("/proc/self/task").iterdir():
        own_calls[thread.name] = os.open(thread / "syscall", os.O_RDONLY)


def look():
    """How often each thread has run so far, when all wait for ever. Of the
    threads in Python, other than this one, it is taken for granted that they
    read: those that wait for Python itself run between two looks."""
    ran, sockets = {}, set()
    me = os.getpid()
    in_python = {str(one.native_id) for one in threading.enumerate()}
    for pid in [me, *descendants(me)]:
        threads = {thread.name: asleep(thread, thread.name in in_python)
                   for thread in Path(f"/proc/{pid}/task").iterdir()
                   if thread.name != str(threading.get_native_id())}
        ran |= threads
        if pid == me or any(state != "Z" for state, _ in threads.values()):
            sockets |= without_timers(pid)
    nothing_underway(sockets)
    return ran


def descendants(pid):
    """All processes that come from this one, whoever has taken them over."""
    found = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = file.read_text().split()
        except OSError:  # the thread has ended
            continue
        for child in map(int, children):
            found += [child, *descendants(child)]
    return found


def asleep(thread, may_read=False):
    """Its state, and how often it has run; Moves unless it waits for ever."""
    state = (thread / "stat").read_text().rsplit(") ", 1)[1][0]
    if state not in "SZT":
        raise Moves
    if state == "S" and not may_read:
        number, *arguments = call_of(thread).split()
        if number == "running" or int(number) not in CALLS:
            raise Moves
        limit = CALLS[int(number)]
        if limit and int(arguments[limit[0]], 16) not in limit[1]:
            raise Moves
    return state, re.findall(r"ctxt_switches:\s+(\d+)",
                             (thread / "status").read_text())


def call_of(thread):
    """What the kernel says of the system call that a thread is in."""
    if thread.name in own_calls:
        return os.pread(own_calls[thread.name], 400, 0).decode()
    return (thread / "syscall").read_text()


def without_timers(pid):
    """The sockets of a process, by their numbers; Moves when it has a timer.
    An alarm() is the one that cannot be seen."""
    if Path(f"/proc/{pid}/timers").read_text():
        raise Moves
    sockets = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        try:
            what = os.readlink(file)
        except FileNotFoundError:  # the folder itself, where it is our own
            continue
        if what.startswith("socket:"):
            sockets.add(what[8:-1])
        elif what == "anon_inode:[timerfd]":
            about = Path(f"/proc/{pid}/fdinfo", file.name).read_text()
            if "it_value: (0, 0)" not in about:
                raise Moves
    return sockets


def nothing_underway(sockets):
    """Moves when TCP has something to carry from or to these sockets: bytes
    that the other side has not confirmed, or a connection half made."""
    busy, ports = [], set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        here, there, state, queues, number = (
            words[1], words[2], words[3], words[4], words[9])
        if number in sockets:
            ports.add(here)
        if state not in LASTING or not queues.startswith("00000000:"):
            busy.append((there, number))
    if any(number in sockets or there in ports for there, number in busy):
        raise Moves


class Settling:
    """Looks again and again; is_over() once two looks in a row agree."""

    def __init__(self):
        self.before = None

    def is_over(self):
        try:
            now = look()
        except (Moves, OSError, ValueError, IndexError):
            now = None
        same = now is not None and now == self.before
        self.before = now
        return same
