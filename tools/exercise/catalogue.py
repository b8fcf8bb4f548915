"""The exercises: chapters/NN-name/exercises/NAME/, a folder each.

    exercise.toml   title, kind, minutes, difficulty, and what the check says
                    to the starter and to each wrong answer
    task.rst        what to do; the book and the terminal show it
    starter.cpp     what a reader begins with (starter.txt: a prediction, or
                    a sheet for what is measured)
    solution.cpp    passes the check
    hints.txt       from a nudge to nearly the answer, "---" between two
    check.py        runs the reader's program and judges what it does
    wrong/*.cpp     answers that the check refuses
    program.cpp     the program that is predicted, or that measures
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    "complete": "complete a program",
    "repair": "repair a broken program",
    "predict": "predict, then run",
    "build": "build from a description",
    "measure": "measure and explain",
}
WRITTEN = ("predict", "measure")  # answers to a program, in a text file
DIFFICULTIES = {1: "easy", 2: "medium", 3: "hard"}


class Malformed(Exception):
    """An exercise that lacks something, or says something senseless."""


@dataclass(frozen=True)
class Exercise:
    """One exercise, as its folder describes it."""

    name: str
    chapter: str
    folder: Path
    title: str
    kind: str
    minutes: int
    difficulty: int
    starter_is_refused: str  # what the check says to the starter
    wrong: dict  # the same for each wrong answer, by its file's stem

    @property
    def program(self):
        """The program that the answers are about; None for other kinds."""
        return self.folder / "program.cpp" if self.kind in WRITTEN else None

    @property
    def ending(self):
        return ".txt" if self.program else ".cpp"

    def file(self, stem):
        """starter, solution or wrong/NAME."""
        return self.folder / (stem + self.ending)

    @property
    def task(self):
        return (self.folder / "task.rst").read_text()

    @property
    def hints(self):
        text = (self.folder / "hints.txt").read_text()
        return [hint.strip("\n") for hint in re.split(r"^---\n", text,
                                                      flags=re.M)]

    @property
    def summary(self):
        return (f"{KINDS[self.kind]}, {DIFFICULTIES[self.difficulty]}, "
                f"about {self.minutes} minutes")


def read(folder):
    """The exercise in a folder; Malformed says what is wrong with it."""
    def need(condition, what):
        if not condition:
            raise Malformed(f"{folder}: {what}")

    try:
        about = tomllib.loads((folder / "exercise.toml").read_text())
        found = Exercise(
            folder.name, folder.parents[1].name, folder, about["title"],
            about["kind"], about["minutes"], about["difficulty"],
            about["starter-is-refused"], about["wrong"])
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise Malformed(f"{folder}/exercise.toml: {error!r}") from error
    need(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", found.name),
         "a name is made of small letters, digits and single dashes")
    need(found.kind in KINDS, f"the kind is none of {', '.join(KINDS)}")
    need(found.difficulty in DIFFICULTIES, "the difficulty is 1, 2 or 3")
    need(isinstance(found.minutes, int) and 1 <= found.minutes <= 120,
         "the minutes are a whole number from 1 to 120")
    files = [folder / "task.rst", folder / "hints.txt", folder / "check.py",
             found.file("starter"), found.file("solution")]
    if found.program:
        files.append(found.program)
    for file in files:
        need(file.is_file() and file.read_text().strip(),
             f"there is no {file.name}, or nothing in it")
    need(len(found.hints) >= 2, "hints come in steps: there is only one")
    there = {file.stem for file in folder.glob("wrong/*")}
    need(there == set(found.wrong),
         "exercise.toml and wrong/ differ: "
         + ", ".join(sorted(there ^ set(found.wrong))))
    need(there, "there is no wrong answer")
    return found


def by_chapter(exercises):
    """Chapters and their exercises, in turn."""
    for name in dict.fromkeys(one.chapter for one in exercises):
        yield name, [one for one in exercises if one.chapter == name]


def all_exercises(root=ROOT):
    """All exercises, in the order of the book: by chapter, then difficulty,
    then name."""
    found = [read(file.parent) for file in
             root.glob("chapters/*/exercises/*/exercise.toml")]
    found.sort(key=lambda one: (one.chapter, one.difficulty, one.name))
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise Malformed(f"{name}: two exercises have this name")
    return found
