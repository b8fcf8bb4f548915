"""Plays the scenarios of the chapters and keeps what they said.

A recording is made by ``run/CHAPTER SCENARIO --record FILE`` and kept until
something that it depends on changes: the chapter, its launcher, or what all
chapters share. Beside each recording lies a stamp, which says what it was made
with.
"""

import datetime
import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sphinx.errors import ExtensionError

KINDS = {"scenario", "start", "out", "enter", "exit", "say"}
PATIENCE = 120  # seconds that one scenario may take
SHARED = ["CMakeLists.txt", "common", "run/lib", "tools/trace",
          "tools/transcript"]


@dataclass(frozen=True)
class Event:
    """One line of a recording."""

    seconds: float
    kind: str
    name: str
    text: str


def parse(data):
    """The events in the bytes of a recording. What a program printed may hold
    any bytes; everything around it must be well formed."""
    events = []
    # Not splitlines(): it takes form feeds and more for the ends of lines.
    lines = data.decode("utf-8", "replace").split("\n")
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        fields = line.split("\t", 3)
        if len(fields) != 4 or fields[1] not in KINDS:
            raise ValueError(f"line {number} is not TIME, KIND, NAME, TEXT")
        events.append(Event(float(fields[0]), *fields[1:]))
    return events


def output_of(*command, cwd=None):
    """What a command prints on one line, or "unknown" if it cannot."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def versions():
    return {
        "libzmq": output_of("pkg-config", "--modversion", "libzmq"),
        "cppzmq": output_of("pkg-config", "--modversion", "cppzmq"),
        "g++": output_of(os.environ.get("CXX", "c++"), "-dumpfullversion"),
    }


class Recordings:
    """The recordings of all chapters, in a folder of their own."""

    def __init__(self, root, folder):
        self.root, self.folder = Path(root), Path(folder)
        self.versions = versions()
        self.trace = self.root / "build/lib/libzmq_trace.so"

    def chapters(self):
        return sorted(path.name for path in self.root.glob("run/[0-9][0-9]-*"))

    def scenarios(self, chapter):
        """(name, description) of each scenario, in the launcher's order."""
        launcher = self.root / "run" / chapter
        if not launcher.is_file():
            raise ExtensionError(f"there is no launcher run/{chapter}")
        done = subprocess.run([launcher, "--list"], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise ExtensionError(f"run/{chapter} --list failed: {done.stderr}")
        return [tuple(line.split(maxsplit=1))
                for line in done.stdout.splitlines()]

    def file(self, chapter, scenario, ending="tsv"):
        """Where a recording is, its stamp ("json") or its trace ("trace")."""
        return self.folder / chapter / f"{scenario}.{ending}"

    def stamp(self, chapter, scenario):
        """What a recording was made with; empty when there is none."""
        try:
            return json.loads(
                self.file(chapter, scenario, "json").read_text())
        except (OSError, ValueError):
            return {}

    def key(self, chapter):
        """A digest of all that the recordings of a chapter depend on."""
        digest = hashlib.sha256(repr((self.versions, self.trace.exists()))
                                .encode())
        for place in [f"chapters/{chapter}", f"run/{chapter}", *SHARED]:
            path = self.root / place
            files = sorted(path.rglob("*")) if path.is_dir() else [path]
            for file in files:
                if file.is_file() and "__pycache__" not in file.parts:
                    name = str(file.relative_to(self.root))
                    content = hashlib.sha256(file.read_bytes()).hexdigest()
                    digest.update(f"{name} {content}\n".encode())
        return digest.hexdigest()

    def outdated(self):
        """(chapter, scenario, key) of each recording that is to be made."""
        wanted = []
        for chapter in self.chapters():
            key = self.key(chapter)
            for scenario, _ in self.scenarios(chapter):
                there = self.file(chapter, scenario).exists()
                if not there or self.stamp(chapter, scenario).get("key") != key:
                    wanted.append((chapter, scenario, key))
        return wanted

    def record(self, chapter, scenario, key):
        """Plays a scenario; raises ExtensionError when it fails."""
        recording = self.file(chapter, scenario)
        recording.parent.mkdir(parents=True, exist_ok=True)
        stamp = self.file(chapter, scenario, "json")
        stamp.unlink(missing_ok=True)
        fresh = recording.with_suffix(".new")
        command = [self.root / "run" / chapter, scenario, "--record", fresh]
        if self.trace.exists():
            trace = self.file(chapter, scenario, "trace")
            trace.unlink(missing_ok=True)
            command += ["--trace-file", trace]
        self._play(chapter, scenario, command)
        try:
            parse(fresh.read_bytes())
        except (OSError, ValueError) as error:
            raise ExtensionError(
                f"run/{chapter} {scenario} left no recording: {error}")
        fresh.replace(recording)
        now = datetime.datetime.now(datetime.timezone.utc)
        stamp.write_text(json.dumps({
            "key": key, **self.versions, "commit": self._commit(),
            "date": now.strftime("%Y-%m-%d")}, indent=1) + "\n")

    def _play(self, chapter, scenario, command):
        launcher = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT)
        try:
            output, _ = launcher.communicate(timeout=PATIENCE)
        except BaseException as error:  # also Ctrl-C: leave nothing running
            launcher.terminate()  # the launcher stops its processes
            launcher.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                raise ExtensionError(
                    f"run/{chapter} {scenario} did not end in {PATIENCE} s")
            raise
        if launcher.returncode:
            raise ExtensionError(
                f"run/{chapter} {scenario} failed "
                f"(status {launcher.returncode}):\n"
                + output.decode("utf-8", "replace"))

    def _commit(self):
        commit = output_of("git", "rev-parse", "--short", "HEAD",
                           cwd=self.root)
        changes = output_of("git", "status", "--porcelain", cwd=self.root)
        return commit + (" with changes" if changes not in ("", "unknown")
                         else "")
