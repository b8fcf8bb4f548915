"""The exercises in the book: a page for each, made from its folder before
Sphinx looks for pages, and directives that point there.

``.. exercises:: CHAPTER``
    The exercises of a chapter, a line each.
``.. exercise-table::``
    All exercises, by chapter; the pages stand below it in the book.
``.. exercise-hints:: NAME``
    The hints, each of them folded.
"""

import html
import re
import sys
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools/exercise"))

import catalogue  # noqa: E402

# The page of an exercise. Its solution is not for the book.
PAGE = """\
.. Made from {folder}.

{title}
{rule}

*{about}.* It belongs to :doc:`/{chapter}`.

{task}

{given}Begin
-----

.. code-block:: bash

   run/exercise show {name}
   run/exercise watch {name}

The first puts a file for you into :file:`exercises/{chapter}/`, the second
checks it whenever you save it. :doc:`/exercises` says more.

.. raw:: html

   <details class="starter"><summary>What you begin with</summary>

.. literalinclude:: /../{folder}/{starter}
   :language: {language}

.. raw:: html

   </details>

Hints
-----

Each says more than the one before it, and the last nearly all.

.. exercise-hints:: {name}
"""

GIVEN = """\
The program
-----------

.. literalinclude:: /../{folder}/program.cpp
   :language: cpp

"""


def page(one):
    """The source of an exercise's page."""
    folder = one.folder.relative_to(catalogue.ROOT)
    return PAGE.format(
        folder=folder, name=one.name, chapter=one.chapter, title=one.title,
        rule="=" * len(one.title), about=sentence(one.summary),
        # A task may name a page as its chapter would.
        task=re.sub(r":doc:`(?=\d\d-)", ":doc:`/", one.task).strip(),
        given=GIVEN.format(folder=folder) if one.program else "",
        starter=one.file("starter").name,
        language="text" if one.program else "cpp")


def sentence(text):
    return text[0].upper() + text[1:]


def write_pages(app):
    """Writes the pages that are new or have changed; others disappear."""
    place = Path(app.srcdir, "exercises")
    place.mkdir(exist_ok=True)
    wanted = {f"{one.name}.rst": page(one)
              for one in catalogue.all_exercises()}
    for file in place.glob("*.rst"):
        if file.name not in wanted:
            file.unlink()
    for name, text in wanted.items():
        file = place / name
        if not file.is_file() or file.read_text() != text:
            file.write_text(text)


def raw(text):
    return nodes.raw("", text, format="html")


class Directive(SphinxDirective):
    """What all of them do."""

    def depends(self):
        """On every exercise: a new one is in no list yet."""
        for pattern in ("chapters/*/exercises/*/*.*",
                        "tools/exercise/catalogue.py"):
            for file in catalogue.ROOT.glob(pattern):
                self.env.note_dependency(str(file))
        self.env.note_dependency(__file__)

    def parsed(self, *lines):
        """The nodes of some lines of text."""
        box = nodes.Element()
        self.state.nested_parse(StringList(list(lines), "exercises"), 0, box)
        return box.children


class Exercises(Directive):
    """The exercises of a chapter, a line each."""

    required_arguments = 1

    def run(self):
        mine = [one for one in catalogue.all_exercises()
                if one.chapter == self.arguments[0]]
        if not mine:
            raise self.error(f"{self.arguments[0]} has no exercises")
        self.depends()
        return self.parsed(*(
            f"* :doc:`/exercises/{one.name}`: {one.summary}" for one in mine))


class Table(Directive):
    """All exercises: what it is called, its kind, and where it is."""

    def run(self):
        self.depends()
        everything = catalogue.all_exercises()
        table = nodes.table(classes=["exercises"])
        group = nodes.tgroup(cols=4)
        table += group
        for width in (4, 3, 2, 1):
            group += nodes.colspec(colwidth=width)
        head = nodes.thead()
        head += self.row("exercise", "kind", "difficulty", "minutes")
        group += head
        body = nodes.tbody()
        for chapter, some in catalogue.by_chapter(everything):
            minutes = sum(one.minutes for one in some)
            body += self.row(f":doc:`/{chapter}`: {minutes} minutes")
            for one in some:
                body += self.row(f":doc:`/exercises/{one.name}`",
                                 catalogue.KINDS[one.kind],
                                 catalogue.DIFFICULTIES[one.difficulty],
                                 str(one.minutes))
        group += body
        return [table, *self.parsed(
            ".. toctree::", "   :hidden:", "",
            *(f"   /exercises/{one.name}" for one in everything))]

    def row(self, *cells):
        """A row; a single cell is as wide as all of them."""
        row = nodes.row()
        for cell in cells:
            entry = nodes.entry()
            if len(cells) == 1:
                entry["morecols"] = 3
            entry += self.parsed(cell)
            row += entry
        return row


class Hints(Directive):
    """The hints of an exercise, each folded."""

    required_arguments = 1

    def run(self):
        one = next((one for one in catalogue.all_exercises()
                    if one.name == self.arguments[0]), None)
        if not one:
            raise self.error(f"there is no exercise {self.arguments[0]}")
        self.env.note_dependency(str(one.folder / "hints.txt"))
        self.env.note_dependency(__file__)
        return [node for number, hint in enumerate(one.hints, 1)
                for node in self.folded(f"Hint {number} of {len(one.hints)}",
                                        hint)]

    @staticmethod
    def folded(summary, hint):
        """As in the terminal: prose and code, line by line."""
        return [raw('<details class="hint"><summary>'
                    f"{html.escape(summary)}</summary>"),
                nodes.literal_block(hint, hint, language="text"),
                raw("</details>")]


def setup(app):
    app.connect("builder-inited", write_pages)
    app.add_directive("exercises", Exercises)
    app.add_directive("exercise-table", Table)
    app.add_directive("exercise-hints", Hints)
    return {"parallel_read_safe": True}
