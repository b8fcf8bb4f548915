"""The teacher's side of the exercises; run/class calls it."""

import argparse
import datetime
import os
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "exercise"))
os.environ["NO_COLOR"] = "1"

import catalogue  # noqa: E402
import grading  # noqa: E402
import reports  # noqa: E402
import submissions  # noqa: E402
from building import Builder, NoBuild  # noqa: E402
from sandbox import MEMORY, NoSandbox, Sandbox, available  # noqa: E402


class Misused(Exception):
    """A command line that makes no sense."""


def say(text, one=None, result=None):
    """One line of progress."""
    if one:
        text += (f"  {submissions.shown(one.student)} {one.exercise.name}: "
                 f"{grading.RESULTS[result][0]}")
    print(f"run/class: {text}", file=sys.stderr, flush=True)


def number(text):
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError("a whole number from 1 to 256")
    return int(text)


def arguments():
    parser = argparse.ArgumentParser(
        prog="run/class", description="Checks the exercises of a class. "
        "FOLDER holds a folder for each student, and in it the files as "
        "run/exercise keeps them: CHAPTER/EXERCISE.cpp. Each is compiled and "
        "run in a sandbox. Interrupted, the same command goes on.")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--only", action="append", metavar="EXERCISE",
                        help="only this exercise; may be said again")
    parser.add_argument("--output", type=Path, metavar="FOLDER",
                        help="where the results go (default: beside the "
                        "class, FOLDER-results)")
    parser.add_argument("--jobs", type=number, metavar="N",
                        help="how many to check at once (default: two a "
                        "processor, if there is memory for them)")
    parser.add_argument("--build", type=Path, default=catalogue.ROOT / "build",
                        help=argparse.SUPPRESS)
    return parser


def chosen(names):
    exercises = catalogue.all_exercises()
    known = {one.name for one in exercises}
    for name in names or ():
        if name not in known:
            raise Misused(f"there is no exercise '{name}'; "
                          "run/exercise list names them all")
    return [one for one in exercises if not names or one.name in names]


def default_jobs():
    """Checks mostly wait."""
    return max(1, min(2 * len(os.sched_getaffinity(0)),
                      available() // 2 // MEMORY))


def write(output, title, students, graded):
    """All that is told of the class."""
    shutil.rmtree(output / "reports", ignore_errors=True)
    (output / "reports").mkdir()
    for student in students:
        mine = [one for one in graded if one.student == student]
        (output / "reports" / reports.file_of(student)).write_text(
            reports.report(student, mine), "utf-8", "backslashreplace")
    (output / "results.csv").write_text(
        reports.table(graded), "utf-8", "backslashreplace", newline="")
    (output / "index.html").write_text(
        reports.page(title, graded, datetime.date.today().isoformat()),
        "utf-8", "backslashreplace")


def grade(options):
    folder = options.folder.resolve()
    if not folder.is_dir():
        raise Misused(f"{options.folder} is not a folder")
    output = (options.output or folder.with_name(folder.name + "-results")
              ).resolve()
    if folder in [output, *output.parents]:
        raise Misused("the results may not go into the class's own folder")
    if (output.exists() and not (output / "verdicts").is_dir()
            and any(output.iterdir())):
        raise Misused(f"{output} holds other things: choose another --output")
    exercises = chosen(options.only)
    students, others = submissions.students(folder)
    if not students:
        raise Misused(f"{options.folder} has no folder of a student")
    for name in others:
        say(f"{submissions.shown(name)} is not a folder: passed over")

    builder = Builder(options.build)
    handed_in = [one for student in students for one in
                 submissions.of_student(folder, student, exercises)]
    say(f"{len(students)} students, {len(handed_in)} files")
    (output / "verdicts").mkdir(parents=True, exist_ok=True)
    sandbox = Sandbox(builder.build, builder.commands)
    try:
        sandbox.prove()
        grader = grading.Grader(sandbox, builder, output / "verdicts")
        verdicts = grader.all_verdicts(
            handed_in, options.jobs or default_jobs(), say)
    finally:
        sandbox.remove()
    graded = list(grading.grades(
        students, exercises, handed_in, verdicts, grader.key,
        {student: submissions.progress(folder, student)
         for student in students}))
    write(output, submissions.shown(folder.name), students, graded)
    print(f"{output}/index.html")
    unsure = [one for one in graded if one.told.get("unsure")
              or one.result in ("unreadable", "broken")]
    for one in unsure:
        say(f"not graded: {submissions.shown(one.student)} "
            f"{one.exercise.name}: {submissions.shown(one.lesson)}")
    return 1 if unsure else 0


def interrupted(*_):
    raise KeyboardInterrupt


def main():
    options = arguments().parse_args()
    signal.signal(signal.SIGTERM, interrupted)
    try:
        return grade(options)
    except Misused as error:
        say(str(error))
        return 2
    except (NoBuild, NoSandbox, catalogue.Malformed, OSError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("interrupted; the same command goes on from here")
        return 130


sys.exit(main())
