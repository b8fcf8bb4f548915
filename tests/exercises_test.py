"""What the reader's companion promises. After run/exercise has built once:

    /usr/bin/python3 tests/exercises_test.py [-v]
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOL = ROOT / "tools/exercise"
BUILD = Path(os.environ.get("WORKBOOK_BUILD", ROOT / "build"))
PATIENCE = 60  # seconds
sys.path.insert(0, str(TOOL))

import catalogue  # noqa: E402
import checking  # noqa: E402
from folder import Folder  # noqa: E402
from settling import Settling as Settling_  # noqa: E402

NAME = "answer-a-sum"
EXERCISE = next(one for one in catalogue.all_exercises() if one.name == NAME)


class InAFolder(unittest.TestCase):
    """A reader's folder that is gone afterwards."""

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name) / "exercises"
        self.file = self.folder / EXERCISE.chapter / f"{NAME}.cpp"

    def command(self, command, *words):
        return [sys.executable, str(TOOL), "--build", str(BUILD), command,
                "--folder", str(self.folder), *words]

    def say(self, command, *words, status=0):
        done = subprocess.run(self.command(command, *words), text=True,
                              capture_output=True, timeout=PATIENCE,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def solve(self):
        self.file.write_text(EXERCISE.file("solution").read_text())


class Companion(InAFolder):
    def test_leads_from_a_starter_to_the_next_exercise(self):
        said = self.say("next")
        first = catalogue.all_exercises()[0]
        self.assertIn(first.title, said)
        self.assertTrue((self.folder / first.chapter
                         / (first.name + first.ending)).exists())
        self.assertIn("It takes the first frame", self.say(
            "check", NAME, status=1))
        self.solve()
        self.assertIn("Passed.", self.say("check", NAME))
        self.assertIn("] 1/", self.say("progress"))

    def test_gives_hints_one_by_one(self):
        self.assertNotIn("Hint 2", self.say("hint", NAME))
        self.assertIn("Hint 2 of 3", self.say("hint", NAME))
        self.assertIn("--give-up", self.say("hint", NAME))

    def test_keeps_the_solution_until_one_passes_or_gives_up(self):
        self.assertIn("--give-up", self.say("solution", NAME, status=2))
        self.assertIn("multipart_t", self.say("solution", NAME, "--give-up"))
        self.assertIn("[o] " + NAME, self.say("list"))

    def test_keeps_the_old_file_at_a_reset(self):
        self.say("show", NAME)
        for number in (1, 2):
            self.file.write_text(f"mine {number}")
            self.say("reset", NAME)
            self.assertEqual(
                self.file.with_name(f"{NAME}.cpp.{number}").read_text(),
                f"mine {number}")
        self.assertEqual(self.file.read_text(),
                         EXERCISE.file("starter").read_text())

    def test_shows_what_the_compiler_says(self):
        self.say("show", NAME)
        self.file.write_text("int main() { return nothing; }\n")
        said = self.say("check", NAME, status=1)
        self.assertIn("does not compile", said)
        self.assertIn("nothing", said)

    def test_names_the_call_that_a_program_hangs_in(self):
        if not shutil.which("gdb"):
            self.skipTest("this needs gdb")
        said = self.say("check", "call-and-give-up", status=1)
        self.assertIn("(it waits in recv, line ", said)
        self.assertIn("socket.recv(answer)", said)

    def test_speaks_json_in_every_command(self):
        for command in ("next", "show", "check", "hint", "list", "progress",
                        "reset"):
            status = 1 if command == "check" else 0
            told = json.loads(self.say(command, "--json", status=status))
            self.assertTrue(told, command)
        told = json.loads(self.say("reset", NAME, "--json"))
        self.assertEqual(told["kept"], None)
        self.assertEqual(told["file"], str(self.file))

    def test_speaks_json_and_no_colours(self):
        listed = json.loads(self.say("list", "--json"))
        self.assertEqual({one["state"] for one in listed}, {"new"})
        told = json.loads(self.say("check", NAME, "--json", status=1))
        self.assertFalse(told[0]["passed"])
        self.assertNotIn("\033", self.say("check", NAME, status=1))

    def test_says_what_it_does_not_know(self):
        self.assertIn("is it answer-a-sum?", self.say("show", "sum", status=2))
        self.assertIn("list names them", self.say("show", "x-y", status=2))

    def test_runs_no_program_that_is_to_be_written_or_predicted(self):
        self.assertIn("you write it", self.say("run", NAME, status=2))
        self.assertIn("predict first", self.say("run", "deal-or-ask",
                                                status=2))

    def test_runs_a_program_that_was_predicted(self):
        self.say("solution", "deal-or-ask", "--give-up")
        self.assertIn("third: EFSM", self.say("run", "deal-or-ask"))

    def test_ends_a_program_that_prints_for_ever(self):
        self.say("show", NAME)
        self.file.write_text(
            '#include <cstdio>\nint main() { for (;;) puts("x"); }\n')
        self.assertIn("prints without end", self.say("check", NAME, status=1))
        self.file.write_text(
            '#include <cstdio>\nint main() { for (;;) putchar(120); }\n')
        self.assertIn("prints without end", self.say("check", NAME, status=1))


class Trouble(InAFolder):
    """What may happen on a reader's machine."""

    def quick(self, command, *words):
        """A command that is not waited for, with its own group."""
        return subprocess.Popen(self.command(command, *words), text=True,
                                stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE,
                                start_new_session=True)

    def test_garbage_in_the_notes_stays_there_and_harms_nobody(self):
        self.folder.mkdir()
        notes = self.folder / "progress.txt"
        garbage = (f"{NAME} passed hints={'9' * 5000} checks=1 2026-01-02\n"
                   "x passed hints=1\n\0\x1b[2J\n").encode() + b"\xff\xfe\n"
        notes.write_bytes(garbage)
        self.say("list")
        self.say("show", NAME)
        self.assertIn("9" * 5000, notes.read_text())
        self.assertIn(f"{NAME}  ", notes.read_text())
        self.assertIn("/", self.say("progress"))
        notes.unlink()
        notes.mkdir()
        self.assertIn("run/exercise: ", self.say("list", status=1))

    def test_a_folder_that_cannot_be_used_is_named(self):
        self.folder.write_text("a file")
        said = self.say("show", NAME, status=1)
        self.assertIn(str(self.folder), said)
        self.assertNotIn("Traceback", said)

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_a_folder_that_cannot_be_read_is_named(self):
        self.folder.mkdir(mode=0)
        self.addCleanup(self.folder.chmod, 0o700)
        said = self.say("show", NAME, status=1)
        self.assertIn(str(self.folder), said)
        self.assertNotIn("Traceback", said)

    def test_a_full_disk_leaves_no_half_of_a_file(self):
        self.say("show", NAME)
        self.file.write_text("mine")
        before = (self.folder / "progress.txt").read_text()
        for words in (["reset", NAME], ["show", "ask-again"],
                      ["hint", NAME]):
            done = subprocess.run(
                ["bash", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$@"', "-",
                 *self.command(*words)], text=True, capture_output=True)
            self.assertEqual(done.returncode, 1, words)
            self.assertIn("run/exercise: ", done.stderr)
            self.assertNotIn("Traceback", done.stderr)
        self.assertEqual(self.file.read_text(), "mine")
        self.assertEqual((self.folder / "progress.txt").read_text(), before)
        self.assertEqual(
            sorted(file.name for file in self.folder.rglob("*.*")),
            [f"{NAME}.cpp", "progress.txt"])

    def test_two_companions_do_not_disturb_each_other(self):
        self.say("show", NAME)
        self.solve()
        several = [self.quick("check", NAME) for _ in range(3)]
        several += [self.quick("hint", NAME) for _ in range(3)]
        for one in several:
            out, err = one.communicate(timeout=PATIENCE)
            self.assertEqual(one.returncode, 0, out + err)
        self.assertIn("] 1/", self.say("progress"))

    def test_ctrl_c_ends_every_command(self):
        for words in (["check", NAME], ["watch", NAME],
                      ["verify", NAME, "--repeat", "1000"]):
            with self.subTest(words[0]), self.quick(*words) as one:
                self.wait_for_a_child(one.pid)
                os.killpg(one.pid, signal.SIGINT)
                out, err = one.communicate(timeout=PATIENCE)
                self.assertEqual(one.returncode, 130, out + err)
                self.assertNotIn("Traceback", err)

    def wait_for_a_child(self, pid):
        """It has begun to build or to check."""
        deadline = time.monotonic() + PATIENCE
        children = Path(f"/proc/{pid}/task")
        while not any(file.read_text() for file in
                      children.glob("*/children")):
            self.assertLess(time.monotonic(), deadline)

    def test_any_bytes_may_be_in_the_file(self):
        self.say("show", "say-it-in-frames")
        file = self.folder / "01-first-steps/say-it-in-frames.cpp"
        file.write_bytes(b"// \xe4\xff\n" + file.read_bytes())
        said = self.say("check", "say-it-in-frames", status=1)
        self.assertIn("Not yet", said)


class State(InAFolder):
    def test_survives_a_line_of_which_nothing_can_be_made(self):
        folder = Folder(self.folder)
        folder.begin(EXERCISE)
        with folder.notes.open("a") as notes:
            notes.write("my own remark \xff\n")
        folder.note(EXERCISE, state="passed", hints=2)
        self.assertIn("my own remark", folder.notes.read_text())
        self.assertEqual(Folder(self.folder).entry(EXERCISE).state, "passed")


class Exercises(unittest.TestCase):
    def test_have_programs_of_80_columns(self):
        for one in catalogue.all_exercises():
            for file in one.folder.rglob("*.cpp"):
                for line in file.read_text().splitlines():
                    self.assertLessEqual(len(line), 80, f"{file}: {line}")

    def test_are_in_the_book(self):
        for one in catalogue.all_exercises():
            page = (ROOT / "docs" / f"{one.chapter}.rst").read_text()
            self.assertTrue(f".. exercises:: {one.chapter}\n" in page,
                            one.chapter)

    def test_are_proved_by_a_test_each(self):
        for one in catalogue.all_exercises():
            cmake = one.folder.parents[1] / "CMakeLists.txt"
            self.assertIn(f"workbook_exercise({one.name})\n",
                          cmake.read_text())

    def test_do_not_share_a_name(self):
        with tempfile.TemporaryDirectory() as place:
            for chapter in ("01-a", "02-b"):
                shutil.copytree(EXERCISE.folder, Path(place) / "chapters"
                                / chapter / "exercises" / NAME)
            with self.assertRaisesRegex(catalogue.Malformed, "this name"):
                catalogue.all_exercises(Path(place))

    def test_lack_nothing(self):
        for lost in ("task.rst", "hints.txt", "check.py", "starter.cpp",
                     "wrong/trusts-its-peer.cpp"):
            with tempfile.TemporaryDirectory() as place, self.subTest(lost):
                copy = Path(place) / "chapters/01-a/exercises" / NAME
                shutil.copytree(EXERCISE.folder, copy)
                (copy / lost).unlink()
                with self.assertRaises(catalogue.Malformed):
                    catalogue.read(copy)


class Settling(unittest.TestCase):
    """What may be taken for the end of all movement."""

    def start(self, code):
        """A program in Python that says when it is there."""
        child = subprocess.Popen(
            [sys.executable, "-c", "import os, socket, time\n" + code],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            start_new_session=True)
        self.addCleanup(self.end, child)
        child.stdout.readline()
        return child

    @staticmethod
    def end(child):
        """With all that it has started."""
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        child.stdin.close()
        child.stdout.close()

    def settles(self, looks=200):
        settling = Settling_()
        for _ in range(looks):
            if settling.is_over():
                return True
            time.sleep(0.005)
        return False

    def test_a_program_that_waits_for_ever_has_settled(self):
        child = self.start("print('there', flush=True); os.read(0, 1)")
        self.assertTrue(self.settles(2000))
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        self.assertTrue(self.settles(2000), "a zombie does nothing")

    def test_one_that_waits_for_a_time_has_not(self):
        for code in ("time.sleep(1000)",
                     "import select; select.select([0], [], [], 1000)",
                     "import threading; threading.Event().wait(1000)"):
            with self.subTest(code):
                self.start(f"print('there', flush=True); {code}")
                self.assertFalse(self.settles(20))
                self.doCleanups()

    def test_one_that_is_busy_has_not(self):
        self.start("print('there', flush=True)\nwhile True: pass")
        self.assertFalse(self.settles(20))

    def test_a_grandchild_counts_too(self):
        self.start("child = os.fork()\n"
                   "print('there', flush=True) if child else None\n"
                   "os.read(0, 1) if child else time.sleep(1000)")
        self.assertFalse(self.settles(20))

    def test_what_tcp_has_not_delivered_is_on_its_way(self):
        self.start("""
server = socket.create_server(("127.0.0.1", 0))
one = socket.create_connection(server.getsockname())
other, _ = server.accept()
one.setblocking(False)
try:
    while one.send(b"x" * 65536): pass
except BlockingIOError: pass
print('there', flush=True); os.read(0, 1)""")
        self.assertFalse(self.settles(20))


class Answers(unittest.TestCase):
    def test_are_read_by_their_numbers(self):
        self.assertEqual(checking.read_answers("a: b\n1: yes \n 2:\n3:x  y"),
                         {"1": "yes", "2": "", "3": "x y"})

    def refusal(self, judge, *words, **options):
        with self.assertRaises(checking.Refused) as caught:
            judge(*words, **options)
        return caught.exception

    def test_that_are_figures_may_differ_as_much_as_the_exercise_says(self):
        for own in ("50", "200", "about 99.5", "~ 100 ms"):
            checking.agree({"1": own}, 1, 100, factor=2)
        checking.agree({"1": "5"}, 1, 0, slack=5)
        for own in ("49", "201", "0", "999999999999"):
            self.assertIn("not what comes out here", self.refusal(
                checking.agree, {"1": own}, 1, 100, factor=2).lesson)

    def test_that_should_be_figures_and_are_none_are_refused(self):
        for own in ("many", "-1", "inf", "nan", "1e9", "9" * 5000, "1,5"):
            self.assertIn("is none", self.refusal(
                checking.figure, {"1": own}, 1).lesson)
        self.assertIn("no figure yet", self.refusal(
            checking.figure, {}, 1).lesson)

    def test_that_explain_must_follow_from_the_figures(self):
        why = {"a": "It is not a."}
        checking.explain({"1": "B"}, 1, "b", why, "")
        refused = self.refusal(checking.explain, {"1": "a"}, 1, "b", why, "7")
        self.assertEqual((refused.lesson, refused.expected, refused.instead),
                         ("It is not a.", "7", "1: a"))
        self.assertIn("no explanation", self.refusal(
            checking.explain, {"1": "x"}, 1, "b", why, "").lesson)


@unittest.skipUnless(shutil.which("tmux"), "this needs tmux")
class Watch(InAFolder):
    """In a terminal of its own."""

    def setUp(self):
        super().setUp()
        self.socket = f"workbook-{uuid.uuid4().hex}"
        self.addCleanup(self.tmux, "kill-server")

    def tmux(self, *words):
        return subprocess.run(["tmux", "-L", self.socket, "-f", "/dev/null",
                               *words], capture_output=True, text=True)

    def open(self, *words, columns=100):
        self.tmux("new-session", "-d", "-x", str(columns), "-y", "100",
                  *self.command(*words))

    def screen(self):
        return self.tmux("capture-pane", "-p").stdout

    def sees(self, text, absent="\0"):
        """Waits until the terminal shows this; returns how long it took."""
        begin = time.monotonic()
        while time.monotonic() < begin + PATIENCE:
            screen = self.screen()
            if text in screen and absent not in screen:
                return time.monotonic() - begin
            time.sleep(0.05)
        self.fail(f"no '{text}' in:\n{screen}")

    def key(self, key):
        self.tmux("send-keys", key)

    def test_goes_a_whole_way(self):
        self.open("watch", NAME)
        self.sees("It takes the first frame")
        self.sees("h hint  s task")
        self.key("h")
        self.sees("Hint 1 of 3")
        self.key("n")
        self.sees("First let this one pass")
        self.file.write_text("int main() { return nothing; }\n")
        self.sees("does not compile", absent="Hint 1")
        self.solve()
        seconds = self.sees("Passed.")
        print(f"saved, built and passed in {seconds:.1f} s", file=sys.stderr)
        self.sees("1/" + str(len(catalogue.all_exercises())))
        self.sees("n next")
        self.key("n")
        self.sees(catalogue.all_exercises()[0].title)
        self.sees("Not yet.")
        self.key("r")
        self.sees("Not yet.")
        self.key("l")
        self.sees("[x] " + NAME)
        self.key("q")
        begin = time.monotonic()
        while self.tmux("has-session").returncode == 0:
            self.assertLess(time.monotonic() - begin, PATIENCE)
            time.sleep(0.05)

    def test_is_of_use_in_40_columns(self):
        self.open("watch", NAME, columns=40)
        self.sees("first frame")
        self.sees("q quit")
        for key in "hsl":  # as quickly as that
            self.key(key)
        self.sees(catalogue.all_exercises()[-1].name)
        self.key("q")

    def test_goes_on_when_the_file_is_back(self):
        self.open("watch", NAME)
        self.sees("Not yet.")
        other = self.folder / "other"
        other.symlink_to(self.folder)
        other.replace(self.file)
        self.sees("run/exercise: ")
        other.write_text(EXERCISE.file("solution").read_text())
        other.replace(self.file)
        self.sees("Passed.")


if __name__ == "__main__":
    unittest.main()
