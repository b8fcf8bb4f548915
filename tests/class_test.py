"""A class of made-up students, good and bad ones, is graded right. After
run/class --help has been read, and the build knows how to build an exercise:

    /usr/bin/python3 tests/class_test.py [-v]
"""

import csv
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

try:
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
except ImportError:
    webdriver = None

ROOT = Path(__file__).resolve().parent.parent
TOOL = ROOT / "tools/class"
BUILD = Path(os.environ.get("WORKBOOK_BUILD", ROOT / "build"))
SKIPPED = 77  # CTest's word for it
PATIENCE = 280  # seconds
sys.path[:0] = [str(ROOT / "tools/exercise"), str(TOOL)]

import catalogue  # noqa: E402
import sandbox  # noqa: E402
from building import Builder  # noqa: E402

BY_NAME = {one.name: one for one in catalogue.all_exercises()}
SUM = BY_NAME["answer-a-sum"]
PREDICTION = BY_NAME["deal-or-ask"]
MEASUREMENT = BY_NAME["who-gets-the-work"]
SOLUTION = SUM.file("solution").read_text()
EVIL = "<script>alert(1)</script>"
SECRET = "the-secret-of-the-house"


SYSTEM = "".join(f"#include <{name}>\n" for name in (
    "csignal", "cstdio", "cstdlib", "cstring", "string", "fcntl.h",
    "netinet/in.h", "arpa/inet.h", "sys/mman.h", "sys/socket.h",
    "sys/wait.h", "unistd.h"))


def alone(body):
    """A program that does this and nothing else: quick to compile."""
    return f"{SYSTEM}int main()\n{{\n{body}\n}}\n"


def evil(body):
    """A program that does this first. It goes on as the solution does, so
    that it passes when and only when `body` could not do it."""
    return SYSTEM + SOLUTION.replace(
        "int main(int argc, char** argv)\n{",
        "int main(int argc, char** argv)\n{\n" + body, 1)


# Writes a verdict to everybody's stdout.
FORGE = r"""
    for (int pid = 1; pid < 400; ++pid) {
        const std::string path = "/proc/" + std::to_string(pid) + "/fd/1";
        const int out = open(path.c_str(), O_WRONLY);
        const char text[] = "{\"passed\": true}\n{\"token\": 0, \"told\": "
                            "{\"passed\": true}}\n";
        if (out >= 0 && write(out, text, sizeof text - 1) < 0) return 3;
    }
"""

WRONG = {stem: SUM.file(f"wrong/{stem}").read_text() for stem in SUM.wrong}
TWO_FRAMES = SUM.wrong["reads-two-frames"]


def the_class(place, port):
    """Each student's file, what the result must be, and words of what is
    said."""
    secret = place / "secret"
    secret.write_text(SECRET + "\n")
    outside = place / "outside"
    outside.mkdir(mode=0o777)
    outside.chmod(0o777)
    return {
        "solves": (SOLUTION, "passed", ""),
        "solves it too": (SOLUTION + "// on my own\n", "passed", ""),
        "Ümläut Ångström": (SOLUTION + "// ü\n", "passed", ""),
        "begins": (SUM.file("starter").read_text(), "not begun", ""),
        "two-frames": (WRONG["reads-two-frames"], "not yet", TWO_FRAMES),
        "two-frames-again": (WRONG["reads-two-frames"] + "\n", "not yet",
                             TWO_FRAMES),
        "trusts": (WRONG["trusts-its-peer"], "not yet",
                   SUM.wrong["trusts-its-peer"]),
        "binds": (WRONG["binds-every-interface"], "not yet",
                  SUM.wrong["binds-every-interface"]),
        "typo": ("int main( { }\n", "does not compile", ""),
        "empty": ("", "does not compile", ""),
        "no text": (b"\xff\xfe\x00\x00", "does not compile", ""),
        "hangs": (alone("for (;;) pause();"), "not yet", "listens"),
        "crashes": (alone("std::raise(SIGSEGV);"), "not yet", "listens"),
        "exits": (alone("return 0;"), "not yet", "listens"),
        "forks": (alone("""
    int count = 0;
    for (int i = 0; i < 1000; ++i) {
        const pid_t child = fork();
        if (child == 0) for (;;) pause();
        if (child > 0) ++count;
    }
    if (count > 200) return 3;
    std::raise(SIGSEGV);"""), "not yet", "listens"),
        "leaves children": (alone("""
    for (int i = 0; i < 20; ++i)
        if (fork() == 0) { setsid(); for (;;) pause(); }
    return 0;"""), "not yet", "listens"),
        "prints": (alone('for (;;) std::puts("again and again and again");'),
                   "not yet", "prints without end"),
        "prints one line": (alone("for (;;) std::fputs(\"aaaaaaaaaaaaaaaaaa\","
                                 " stdout);"),
                            "not yet", "prints without end"),
        "allocates": (alone("""
    for (int i = 0; i < 500; ++i)
        if (!std::malloc(16u << 20)) return 3;
    std::puts("listening on tcp://127.0.0.1:1");"""), "not yet", "listens"),
        "allocates together": (alone("""
    for (int i = 0; i < 3; ++i)
        if (fork() == 0) {
            mmap(nullptr, 704u << 20, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
            for (;;) pause();
        }
    for (;;) std::puts("not yet"), std::fflush(stdout), usleep(50'000);"""),
                               "stopped", "memory"),
        "fills the disk": (evil("""
    std::signal(SIGXFSZ, SIG_IGN);
    const std::string much(1 << 20, 'x');
    for (int file = 0; file < 100; ++file) {
        const int out = open(("f" + std::to_string(file)).c_str(),
                             O_CREAT | O_WRONLY, 0600);
        for (int i = 0; i < 100; ++i)
            if (write(out, much.data(), much.size()) < 0) break;
        if (lseek(out, 0, SEEK_CUR) > (80l << 20)) return 3;
        close(out);
    }
    if (system("rm f*")) return 3;"""), "passed", ""),
        "writes outside": (evil(f"""
    for (const std::string where : {{"{outside}", "{SUM.folder}", "/usr", "/",
                                    "/student", "{ROOT}", "{BUILD}"}})
        if (open((where + "/written").c_str(), O_CREAT | O_WRONLY, 0600) >= 0
            && where.find("{ROOT}") > 0) // what is there may be its own
            return 3;"""), "passed", ""),
        "reads secrets": (evil(f"""
    for (const char* what : {{"{secret}", "/etc/passwd", "/etc/shadow",
                             "{ROOT}/.git", "{place}"}})
        if (open(what, O_RDONLY) >= 0) return 3;"""), "passed", ""),
        "calls home": (evil(f"""
    sockaddr_in to{{}};
    to.sin_family = AF_INET;
    to.sin_port = htons({port});
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    if (!connect(socket(AF_INET, SOCK_STREAM, 0),
                 reinterpret_cast<sockaddr*>(&to), sizeof to)) return 3;
    inet_pton(AF_INET, "192.0.2.1", &to.sin_addr);
    if (!connect(socket(AF_INET, SOCK_DGRAM, 0),
                 reinterpret_cast<sockaddr*>(&to), sizeof to)) return 3;"""),
                       "passed", ""),
        "includes a secret": (f'#include "{secret}"\n' + SOLUTION,
                              "does not compile", ""),
        "embeds a secret": (SOLUTION + f"""
asm(".incbin \\"{secret}\\"");
""", "does not compile", ""),
        "compiles large": (SOLUTION + """
char large[3000000000u] = {1};
""", "does not compile", ""),
        "kills all": (alone("kill(-1, SIGKILL);"), "stopped", "verdict"),
        "forges": (alone(FORGE + "std::raise(SIGSEGV);"), "not yet",
                   "listens"),
        "forges and kills": (alone(FORGE + "kill(-1, SIGKILL);"), "stopped",
                             "verdict"),
        EVIL: (SOLUTION.replace("server.bind(endpoint)",
                                f'server.bind("{EVIL}")')
               .replace("</script>", "<|script>"), "not yet", ""),
        "=1+1": (SOLUTION.replace("announce(server);", f'puts("{EVIL}");'),
                 "not yet", "listens"),
        "two\nlines\x1b[31m": (SOLUTION + "// two lines\n", "passed", ""),
    }


def tool(folder, *words):
    return [sys.executable, str(TOOL), "--build", str(BUILD), str(folder),
            *map(str, words)]


def run(*words, status=0):
    done = subprocess.run(tool(*words), text=True, capture_output=True,
                          timeout=PATIENCE, stdin=subprocess.DEVNULL)
    if done.returncode != status:
        raise AssertionError(f"status {done.returncode}, not {status}\n"
                             f"{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def rows_of(output):
    with (output / "results.csv").open(newline="") as stream:
        return {(row["student"], row["exercise"]): row
                for row in csv.DictReader(stream)}


def hand_in(folder, student, content, exercise=SUM):
    # A name with a slash is one that no folder can have.
    file = (folder / student.replace("/", "|") / exercise.chapter
            / (exercise.name + exercise.ending))
    file.parent.mkdir(parents=True)
    if isinstance(content, str):
        content = content.encode()
    file.write_bytes(content)
    return file


class AClass(unittest.TestCase):
    """Graded once; each test looks at something else."""

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.place = Path(place.name).resolve()
        cls.place.chmod(0o755)
        cls.server = socket.create_server(("127.0.0.1", 0))
        cls.addClassCleanup(cls.server.close)
        cls.folder = cls.place / "class of <b>2026"
        cls.output = cls.place / "results"
        cls.students = the_class(cls.place, cls.server.getsockname()[1])
        for student, (content, _, _) in cls.students.items():
            hand_in(cls.folder, student, content)
        begin = time.monotonic()
        cls.said = run(cls.folder, "--output", cls.output,
                       "--only", SUM.name)
        cls.rows = rows_of(cls.output)
        print(f"{len(cls.students)} submissions graded in "
              f"{time.monotonic() - begin:.0f} s", file=sys.stderr)

    def shown(self, student):
        student = student.replace("/", "|").replace("\n", "?")
        return student.replace("\x1b", "?")

    def test_every_student_gets_the_right_result(self):
        self.assertGreaterEqual(len(self.students), 30)
        self.assertEqual(len(self.rows), len(self.students))
        for student, (_, result, said) in self.students.items():
            name = self.shown(student)
            name = "'" + name if name.startswith("=") else name
            with self.subTest(student):
                row = self.rows[name, SUM.name]
                self.assertEqual(row["result"], result, row)
                self.assertIn(said, row["said"])

    def test_nothing_left_the_sandbox(self):
        self.assertEqual(list((self.place / "outside").iterdir()), [])
        for place in (ROOT, BUILD, SUM.folder):
            self.assertFalse((place / "written").exists())
        self.server.setblocking(False)
        with self.assertRaises(BlockingIOError):
            self.server.accept()
        for file in self.output.rglob("*"):
            if file.is_file():
                self.assertNotIn(SECRET, file.read_text())

    def test_no_process_is_left(self):
        for entry in Path("/proc").iterdir():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            self.assertNotIn(b"/scratch/" + SUM.name.encode(), command)

    def test_the_page_names_what_most_fell_for_first(self):
        page = (self.output / "index.html").read_text()
        listed = re.findall(r"<li><strong>(\d+)&times;.*?</code>: (.*?)<br>",
                            page)
        counts = [int(count) for count, _ in listed]
        self.assertEqual(counts, sorted(counts, reverse=True))
        self.assertIn(("2", TWO_FRAMES), listed)
        self.assertNotIn("http", page.replace("http-equiv", ""))

    @unittest.skipUnless(webdriver, "Selenium is not installed")
    def test_a_browser_shows_the_page(self):
        options = Options()
        for word in ("--headless", "--no-sandbox", "--disable-gpu",
                     f"--user-data-dir={self.place}/browser"):
            options.add_argument(word)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        try:
            browser = webdriver.Chrome(
                service=Service("/usr/bin/chromedriver"), options=options)
        except WebDriverException as error:
            self.skipTest(str(error).splitlines()[0])
        self.addCleanup(browser.quit)

        def shown(width, theme):
            browser.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": width, "height": 900, "deviceScaleFactor": 1,
                 "mobile": False})
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                "features": [{"name": "prefers-color-scheme",
                              "value": theme}]})
            browser.get((self.output / "index.html").as_uri())
            return browser.execute_script(
                "return [document.documentElement.scrollWidth,"
                "getComputedStyle(document.body).backgroundColor]")

        self.assertEqual(shown(1200, "light")[1], "rgb(255, 255, 255)")
        width, colour = shown(390, "dark")
        self.assertEqual(colour, "rgb(19, 20, 22)")
        self.assertLessEqual(width, 390)
        rows = browser.find_elements(By.CSS_SELECTOR, "tbody tr")
        self.assertEqual(len(rows), len(self.students) + 1)
        self.assertEqual(browser.get_log("browser"), [])
        link = browser.find_element(By.LINK_TEXT, "two-frames")
        browser.get(link.get_attribute("href"))
        self.assertIn("0 of 1 exercises passed", browser.page_source)

    def test_names_are_text_and_nothing_else(self):
        page = (self.output / "index.html").read_text()
        self.assertNotIn("<script", page)
        self.assertNotIn("<b>2026", page)
        self.assertIn("&lt;script&gt;", page)
        for line in (self.output / "results.csv").read_text().splitlines():
            self.assertNotRegex(line, r'(^|,)"?[=+@-]')
        self.assertNotIn("\x1b", self.said)

    def test_every_student_gets_a_report(self):
        reports = {file.name: file.read_text()
                   for file in (self.output / "reports").iterdir()}
        self.assertEqual(len(reports), len(self.students))
        self.assertIn(" ".join(TWO_FRAMES.split()[:4]),
                      reports["two-frames.txt"])
        self.assertIn("$ answer-a-sum --bind", reports["two-frames.txt"])
        for text in reports.values():
            self.assertRegex(text, r"^[^\n]+: [01] of 1 exercises passed\n")
            self.assertNotIn("\x1b", text)

    def test_a_second_time_nothing_is_checked_again(self):
        changed = (self.folder / "typo" / SUM.chapter / "answer-a-sum.cpp")
        changed.write_text(SOLUTION + "// at last\n")
        said = run(self.folder, "--output", self.output, "--only", SUM.name)
        self.assertIn(" 1 of 1 ", re.sub(r" +", " ", said))
        rows = rows_of(self.output)
        self.assertEqual(rows["typo", SUM.name]["result"], "passed")
        self.assertEqual(rows["forges", SUM.name], self.rows["forges",
                                                             SUM.name])


class Limits(unittest.TestCase):
    """Those that take long to reach, made small."""

    def check(self, body, **limits):
        builder = Builder(BUILD)
        with mock.patch.multiple(sandbox, **limits):
            place = sandbox.Sandbox(builder.build, builder.commands)
            try:
                return place.check(SUM, alone(body).encode())
            finally:
                place.remove()

    def test_a_sandbox_ends_when_its_processor_time_is_over(self):
        told, why = self.check("""
    for (int i = 0; i < 60; ++i)
        if (fork() == 0) break;
    for (volatile bool busy = true; busy;) {}""", PROCESSOR=2)
        self.assertIsNone(told)
        self.assertEqual(
            why, "it took more than 2 seconds of processor time")

    def test_a_sandbox_ends_when_its_time_is_over(self):
        told, why = self.check("""
    for (;;) std::puts("not yet"), std::fflush(stdout), usleep(50'000);""",
                               TIME=4)
        self.assertIsNone(told)
        self.assertEqual(why, "it took more than 4 seconds")

    def test_all_sandboxes_end_when_the_machine_runs_short(self):
        told, why = self.check("return 0;", RESERVE=1 << 62)
        self.assertIsNone(told)
        self.assertEqual(why, "the machine ran out of memory")

    def test_a_sandbox_that_does_not_hold_is_not_used(self):
        whole = sandbox.Sandbox._command

        def leaky(*arguments):
            return [word for word in whole(*arguments)
                    if word != "--disable-userns"]

        builder = Builder(BUILD)
        with mock.patch.object(sandbox.Sandbox, "_command", leaky):
            place = sandbox.Sandbox(builder.build, builder.commands)
            self.addCleanup(place.remove)
            with self.assertRaisesRegex(sandbox.NoSandbox,
                                        "rights in a namespace"):
                place.prove()


class Folders(unittest.TestCase):
    """What may lie in a class's folder."""

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name).resolve()
        self.folder = self.place / "class"
        self.output = self.place / "class-results"

    def test_only_plain_files_below_plain_folders_are_read(self):
        right = PREDICTION.file("solution").read_text()
        good = hand_in(self.folder, "good", right, PREDICTION)
        nested = hand_in(self.folder / "nested", "exercises", right,
                         PREDICTION)
        files = {name: hand_in(self.folder, name, "", PREDICTION)
                 for name in ("link", "pipe", "folder", "large", "above")}
        for name, file in files.items():
            if name != "large":
                file.unlink()
        files["link"].symlink_to(good)
        os.mkfifo(files["pipe"])
        files["folder"].mkdir()
        files["large"].write_text("1: 1\n" * 100_000)
        files["above"].parent.rmdir()
        files["above"].parent.symlink_to(good.parent)
        (self.folder / "linked-student").symlink_to(self.folder / "good")
        (self.folder / "notes.txt").write_text("mine")
        (self.folder / ".hidden").mkdir()

        said = run(self.folder, "--only", PREDICTION.name, status=1)
        rows = rows_of(self.output)
        results = {name: row["result"] for (name, _), row in rows.items()}
        self.assertEqual(results, {
            "good": "passed", "nested": "passed", "link": "cannot be read",
            "pipe": "cannot be read", "folder": "cannot be read",
            "large": "cannot be read", "above": "cannot be read"})
        self.assertIn("notes.txt is not a folder", said)
        self.assertIn("linked-student is not a folder", said)
        self.assertTrue(nested.is_file())

    def test_what_was_measured_is_measured_again(self):
        sheets = {
            "measured": (MEASUREMENT.file("solution").read_text(), "passed"),
            "on a slow machine": ("1: 50\n2: 1\n3: 20\n4: 96\n5: a\n6: b\n",
                                  "passed"),
            "begun": (MEASUREMENT.file("starter").read_text(), "not begun"),
            "invented": ("1: 77\n2: 0\n3: 12\n4: 95\n5: a\n6: b\n",
                         "not yet"),
            "large": ("1: " + "9" * 100_000, "not yet"),
            "not a sheet": ("\0\x1b[31m1: \u0663\n", "not yet"),
        }
        for student, (sheet, _) in sheets.items():
            hand_in(self.folder, student, sheet, MEASUREMENT)
        run(self.folder, "--only", MEASUREMENT.name)
        self.assertEqual(
            {name: row["result"]
             for (name, _), row in rows_of(self.output).items()},
            {name: result for name, (_, result) in sheets.items()})

    def test_hints_are_counted_where_the_students_notes_tell_of_them(self):
        for name in ("notes", "nothing", "garbage"):
            hand_in(self.folder, name,
                    PREDICTION.file("solution").read_text(), PREDICTION)
        (self.folder / "notes/progress.txt").write_text(
            f"{PREDICTION.name} passed hints=2 checks=1 2026-01-02\n"
            f"{SUM.name} gave-up hints=0 checks=3 2026-01-02\n")
        (self.folder / "garbage/progress.txt").write_bytes(
            f"{PREDICTION.name} passed hints={'9' * 5000} checks=1 x\n"
            .encode() + bytes(range(256)))
        run(self.folder, "--only", PREDICTION.name, "--only", SUM.name)
        rows = rows_of(self.output)
        told = {key: (row["hints"], row["checks"], row["solution"])
                for key, row in rows.items()}
        self.assertEqual(told["notes", PREDICTION.name], ("2", "1", ""))
        self.assertEqual(told["notes", SUM.name], ("0", "3", "seen"))
        self.assertEqual(told["nothing", PREDICTION.name], ("", "", ""))
        self.assertEqual(told["garbage", PREDICTION.name], ("", "", ""))
        self.assertIn("   2 hints, 1 check\n",
                      (self.output / "reports/notes.txt").read_text())

    def test_interrupted_it_goes_on_where_it_was(self):
        for stem in ("solution", "starter"):
            for name in (SUM.name, PREDICTION.name):
                one = BY_NAME[name]
                hand_in(self.folder, f"{stem} of {name}",
                        one.file(stem).read_text(), one)
        with subprocess.Popen(tool(self.folder, "--jobs", 1), text=True,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as first:
            for line in first.stderr:
                if "1 of 4" in line:
                    first.send_signal(signal.SIGINT)
                    break
            said = first.communicate(timeout=PATIENCE)[1]
        self.assertEqual(first.returncode, 130, said)
        self.assertIn("the same command goes on", said)
        self.assertFalse((self.output / "index.html").exists())
        again = run(self.folder)
        self.assertRegex(again, "[1-3] are known already")
        self.assertEqual(
            sorted(row["result"] for row in rows_of(self.output).values()
                   if row["result"] != "missing"),
            ["not begun", "not begun", "passed", "passed"])

    def test_a_senseless_command_line_is_refused(self):
        hand_in(self.folder, "good", "", PREDICTION)
        for words, why in {
                (self.place / "none",): "is not a folder",
                (self.folder / "good" / PREDICTION.chapter,): "has no folder",
                (self.folder, "--only", "nonsense"): "no exercise 'nonsense'",
                (self.folder, "--jobs", "0"): "whole number",
                (self.folder, "--output", self.folder / "x"): "may not go",
                (self.folder, "--output", self.place): "holds other things",
                (self.folder, "--nonsense"): "unrecognized"}.items():
            with self.subTest(why):
                self.assertIn(why, run(*words, status=2))
        self.assertFalse(self.output.exists())


def sandbox_trouble():
    """Why bubblewrap cannot run here."""
    try:
        done = subprocess.run(
            ["bwrap", "--unshare-all", "--unshare-user", "--ro-bind", "/", "/",
             "true"], capture_output=True, text=True)
    except OSError as error:
        return str(error)
    return done.stderr.strip() if done.returncode else None


if __name__ == "__main__":
    TROUBLE = sandbox_trouble()
    if TROUBLE:
        print(f"skipped: no sandbox can be made here: {TROUBLE}")
        sys.exit(SKIPPED)
    unittest.main()
