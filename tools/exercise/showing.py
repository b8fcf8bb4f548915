"""What the companion says, in colour on a terminal only."""

import os
import re
import shutil
import sys
import textwrap

import catalogue

COLOURS = {"red": 31, "green": 32, "yellow": 33, "bold": 1, "dim": 2}
SAID_BY_COMPILER = 30  # lines


def use_colour():
    return (sys.stdout.isatty() and not os.environ.get("NO_COLOR")
            and os.environ.get("TERM", "dumb") != "dumb")


def paint(text, colour):
    return f"\033[{COLOURS[colour]}m{text}\033[0m" if use_colour() else text


def safe(text):
    """Without what would command a terminal."""
    return "".join(char if char.isprintable() or char == "\t" else "?"
                   for char in text)


def path_of(file):
    """A path as one would type it from here."""
    try:
        return str(file.relative_to(os.getcwd()))
    except ValueError:
        return str(file)


def editor_for(file):
    return f"{os.environ.get('EDITOR') or 'nano'} {path_of(file)}"


def task(exercise, file):
    """The task, its marks made fit for a terminal."""
    text = re.sub(r":(?:doc|term|repo):`/?([^`<]+)(?: <[^>]+>)?`", r"\1",
                  exercise.task)
    text = text.replace("``", "`").replace("::\n", ":\n")
    lines = [paint(f"{exercise.title}", "bold"),
             f"{exercise.name}, chapter {exercise.chapter}: "
             f"{exercise.summary}", "", text.rstrip(), ""]
    if exercise.program:
        lines.append(f"The program:  {path_of(exercise.program)}")
    if exercise.kind == "measure":
        lines.append(f"Run it:       run/exercise run {exercise.name}")
    lines.append(f"Your file:    {path_of(file)}")
    lines.append(f"Open it:      {editor_for(file)}")
    return "\n".join(lines)


def verdict(told):
    """What a check found."""
    if told["passed"]:
        lines = [paint("Passed.", "green")]
        if told["compiler"]:
            lines += ["The compiler has a word, though:",
                      *quoted(told["compiler"].splitlines())]
        return "\n".join(lines)
    if "broken" in told:
        return (paint("The check itself is broken", "red")
                + ", which is not your fault:\n" + told["broken"])
    lines = [paint("Not yet. ", "red") + folded(told["lesson"], " " * 9,
                                                "").lstrip()]
    for name in ("expected", "instead"):
        if told.get(name):
            lines.append(folded(safe(told[name]), f"  {name + ':':<10} ",
                                " " * 13))
    for process in told.get("processes", []):
        lines += ["", f"  $ {process['command']}",
                  *quoted(process["output"]),
                  "  " + paint(f"({safe(process['state'])})", "yellow")]
    if told["compiler"]:
        lines += ["", "  The compiler says:",
                  *quoted(told["compiler"].splitlines())]
    return "\n".join(lines)


def folded(text, first, rest):
    """In lines that the terminal is wide enough for."""
    width = max(20, min(shutil.get_terminal_size().columns, 80))
    return "\n".join(textwrap.wrap(text, width, initial_indent=first,
                                   subsequent_indent=rest,
                                   break_on_hyphens=False)) or first


def quoted(lines):
    shown = [f"  | {safe(line)}" for line in lines[:SAID_BY_COMPILER]]
    left = len(lines) - len(shown)
    return shown + ([f"  | … and {left} lines more"] if left else [])


def bar(done, total, width=24):
    full = width * done // total if total else width
    return f"[{'#' * full}{'-' * (width - full)}] {done}/{total}"


MARKS = {"passed": "x", "begun": ">", "gave-up": "o", "new": " "}


def listing(exercises, folder):
    lines = []
    for chapter, some in catalogue.by_chapter(exercises):
        lines.append(f"{paint(f'{chapter:<24}', 'bold')} "
                     + bar(folder.done(some), len(some), 8))
        for one in some:
            mark = MARKS[folder.entry(one).state]
            lines.append(f"  [{mark}] {one.name:<28} "
                         f"{catalogue.DIFFICULTIES[one.difficulty]:<7}"
                         f"{one.minutes:>3} min  {one.title}")
    lines += ["", "[x] passed   [>] begun   [o] solution seen   "
              + bar(folder.done(exercises), len(exercises))]
    return "\n".join(lines)
