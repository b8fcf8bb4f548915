"""Checks the reader's file whenever it is saved."""

import os
import select
import sys
import termios
import time
import tty
from contextlib import contextmanager

import showing

EVERY = 0.05  # seconds between two looks at the file


def stamp(file):
    try:
        seen = file.stat()
        return seen.st_mtime_ns, seen.st_size, seen.st_ino
    except OSError:  # an editor is replacing it, say
        return None


@contextmanager
def single_keys():
    """Keys without Enter, while this lasts."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


class Watch:
    """On a terminal: a screen for each check, and keys. Elsewhere: the same
    lines one after the other, until Ctrl-C."""

    def __init__(self, companion, exercise):
        self.companion = companion
        self.exercise = exercise
        self.is_screen = showing.use_colour() and sys.stdin.isatty()
        self.passed = False
        self.trouble = None

    def run(self):
        with single_keys():
            seen = None
            while True:
                now = stamp(self.file())
                if now and now != seen:
                    seen = now
                    self.try_to(self.check)
                elif key := self.key():
                    if key == "q":
                        return
                    if self.try_to(self.act, key):
                        seen = None

    def file(self):
        """The reader's file; the starter where it is gone."""
        return self.try_to(self.companion.folder.begin, self.exercise) \
            or self.companion.folder.file(self.exercise)

    def try_to(self, action, *arguments):
        """Does it. What goes wrong, a full disk for one, is said once, and one
        can put it right and go on."""
        try:
            done = action(*arguments)
            self.trouble = None
            return done
        except OSError as error:
            if str(error) != self.trouble:
                self.trouble = str(error)
                self.say(f"run/exercise: {error}")
            return None

    def key(self):
        if not sys.stdin.isatty():
            time.sleep(EVERY)
            return None
        ready, _, _ = select.select([sys.stdin], [], [], EVERY)
        # Not by sys.stdin: it would keep what one types too quickly.
        return (os.read(0, 1).decode("latin-1") or "q") if ready else None

    def check(self):
        if self.is_screen:
            self.clear()
            self.say(f"{self.exercise.title}: checking …")
        told = self.companion.judged(self.exercise)
        self.passed = told["passed"]
        if self.companion.json:
            self.companion.print_json(told)
            return
        self.clear()
        file = self.companion.folder.file(self.exercise)
        self.say(f"{showing.paint(self.exercise.title, 'bold')}  "
                 f"({self.exercise.name})")
        self.say(f"open it:  {showing.editor_for(file)}")
        self.say("")
        self.say(showing.verdict(told))
        self.footer()

    def act(self, key):
        """What a key does; true when the file is to be checked again."""
        if key == "h":
            self.say("")
            self.companion.hint(self.exercise)
        elif key == "s":
            self.say("")
            self.companion.show(self.exercise)
        elif key == "l":
            self.say("")
            self.companion.list_all()
        elif key == "r":
            self.companion.reset(self.exercise)
            return True
        elif key == "n" and self.passed:
            following = self.companion.following()
            if following:
                self.exercise = following
                self.companion.show(following)
                return True
            self.say("That was the last one. Well done.")
        elif key == "n":
            self.say("First let this one pass. (q ends; run/exercise next "
                     "--skip goes on.)")
        elif key in "c\n ":
            return True
        self.footer()
        return False

    def clear(self):
        if self.is_screen:
            sys.stdout.write("\033[2J\033[H")

    def footer(self):
        if not sys.stdin.isatty():
            return
        bar = showing.bar(*self.companion.score())
        self.say("")
        keys = ["h hint", "s task", "l list", "c check", "r reset", "q quit"]
        if self.passed:
            keys.insert(0, "n next")
        line = "  ".join([bar, *(key.replace(" ", "\xa0") for key in keys)])
        self.say(showing.paint(showing.folded(line, "", "").replace(
            "\xa0", " "), "dim"))

    @staticmethod
    def say(text):
        print(text, flush=True)
