"""The reader's own folder: the files to work on, and what was done so far.

The state is a text file, progress.txt, with a line for each exercise that was
begun: its name, how it is (begun, passed or gave-up), the hints seen, the
checks made, the day. A line of which nothing can be made is left alone.
Two companions may work in one folder. What is written appears whole or, on a
full disk, not at all.
"""

import datetime
import fcntl
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STATES = ("begun", "passed", "gave-up")
LINE = re.compile(r"(\S+) +(begun|passed|gave-up) +hints=(\d{1,9})"
                  r" +checks=(\d{1,9}) +(\S+)")
HEADER = "# What run/exercise remembers. You may edit or delete this file.\n"


@dataclass
class Entry:
    """What is known of one exercise."""

    state: str = "new"
    hints: int = 0
    checks: int = 0
    day: str = "-"


def entries_of(text):
    """The entries by name, and the lines that are none."""
    entries, others = {}, []
    for line in text.splitlines():
        match = LINE.fullmatch(line.strip())
        if match:
            entries[match[1]] = Entry(match[2], int(match[3]), int(match[4]),
                                      match[5])
        elif line.strip() and not line.startswith("#"):
            others.append(line)
    return entries, others


def write_whole(file, content):
    """All of it, or nothing."""
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        new.write_bytes(content)
        new.replace(file)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(file)) from error
    finally:
        new.unlink(missing_ok=True)


class Folder:
    """A reader's folder; it is made when something is put there."""

    def __init__(self, path):
        self.path = Path(path).resolve()
        self.notes = self.path / "progress.txt"

    def file(self, exercise):
        return (self.path / exercise.chapter
                / (exercise.name + exercise.ending))

    def begin(self, exercise):
        """Puts the starter there, unless there is a file already."""
        file = self.file(exercise)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, exercise.file("starter").read_bytes())
        if self.entry(exercise).state == "new":
            self.note(exercise, state="begun")
        return file

    def reset(self, exercise):
        """The starter again; returns where the old file is kept."""
        file = self.file(exercise)
        kept = None
        if file.exists():
            number = 1
            while (kept := file.with_name(f"{file.name}.{number}")).exists():
                number += 1
            ready = file.with_name(f"{file.name}.starter")
            write_whole(ready, exercise.file("starter").read_bytes())
            file.rename(kept)
            ready.replace(file)
        self.begin(exercise)
        if self.entry(exercise).state != "begun":
            self.note(exercise, state="begun")
        return kept

    def _entries(self):
        try:
            return entries_of(self.notes.read_text(errors="replace"))
        except FileNotFoundError:
            return {}, []

    @contextmanager
    def alone(self):
        """While this lasts no other companion writes here."""
        self.path.mkdir(parents=True, exist_ok=True)
        place = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(place, fcntl.LOCK_EX)
            yield
        finally:
            os.close(place)

    def entry(self, exercise):
        return self._entries()[0].get(exercise.name, Entry())

    def note(self, exercise, **changes):
        """Writes what has changed."""
        with self.alone():
            entries, others = self._entries()
            entry = entries.setdefault(exercise.name, Entry("begun"))
            for name, value in changes.items():
                setattr(entry, name, value)
            entry.day = datetime.date.today().isoformat()
            lines = [f"{name:<32} {one.state:<8} hints={one.hints} "
                     f"checks={one.checks} {one.day}"
                     for name, one in entries.items()]
            write_whole(self.notes, (HEADER + "\n".join(lines + others)
                                     + "\n").encode())

    def current(self, exercises):
        """The one that is begun and not yet done, the first in the book."""
        return next((one for one in exercises
                     if self.entry(one).state == "begun"), None)

    def upcoming(self, exercises):
        """What to do next: the current one, else the first new one."""
        return self.current(exercises) or next(
            (one for one in exercises if self.entry(one).state == "new"),
            None)

    def done(self, exercises):
        return sum(self.entry(one).state == "passed" for one in exercises)
