"""A place where other people's code can be compiled and run.

Bubblewrap gives each job processes, users, a network and files of its own: it
sees /usr, a copy of what a check needs, and one file of a student; it can
write to a small scratch folder in memory. inside.py sets what the kernel
limits for one process. What one process cannot be asked to keep to is watched
from outside: time, output, and the memory of all processes together.
"""

import fcntl
import json
import os
import secrets
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MB = 1 << 20
LIMITS = {  # for one process; NPROC: for all, threads included
    "AS": 1280 * MB, "NPROC": 128, "FSIZE": 64 * MB, "NOFILE": 256,
    "CORE": 0, "MEMLOCK": 0, "MSGQUEUE": 0, "SIGPENDING": 256,
}
SPACE = {"/scratch": 192 * MB, "/tmp": 16 * MB, "/dev/shm": 16 * MB}
MEMORY = 2048 * MB  # of all processes together
RESERVE = 512 * MB  # of the machine; all sandboxes end when less is left
TIME = 150  # seconds
PROCESSOR = 60  # seconds of processor time, of all processes together
POLITE = 10  # after so many, it gets what the others leave
OUTPUT = 16 * MB  # of the verdict
PACE = 0.1  # seconds between two looks at the memory
FIRST_USER = 2_000_000_000  # as root: identities that nobody has


class NoSandbox(Exception):
    """Why other people's code cannot be run here."""


class Sandbox:
    """Runs jobs, several at once; remove() when done."""

    def __init__(self, build, commands):
        """build     the workbook's build folder
        commands  how to build a program, see Builder"""
        if not shutil.which("bwrap"):
            raise NoSandbox("bubblewrap is not installed")
        self.build = Path(build).resolve()
        self.commands = commands
        self.users = list(range(FIRST_USER, FIRST_USER + 1000))
        self.copy = Path(tempfile.mkdtemp(prefix="workbook-class-"))
        self.copy.chmod(0o755)  # as root: for those identities
        self._take_copy()
        self.watch = Watch()

    def _take_copy(self):
        """What the jobs may see of the workbook."""
        self.seen = {}  # the copy, by where it is shown

        def show(path):
            self.seen[path] = self.copy / str(len(self.seen))
            return self.seen[path]

        leave = shutil.ignore_patterns("__pycache__")
        pattern = "tools/exercise/CMakeFiles/exercise_pattern.dir"
        for path in [ROOT / "common", ROOT / "tools/exercise", HERE,
                     self.build / pattern,  # the precompiled header
                     *sorted(ROOT.glob("chapters/*/exercises"))]:
            shutil.copytree(path, show(path), ignore=leave)
        for library in ("common/libworkbook_common.a", "lib/libzmq_trace.so"):
            shutil.copyfile(self.build / library, show(self.build / library))
        for folder, _, files in os.walk(self.copy):
            os.chmod(folder, 0o755)
            for file in files:
                os.chmod(os.path.join(folder, file), 0o644)

    def remove(self):
        self.watch.stop()
        shutil.rmtree(self.copy, ignore_errors=True)

    def end_all(self):
        """Ends all jobs that run now."""
        self.watch.end_all()

    def prove(self):
        """Raises NoSandbox unless the sandbox holds what it promises."""
        told, why = self._run({}, b"")
        if why:
            raise NoSandbox(f"bubblewrap cannot make a sandbox here: {why}")
        if told:
            raise NoSandbox("the sandbox does not hold here. In it works: "
                            + "; ".join(map(str, told)))

    def check(self, exercise, content):
        """The verdict on a file's content, and why there is none."""
        return self._run({"exercise": str(exercise.folder)}, content,
                         "/student/" + exercise.name + exercise.ending)

    def _run(self, job, content, source="/student/nothing"):
        job |= {"engine": str(ROOT / "tools/exercise"), "scratch": "/scratch",
                "build": str(self.build), "commands": self.commands,
                "limits": LIMITS, "source": source,
                "space": SPACE, "seen": list(map(str, self.seen)),
                "token": secrets.token_hex()}
        user = self.users.pop(0)
        try:
            with tempfile.TemporaryFile() as file:
                file.write(content)
                file.seek(0)
                return self._obey(job, file.fileno(), user)
        finally:
            self.users.append(user)

    def _command(self, job, source):
        words = [
            "bwrap", "--unshare-user", "--unshare-all", "--disable-userns",
            "--die-with-parent", "--new-session", "--hostname", "sandbox",
            "--clearenv"]
        for name, value in {
                "PATH": "/usr/bin", "HOME": "/scratch", "TMPDIR": "/scratch",
                "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONNOUSERSITE": "1"}.items():
            words += ["--setenv", name, value]
        words += ["--ro-bind", "/usr", "/usr"]
        for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
            path = Path("/", name)
            if path.is_symlink():
                words += ["--symlink", os.readlink(path), str(path)]
            elif path.is_dir():
                words += ["--ro-bind", str(path), str(path)]
        for path in ("/etc/alternatives", "/etc/ld.so.cache"):
            words += ["--ro-bind-try", path, path]
        words += ["--proc", "/proc", "--dev", "/dev"]
        for path, size in SPACE.items():
            words += ["--size", str(size), "--tmpfs", path]
        for path, copy in self.seen.items():
            words += ["--ro-bind", str(copy), str(path)]
        words += [
            "--ro-bind-data", str(source), job["source"],
            "--remount-ro", "/dev", "--remount-ro", "/",
            "--chdir", "/scratch", "--",
            sys.executable, str(HERE / "inside.py")]
        return words

    def _obey(self, job, source, user):
        """What the job printed, and why that is nothing."""
        identity = {}
        if os.geteuid() == 0:  # root is exempt from limits; these are not
            identity = {"user": user, "group": user, "extra_groups": []}
        try:
            process = subprocess.Popen(
                self._command(job, source), stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                pass_fds=[source], cwd="/", start_new_session=True,
                **identity)
        except OSError as error:
            return None, str(error)
        with process, self.watch.over(process.pid) as watched:
            try:
                hand_over(job, process.stdin)
                out, err, why = collect(process)
            finally:
                end(process.pid)
                leave(process)
            why = watched.why or why
        if why:
            return None, why
        for line in reversed(out.splitlines()):
            try:
                told = json.loads(line)
                if told["token"] == job["token"]:
                    return told["told"], None
            except (ValueError, KeyError, TypeError, RecursionError):
                pass  # not ours
        said = err.decode("utf-8", "replace").strip().splitlines()
        return None, said[-1] if said else "it ended without a verdict"


def hand_over(job, stream):
    """Small enough for a pipe: this does not wait."""
    try:
        with stream:
            stream.write(json.dumps(job).encode())
    except BrokenPipeError:
        pass  # it will have said why it ended


def collect(process):
    """All that it prints, to both; and why that was not waited for."""
    deadline = time.monotonic() + TIME
    texts = {process.stdout: b"", process.stderr: b""}
    open_ones = set(texts)
    for stream in texts:
        flags = fcntl.fcntl(stream, fcntl.F_GETFL)
        fcntl.fcntl(stream, fcntl.F_SETFL, flags | os.O_NONBLOCK)
    why = None
    while open_ones and not why:
        left = deadline - time.monotonic()
        ready, _, _ = select.select(open_ones, [], [], max(left, 0))
        if not ready:
            why = f"it took more than {TIME} seconds"
        for stream in ready:
            chunk = stream.read1(1 << 16)
            texts[stream] += chunk
            if not chunk:
                open_ones.discard(stream)
        if sum(map(len, texts.values())) > OUTPUT:
            why = "it printed without end"
    return texts[process.stdout], texts[process.stderr], why


def end(pid):
    """Ends a sandbox: with its first process, the kernel ends all others, and
    bubblewrap, which is outside, sees that and ends. It is only ended where
    it has not begun anything yet."""
    for one in descendants(pid, table()) or [pid]:
        try:
            os.kill(one, 9)
        except OSError:
            pass


def leave(process):
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def table():
    """All processes: of each the parent, the pages of memory, and the seconds
    of processor time, with those of its children that have ended."""
    tick = os.sysconf("SC_CLK_TCK")
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as stream:
                words = stream.read().rsplit(b") ", 1)[1].split()
        except (OSError, IndexError):
            continue
        found[int(name)] = (int(words[1]), int(words[21]),
                            sum(map(int, words[11:15])) / tick)
    return found


def descendants(pid, processes):
    children = {}
    for one, (parent, *_) in processes.items():
        children.setdefault(parent, []).append(one)
    found = []
    left = [pid]
    while left:
        of_one = children.get(left.pop(), [])
        found += of_one
        left += of_one
    return found


class Watch:
    """Ends sandboxes that take too much memory or processor time."""

    def __init__(self):
        self.watched = {}
        self.is_over = False
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def stop(self):
        self.stopped.set()
        self.thread.join()

    def over(self, pid):
        return Watched(self, pid)

    def _look(self):
        while not self.stopped.wait(PACE):
            with self.lock:
                if self.watched:
                    self._look_once()

    def end_all(self):
        """Ends those that run, and those that would begin."""
        with self.lock:
            self.is_over = True
            for pid in self.watched:
                end(pid)

    def _look_once(self):
        processes = table()
        page = os.sysconf("SC_PAGE_SIZE")
        is_scarce = available() < RESERVE
        for pid, watched in self.watched.items():
            all_of_it = descendants(pid, processes)
            used = page * sum(processes[one][1] for one in all_of_it)
            worked = sum(processes[one][2] for one in all_of_it)
            if worked > POLITE:
                make_polite(all_of_it)
            if worked > PROCESSOR:
                watched.why = (f"it took more than {PROCESSOR} seconds of "
                               "processor time")
            elif used > MEMORY:
                watched.why = (f"it took more than {MEMORY // MB} MB of "
                               "memory")
            elif is_scarce:
                watched.why = "the machine ran out of memory"
            if watched.why:
                end(pid)


def make_polite(processes):
    for one in processes:
        try:
            os.setpriority(os.PRIO_PROCESS, one, 19)
        except OSError:
            pass  # it has ended


class Watched:
    """A sandbox while it is watched."""

    def __init__(self, watch, pid):
        self.watch, self.pid, self.why = watch, pid, None

    def __enter__(self):
        with self.watch.lock:
            self.watch.watched[self.pid] = self
            if self.watch.is_over:
                end(self.pid)
        return self

    def __exit__(self, *_):
        with self.watch.lock:
            del self.watch.watched[self.pid]


def available():
    """Bytes of memory that the machine has left."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 1 << 62
