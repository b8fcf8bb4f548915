"""What the class handed in. Names and files are other people's: no link is
followed, nothing but a plain file of a sensible size is read."""

import os
import stat
from dataclasses import dataclass

from folder import Entry, entries_of

LARGEST = 256 * 1024  # bytes of a file
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # no wait for a pipe


class Unreadable(Exception):
    """Why a file is not read."""


@dataclass(frozen=True)
class Submission:
    """One file of one student; without content: why it cannot be read."""

    student: str
    exercise: object
    content: bytes | None
    trouble: str = ""


def students(folder):
    """The students' folders by name, and what else is there."""
    found, others = [], []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.name.startswith("."):
                continue
            is_student = entry.is_dir(follow_symlinks=False)
            (found if is_student else others).append(entry.name)
    return found, others


def shown(name):
    """A name that any terminal, table or page can show, on one line."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else "?" for char in text)


def of_student(folder, student, exercises):
    """All that one handed in: the folder that run/exercise keeps, or one that
    holds it under its usual name."""
    for exercise in exercises:
        file = f"{exercise.name}{exercise.ending}"
        for above in ([], ["exercises"]):
            path = [student, *above, exercise.chapter, file]
            try:
                content = read(folder, path)
            except FileNotFoundError:
                continue
            except (OSError, Unreadable) as error:
                why = getattr(error, "strerror", None) or str(error)
                yield Submission(student, exercise, None,
                                 "/".join(path[1:]) + ": " + why)
            else:
                yield Submission(student, exercise, content)
            break


def progress(folder, student):
    """What the student's own companion has noted, by exercise. It is a text
    that anybody can edit."""
    for above in ([], ["exercises"]):
        try:
            text = read(folder, [student, *above, "progress.txt"])
        except (OSError, Unreadable):
            continue
        return entries_of(text.decode("utf-8", "replace"))[0]
    return {}


NOTHING_NOTED = Entry()


def read(folder, path):
    """The content of the file at this path, each part of which must be just
    what it seems."""
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for number, name in enumerate(path):
            is_last = number == len(path) - 1
            below = os.open(name, FILE if is_last else FOLDER, dir_fd=at)
            os.close(at)
            at = below
        about = os.fstat(at)
        if not stat.S_ISREG(about.st_mode):
            raise Unreadable("it is not a plain file")
        if about.st_size > LARGEST:
            raise Unreadable(f"it has more than {LARGEST // 1024} kB")
        with os.fdopen(os.dup(at), "rb") as stream:
            return stream.read(LARGEST)
    finally:
        os.close(at)

