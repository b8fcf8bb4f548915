"""The reader's companion; run/exercise calls it."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

import catalogue
import showing
from building import Builder, NoBuild
from folder import Folder
from judging import judge
from verifying import verify
from watching import Watch


class Stop(Exception):
    """Ends the companion, with a message and status 2."""


class Companion:
    """What run/exercise can do, a function each."""

    def __init__(self, options):
        self.exercises = catalogue.all_exercises()
        self.folder = Folder(options.folder)
        self.json = options.json
        self.build_folder = options.build
        self._builder = None

    @property
    def builder(self):
        self._builder = self._builder or Builder(self.build_folder)
        return self._builder

    def named(self, name):
        """The exercise of this name; without one, the current one."""
        if not name:
            found = self.folder.upcoming(self.exercises)
            if not found:
                raise Stop("all exercises are done; say which one you mean")
            return found
        for one in self.exercises:
            if one.name == name:
                return one
        near = [one.name for one in self.exercises if name in one.name]
        raise Stop(f"there is no exercise '{name}'; " + (
            f"is it {' or '.join(near)}?" if near
            else "run/exercise list names them all"))

    def print_json(self, value):
        print(json.dumps(value), flush=True)

    def score(self):
        return self.folder.done(self.exercises), len(self.exercises)

    def judged(self, exercise):
        """Checks the reader's file, and remembers what came of it."""
        file = self.folder.begin(exercise)
        told = judge(self.builder, exercise, file,
                     f"reader/{exercise.name}")
        entry = self.folder.entry(exercise)
        changes = {"checks": entry.checks + 1}
        if told["passed"] and entry.state == "begun":
            changes["state"] = "passed"
        self.folder.note(exercise, **changes)
        return told

    def following(self):
        """Begins the next exercise, if there is one."""
        found = self.folder.upcoming(self.exercises)
        if found:
            self.folder.begin(found)
        return found

    # --- The commands ---

    def next(self, skip):
        found = self.folder.upcoming(self.exercises)
        if skip and found:
            later = self.exercises[self.exercises.index(found) + 1:]
            found = next((one for one in later
                          if self.folder.entry(one).state == "new"), None)
        if found:
            self.show(found)
        elif self.json:
            self.print_json(None)
        else:
            print("There is no exercise left. Well done.")

    def list_all(self):
        if self.json:
            self.print_json([
                {"name": one.name, "chapter": one.chapter, "title": one.title,
                 "kind": one.kind, "minutes": one.minutes,
                 "difficulty": one.difficulty,
                 "state": self.folder.entry(one).state,
                 "hints": self.folder.entry(one).hints,
                 "checks": self.folder.entry(one).checks}
                for one in self.exercises])
        else:
            print(showing.listing(self.exercises, self.folder))

    def show(self, exercise):
        file = self.folder.begin(exercise)
        if self.json:
            self.print_json({"name": exercise.name, "title": exercise.title,
                             "task": exercise.task, "file": str(file)})
            return
        print(showing.task(exercise, file))
        print("Then:         run/exercise check    (or watch, which checks "
              "whenever you save)")

    def check(self, exercises):
        """Checks these; the status is 0 when all passed."""
        results = []
        for exercise in exercises:
            told = self.judged(exercise)
            results.append(told)
            if self.json:
                continue
            if len(exercises) > 1:
                print(f"{exercise.name}: ", end="")
            print(showing.verdict(told), flush=True)
            if told["passed"]:
                print(f"Go on:  run/exercise next      "
                      f"{showing.bar(*self.score())}")
            elif len(exercises) == 1:
                print(f"\nStuck?  run/exercise hint {exercise.name}")
        if self.json:
            self.print_json(results)
        return 0 if all(told["passed"] for told in results) else 1

    def run(self, exercise, words):
        """Runs the program of the exercise, in the place of this one."""
        state = self.folder.entry(exercise).state
        if not exercise.program:
            raise Stop(f"{exercise.name} brings no program to run: you write "
                       "it, and run/exercise check builds and runs it")
        if exercise.kind == "predict" and state not in ("passed", "gave-up"):
            raise Stop("predict first: the check runs it and compares")
        with self.builder.program(exercise.program,
                                  f"run/{exercise.name}") as built:
            if not built.is_good:
                raise NoBuild(built.said)
            self.folder.begin(exercise)
            sys.stdout.flush()
            os.execv(built.program, [exercise.name, *words])

    def hint(self, exercise):
        """The next hint, and those before it, as often as one asks."""
        seen = min(self.folder.entry(exercise).hints + 1,
                   len(exercise.hints))
        self.folder.begin(exercise)
        self.folder.note(exercise, hints=seen)
        if self.json:
            self.print_json({"name": exercise.name,
                             "hints": exercise.hints[:seen],
                             "of": len(exercise.hints)})
            return
        for number, hint in enumerate(exercise.hints[:seen], 1):
            print(showing.paint(f"Hint {number} of {len(exercise.hints)}",
                                "bold"))
            print(hint + "\n")
        if seen == len(exercise.hints):
            print("That was the last one. The solution is shown by\n"
                  f"run/exercise solution {exercise.name} --give-up")

    def solution(self, exercise, give_up):
        entry = self.folder.entry(exercise)
        if entry.state not in ("passed", "gave-up") and not give_up:
            raise Stop("the solution is shown once your program has passed, "
                       "or with --give-up")
        if entry.state != "passed":
            self.folder.begin(exercise)
            self.folder.note(exercise, state="gave-up")
        text = exercise.file("solution").read_text()
        if self.json:
            self.print_json({"name": exercise.name, "solution": text})
        else:
            print(text, end="")

    def reset(self, exercise):
        kept = self.folder.reset(exercise)
        if self.json:
            self.print_json({"name": exercise.name,
                             "file": str(self.folder.file(exercise)),
                             "kept": kept and str(kept)})
            return
        print("The starter is back"
              + (f"; your old file is {showing.path_of(kept)}" if kept
                 else ""))

    def progress(self):
        done, total = self.score()
        if self.json:
            self.print_json({
                "passed": done, "of": total, "folder": str(self.folder.path),
                "chapters": {name: {"passed": self.folder.done(some),
                                    "of": len(some)} for name, some in
                             catalogue.by_chapter(self.exercises)}})
            return
        print(showing.bar(done, total))
        for chapter, some in catalogue.by_chapter(self.exercises):
            print(f"  {chapter:<24} "
                  f"{showing.bar(self.folder.done(some), len(some), 8)}")
        print(f"Kept in {showing.path_of(self.folder.notes)}")


def arguments():
    parser = argparse.ArgumentParser(
        prog="run/exercise", description="Exercises to every chapter, with "
        "checks, hints and solutions. Without a name, a command means the "
        "exercise that you are at.",
        epilog="Options follow their command, and run/exercise COMMAND --help "
        "names them: run/exercise list --folder ~/zmq")
    parser.add_argument("--build", type=Path, default=catalogue.ROOT / "build",
                        help=argparse.SUPPRESS)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--folder", type=Path,
                        default=catalogue.ROOT / "exercises",
                        help="where your files are (default: exercises/)")
    shared.add_argument("--json", action="store_true",
                        help="say it for a program")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND",
                                     required=True)

    def add(name, purpose, wants_name=True):
        command = commands.add_parser(name, help=purpose, parents=[shared],
                                      description=purpose)
        if wants_name:
            command.add_argument("name", nargs="?", metavar="NAME")
        return command

    add("next", "begin the next exercise, or show the one begun",
        False).add_argument("--skip", action="store_true",
                            help="leave the one begun for later")
    add("list", "name all exercises", False)
    add("show", "show what to do")
    add("check", "build and check your program").add_argument(
        "--all", action="store_true", help="all that you have begun")
    add("watch", "check whenever you save the file")
    add("run", "run the program that an exercise brings along").add_argument(
        "words", nargs=argparse.REMAINDER, metavar="…",
        help="its options, after NAME")
    add("hint", "give a hint; again, and it gives one more")
    add("solution", "show the solution").add_argument(
        "--give-up", action="store_true",
        help="also when your program has not passed")
    add("reset", "bring the starter back, and keep your file beside it")
    add("progress", "say what is done", False)
    prove = add("verify", "prove the exercises themselves; for their authors")
    prove.add_argument("--repeat", type=int, default=1, metavar="N",
                       help="check each solution so many times")
    prove.add_argument("--solutions", action="store_true",
                       help="only the solutions")
    prove.add_argument("--kept", action="store_true",
                       help="pass over what was proved before and has not "
                       "changed since")
    return parser


def obey(options):
    companion = Companion(options)
    command = options.command
    if command == "next":
        companion.next(options.skip)
    elif command == "list":
        companion.list_all()
    elif command == "progress":
        companion.progress()
    elif command == "verify":
        chosen = ([companion.named(options.name)] if options.name
                  else companion.exercises)
        return verify(companion, chosen, options)
    elif command == "check" and options.all:
        begun = [one for one in companion.exercises
                 if companion.folder.entry(one).state != "new"]
        if not begun:
            raise Stop("none is begun: run/exercise next begins one")
        return companion.check(begun)
    else:
        exercise = companion.named(options.name)
        if command == "check":
            return companion.check([exercise])
        if command == "watch":
            Watch(companion, exercise).run()
        elif command == "solution":
            companion.solution(exercise, options.give_up)
        elif command == "run":
            companion.run(exercise, options.words)
        else:
            getattr(companion, command)(exercise)
    return 0


def main():
    parser = arguments()
    options = parser.parse_args()
    try:
        return obey(options)
    except Stop as stop:
        print(f"run/exercise: {stop}", file=sys.stderr)
        return 2
    except (NoBuild, catalogue.Malformed, OSError) as error:
        print(f"run/exercise: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def interrupted(*_):
    raise KeyboardInterrupt


signal.signal(signal.SIGPIPE, signal.SIG_DFL)
signal.signal(signal.SIGTERM, interrupted)
signal.signal(signal.SIGHUP, interrupted)
sys.exit(main())
