"""What the book's directives promise. Run by hand:

    /usr/bin/python3 tests/book_ext_test.py
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs/_ext"))

from sphinx.errors import ExtensionError

import workbook
import workbook_plot
from recordings import Event, Recordings, parse

SOURCE = """\
// A program.

#include <zmq.hpp>

struct Plan
{
    int count = 4;
};

// Does the work.
void work(const Plan& plan)
{
    send();
}

int main()
{
    work({});
}
""".splitlines()


class Lessons(unittest.TestCase):
    def test_begin_at_the_first_function_and_end_before_main(self):
        part = workbook.lesson(SOURCE)
        self.assertEqual(part[0], "// Does the work.")
        self.assertEqual(part[-1], "}")
        self.assertNotIn("int main()", part)

    def test_can_be_chosen_by_words(self):
        part = workbook.lesson(SOURCE, "struct Plan", end_at="};")
        self.assertEqual(part, SOURCE[4:8])
        part = workbook.lesson(SOURCE, "struct Plan", "// Does")
        self.assertEqual(part, SOURCE[4:8])

    def test_refuse_words_that_are_missing_or_stand_there_twice(self):
        with self.assertRaisesRegex(ValueError, "no line with 'nowhere'"):
            workbook.lesson(SOURCE, "nowhere")
        with self.assertRaisesRegex(ValueError, "no line with 'struct'"):
            workbook.lesson(SOURCE, "// Does", "struct")
        with self.assertRaisesRegex(ValueError, "2 lines with 'work\\('"):
            workbook.lesson(SOURCE, "work(")


class Transcripts(unittest.TestCase):
    def test_take_any_bytes_that_a_program_printed(self):
        events = parse(b"1.5\tout\tclient\ta\tb\x0c\xff<\x1b[31m\n")
        self.assertEqual(events, [
            Event(1.5, "out", "client", "a\tb\x0c\ufffd<\x1b[31m")])
        table = workbook.transcript_table(events, "any")
        self.assertIn("a\tb\u240c\ufffd&lt;\u241b[31m", table)

    def test_refuse_what_is_no_recording(self):
        for line in (b"1.5\tout\tclient", b"1.5\tshout\tc\tx", b"x\tout\tc\tx"):
            with self.subTest(line), self.assertRaises(ValueError):
                parse(line)

    def test_name_the_process_in_each_line_and_count_milliseconds(self):
        table = workbook.transcript_table(parse(
            b"1.0\tscenario\tany\tShows.\n2.0\tstart\tserver\tserve\n"
            b"2.5\tout\tserver\thello\n3.0\texit\tserver\tkilled by SIGKILL\n"
            b"3.0\tsay\t\tSee?\n"), "any")
        self.assertEqual(table.count('scope="row">server<'), 3)
        self.assertIn("<kbd>$ serve</kbd>", table)
        self.assertIn("<td>500</td>", table)
        self.assertIn("is killed by SIGKILL", table)
        self.assertIn("<i>See?</i>", table)


class Drawings(unittest.TestCase):
    def test_take_the_colours_of_the_page(self):
        svg = workbook.draw("a -> b")
        self.assertIn('stroke="currentColor"', svg)
        self.assertNotIn("black", svg)

    def test_refuse_what_dot_cannot_draw(self):
        with self.assertRaises(ValueError):
            workbook.draw("a -> ")


LAUNCHER = """#!/bin/sh
case $1 in
  --list) echo 'good  Goes well.'; echo 'bad   Fails.' ;;
  good) printf '1.0\\tout\\tx\\thello\\n' >"$3" ;;
  bad) echo 'it broke'; exit 1 ;;
esac
"""


class Recording(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for chapter in ("01-one", "02-two"):
            (self.root / "chapters" / chapter).mkdir(parents=True)
            launcher = self.root / "run" / chapter
            launcher.parent.mkdir(exist_ok=True)
            launcher.write_text(LAUNCHER)
            launcher.chmod(0o755)
            (self.root / "chapters" / chapter / "x.cpp").write_text("1")
        (self.root / "CMakeLists.txt").touch()
        self.recordings = Recordings(self.root, self.root / "recordings")

    def outdated(self):
        return {item[:2] for item in self.recordings.outdated()}

    def record_good_ones(self):
        for chapter, scenario, key in self.recordings.outdated():
            if scenario == "good":
                self.recordings.record(chapter, scenario, key)

    def test_is_made_once_and_again_only_where_a_chapter_changed(self):
        self.record_good_ones()
        self.assertEqual(self.outdated(), {("01-one", "bad"),
                                           ("02-two", "bad")})
        (self.root / "chapters/02-two/x.cpp").write_text("2")
        self.assertEqual(self.outdated(), {("01-one", "bad"), ("02-two", "bad"),
                                           ("02-two", "good")})

    def test_is_made_again_when_what_all_chapters_share_changed(self):
        self.record_good_ones()
        (self.root / "common").mkdir()
        (self.root / "common/run.hpp").touch()
        self.assertEqual(len(self.outdated()), 4)

    def test_is_stamped_with_versions(self):
        self.record_good_ones()
        stamp = self.recordings.stamp("01-one", "good")
        self.assertEqual(set(stamp), {"key", "libzmq", "cppzmq", "g++",
                                      "commit", "date"})

    def test_of_a_scenario_that_fails_fails_and_says_why(self):
        with self.assertRaisesRegex(ExtensionError, "it broke"):
            self.recordings.record("01-one", "bad", "key")
        self.assertEqual(self.recordings.stamp("01-one", "bad"), {})


PAGE_ERRORS = {
    "a program that is missing": (".. program:: 03-request-reply/nothing",
                                  "there is no program"),
    "words that are missing": (".. program:: 03-request-reply/reqrep_server\n"
                               "   :start-at: nowhere", "no line with"),
    "a scenario that is missing": (".. transcript:: 03-request-reply nothing",
                                   "has no scenario"),
    "a drawing without words": (".. drawing::\n\n   a -> b", "wants :alt:"),
    "a file that is missing": (":repo:`nothing`", "there is no nothing"),
}


class Pages(unittest.TestCase):
    """Built by Sphinx as the book is, but of a page of their own."""

    def build(self, text):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder)
            (source / "index.rst").write_text(f"Page\n====\n\n{text}\n")
            (source / "conf.py").write_text(
                f"import sys\nsys.path.insert(0, {str(ROOT / 'docs/_ext')!r})\n"
                "extensions = ['workbook']\n"
                f"workbook_root = {str(ROOT)!r}\n"
                # Nothing is recorded here: these launchers have no scenarios.
                "import recordings\n"
                "recordings.Recordings.outdated = lambda self: []\n")
            done = subprocess.run(
                ["/usr/bin/python3", "-m", "sphinx", "-W", "--keep-going", "-q",
                 source, source / "out"], capture_output=True, text=True)
            page = source / "out/index.html"
            return (done.returncode, done.stderr,
                    page.read_text() if page.exists() else "")

    def test_show_a_program_and_the_whole_file_below(self):
        status, errors, page = self.build(
            ".. program:: 03-request-reply/reqrep_server")
        self.assertEqual(status, 0, errors)
        self.assertIn("multipart_t", page.split("<details")[0])
        self.assertNotIn("#include", page.split("<details")[0])
        self.assertIn("include", page.split("<details")[1])

    def test_describe_every_header_of_common(self):
        page = (ROOT / "docs/api.rst").read_text()
        for header in (ROOT / "common").glob("*.hpp"):
            self.assertIn(f".. doxygenfile:: {header.name}\n", page)

    def test_are_not_built_with_something_missing(self):
        for what, (text, message) in PAGE_ERRORS.items():
            with self.subTest(what):
                status, errors, _ = self.build(text)
                self.assertNotEqual(status, 0)
                self.assertIn(message, errors)


class Plots(unittest.TestCase):
    EVENTS = [Event(0.0, "out", "a", "Object 1: 20.5 ms"),
              Event(0.1, "out", "b", "Object 1: 7 ms"),
              Event(0.2, "out", "a", "something else"),
              Event(0.3, "out", "a", "Object 2: 0.01 ms")]
    PATTERN = r"Object (\d+): ([0-9.]+) ms"

    def test_take_the_numbers_that_one_process_said(self):
        self.assertEqual(
            workbook_plot.points(self.EVENTS, "a", self.PATTERN),
            [(1, 20.5), (2, 0.01)])

    def test_refuse_a_process_that_said_none(self):
        with self.assertRaisesRegex(ValueError, "'c' said no numbers"):
            workbook_plot.points(self.EVENTS, "c", self.PATTERN)

    def test_draw_every_point_and_name_every_curve(self):
        svg = workbook_plot.draw(
            [("late", [(1, 20.5), (2, 30)]), ("<ahead>", [(1, 20), (2, 0.01)])],
            "object", "ms", "Two curves.")
        self.assertEqual(svg.count("<title>"), 4)
        self.assertIn("&lt;ahead&gt;: 0.01", svg)
        self.assertIn('aria-label="Two curves."', svg)


if __name__ == "__main__":
    unittest.main()
