"""Tries, within the sandbox, what must not work there."""

import ctypes
import errno
import mmap
import os
import signal
import socket
from pathlib import Path

KNOWN = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
         "/etc/alternatives", "/etc/ld.so.cache", "/proc", "/dev"]
CLONE_NEWUSER = 0x10000000


def holes(job):
    """What works though it must not, in words; nothing when all is well."""
    tries = {
        "more processes than allowed": too_many_processes,
        "more memory than allowed": too_much_memory,
        "a file larger than allowed": too_large_a_file,
        "more files than allowed": too_much_scratch,
        "writing outside": writing_outside,
        "reading what is not its own": reading_outside,
        "the network": network,
        "rights in a namespace of its own": namespace,
    }
    found = [name for name, attempt in tries.items() if attempt(job)]
    if not loopback():
        found.append("no loopback, which it should have")
    return found


def refuses(action, *arguments):
    try:
        action(*arguments)
        return False
    except OSError:
        return True


def too_many_processes(job):
    children = []
    try:
        for _ in range(2 * job["limits"]["NPROC"]):
            child = os.fork()
            if child == 0:
                signal.pause()
            children.append(child)
        return True
    except OSError as error:
        return error.errno != errno.EAGAIN
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def too_much_memory(job):
    return not refuses(mmap.mmap, -1, job["limits"]["AS"])


def too_large_a_file(job):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    file = Path(job["scratch"], "large")
    with file.open("wb") as stream:
        large = not refuses(os.posix_fallocate, stream.fileno(), 0,
                            job["limits"]["FSIZE"] + 1)
    file.unlink()
    return large


def too_much_scratch(job):
    """What can be written to is small."""
    for path, most in job["space"].items():
        about = os.statvfs(path)
        if about.f_blocks * about.f_frsize > most:
            return True
    return False


def writing_outside(job):
    places = ["/", "/dev", "/usr", "/etc", job["engine"],
              os.path.dirname(job["source"])]
    if not any(is_below(job["build"], space) for space in job["space"]):
        places.append(job["build"])  # else it is in the sandbox's own /tmp
    return not all(refuses(os.mkdir, os.path.join(place, "written"))
                   for place in places)


def is_below(path, folder):
    return Path(folder) in Path(path).parents


def reading_outside(job):
    """Above what is shown there is the way to it, and nothing else."""
    ways = {}
    for path in [*job["seen"], *job["space"], job["source"], *KNOWN]:
        while path != "/":
            above, name = os.path.split(path)
            ways.setdefault(above, set()).add(name)
            path = above
    del ways["/dev"]
    return any(set(os.listdir(above)) - names for above, names in ways.items()
               if os.path.isdir(above) and not above.startswith("/usr"))


def network(_):
    others = [name for _, name in socket.if_nameindex() if name != "lo"]
    with socket.socket(type=socket.SOCK_DGRAM) as outward:
        return bool(others) or not refuses(outward.connect,
                                           ("192.0.2.1", 9))


def loopback():
    with socket.socket() as server, socket.socket() as client:
        try:
            server.bind(("127.0.0.1", 0))
            server.listen()
            client.connect(server.getsockname())
            return True
        except OSError:
            return False


def namespace(_):
    """In a child: what it does to itself is gone with it."""
    child = os.fork()
    if child == 0:
        os._exit(ctypes.CDLL(None).unshare(CLONE_NEWUSER) == 0)
    return os.waitpid(child, 0)[1] != 0
