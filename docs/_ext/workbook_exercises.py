"""Directives that show the exercises.

``.. exercises:: CHAPTER``
    The exercises of a chapter: task, starter and hints, the last two folded.
``.. exercise-table::``
    All exercises, a line each.
"""

import html
import sys
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools/exercise"))

import catalogue  # noqa: E402


def raw(text):
    return nodes.raw("", text, format="html")


class Exercises(SphinxDirective):
    """The exercises of a chapter, a section each."""

    required_arguments = 1

    def run(self):
        mine = [one for one in catalogue.all_exercises()
                if one.chapter == self.arguments[0]]
        if not mine:
            raise self.error(f"{self.arguments[0]} has no exercises")
        note_dependencies(self.env)
        return [self.section(one) for one in mine]

    def section(self, one):
        name = f"exercise-{one.name}"
        section = nodes.section(ids=[name], names=[name])
        self.state.document.note_explicit_target(section)
        section += nodes.title(one.title, one.title)
        about = one.summary[0].upper() + one.summary[1:] + "."
        section += nodes.paragraph("", "", nodes.emphasis(about, about))
        lines = one.task.splitlines()
        self.state.nested_parse(
            StringList(lines, str(one.folder / "task.rst")), 0, section)
        command = f"run/exercise show {one.name}"
        section += nodes.literal_block(command, command, language="bash")
        if one.program:
            program = one.program.read_text()
            section += nodes.literal_block(program, program, language="cpp")
        section += self.folded(
            "starter", "What you begin with",
            one.file("starter").read_text(),
            "text" if one.program else "cpp")
        for number, hint in enumerate(one.hints, 1):
            section += self.folded(
                "hint", f"Hint {number} of {len(one.hints)}", hint,
                "text")
        return section

    @staticmethod
    def folded(kind, summary, text, language):
        return [raw(f'<details class="{kind}"><summary>{html.escape(summary)}'
                    "</summary>"),
                nodes.literal_block(text, text, language=language),
                raw("</details>")]


class Table(SphinxDirective):
    """All exercises: what it is called, its kind, and where it is."""

    def run(self):
        note_dependencies(self.env)
        table = nodes.table(classes=["exercises"])
        group = nodes.tgroup(cols=4)
        table += group
        for width in (4, 3, 2, 1):
            group += nodes.colspec(colwidth=width)
        head = nodes.thead()
        head += self.row("exercise", "kind", "difficulty", "minutes")
        group += head
        body = nodes.tbody()
        for one in catalogue.all_exercises():
            link = nodes.reference(
                "", one.title, refuri=f"{one.chapter}.html#exercise-{one.name}")
            body += self.row(link, catalogue.KINDS[one.kind],
                             catalogue.DIFFICULTIES[one.difficulty],
                             str(one.minutes))
        group += body
        return [table]

    @staticmethod
    def row(*cells):
        row = nodes.row()
        for cell in cells:
            text = nodes.paragraph()
            text += nodes.Text(cell) if isinstance(cell, str) else cell
            entry = nodes.entry()
            entry += text
            row += entry
        return row


def note_dependencies(env):
    for pattern in ("chapters/*/exercises/*/*.*", "tools/exercise/catalogue.py"):
        for file in catalogue.ROOT.glob(pattern):
            env.note_dependency(str(file))
    env.note_dependency(__file__)


def setup(app):
    app.add_directive("exercises", Exercises)
    app.add_directive("exercise-table", Table)
    return {"parallel_read_safe": True}
