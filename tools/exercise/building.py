"""Builds one file as the build would, by the same commands."""

import fcntl
import hashlib
import shlex
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catalogue import ROOT

PATIENCE = 60  # seconds for one file
TARGET = "exercise_pattern"


class NoBuild(Exception):
    """The build folder is not as it should be."""


@dataclass(frozen=True)
class Built:
    """What came of it: a program, or what the compiler said."""

    program: Path
    is_good: bool
    said: str  # warnings or errors


class Builder:
    """Compiles and links single files into build/exercises/."""

    def __init__(self, build=ROOT / "build"):
        self.build = build.resolve()
        self.commands = self._commands()
        self.shared = self._fingerprint()
        self.turn = threading.Lock()  # one compiler at a time

    def _commands(self):
        """The commands for the pattern, to compile and to link, as words."""
        done = subprocess.run(["ninja", "-C", self.build, "-t", "commands",
                               TARGET], capture_output=True, text=True)
        if done.returncode:
            raise NoBuild(f"{self.build} is not configured: "
                          f"{done.stdout}{done.stderr}")
        commands = []
        for line in done.stdout.splitlines():
            words = [word for word in shlex.split(line)
                     if word not in (":", "&&")]
            if any("pattern.cpp" in word for word in words):
                commands.append(words)
        if len(commands) != 2:
            raise NoBuild(f"{self.build} does not say how to build {TARGET}")
        return commands

    def _fingerprint(self):
        """Changes with all that is common to the programs."""
        known = hashlib.sha256(repr(self.commands).encode())
        for header in sorted((ROOT / "common").glob("*.hpp")):
            known.update(header.read_bytes())
        library = self.build / "common/libworkbook_common.a"
        if not library.is_file():
            raise NoBuild(f"{library} is not built: run/exercise builds it")
        known.update(library.read_bytes())
        return known

    def place(self, slot):
        """Where something is kept below build/exercises/."""
        return self.build / "exercises" / slot

    @contextmanager
    def program(self, source, slot, strict=False):
        """What came of building a source. While this lasts nobody builds
        another one in its place, not even another companion.

        slot    where the program goes below build/exercises/
        strict  take warnings for errors
        """
        program = self.place(slot)
        known = self.shared.copy()
        known.update(source.read_bytes())
        known.update(str((source, strict)).encode())
        key = known.hexdigest()
        program.parent.mkdir(parents=True, exist_ok=True)
        with open(program.with_name(program.name + ".lock"), "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            built = self._built(program, key)
            while not built:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not self._built(program, key):
                    with self.turn:
                        built = self._build(source, program, strict, key)
                    if not built.is_good:
                        break
                fcntl.flock(lock, fcntl.LOCK_SH)  # another one may be quicker
                built = self._built(program, key)
            yield built

    @staticmethod
    def _built(program, key):
        """The program that is there, if it was made for this key."""
        try:
            made_for, said = program.with_name(
                program.name + ".built").read_text().split("\n", 1)
        except (OSError, ValueError):
            return None
        is_right = made_for == key and program.is_file()
        return Built(program, True, said) if is_right else None

    def _build(self, source, program, strict, key):
        object_file = program.with_name(program.name + ".o")
        note = program.with_name(program.name + ".built")
        program.parent.mkdir(parents=True, exist_ok=True)
        note.unlink(missing_ok=True)
        said = ""
        for command in self.commands:
            words = [self._word(word, source, object_file, program)
                     for word in command]
            if strict and "-c" in words:
                words.append("-Werror")
            try:
                done = subprocess.run(
                    words, cwd=self.build, text=True, timeout=PATIENCE,
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, errors="replace")
            except subprocess.TimeoutExpired:
                return Built(program, False, "the compiler did not come to an "
                             f"end within {PATIENCE} seconds")
            said += done.stdout
            if done.returncode:
                return Built(program, False, said)
        object_file.unlink()
        note.write_text(f"{key}\n{said}")
        return Built(program, True, said)

    @staticmethod
    def _word(word, source, object_file, program):
        """The pattern's word, said of another file."""
        if word.endswith("/pattern.cpp"):
            return str(source)
        if "pattern.cpp.o" in word:
            return str(object_file) + word.split("pattern.cpp.o", 1)[1]
        if word.rsplit("/", 1)[-1] == TARGET:
            return str(program)
        return word
