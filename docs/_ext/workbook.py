"""Directives for pages that show what is really there.

``.. program:: CHAPTER/NAME``
    The lesson part of a program, and the whole file folded below.
``.. transcript:: CHAPTER SCENARIO``
    What the processes of a scenario said when it was last recorded, and,
    folded, the diagram of its messages.
``.. scenarios:: CHAPTER``
    The list of a chapter's scenarios.
``.. drawing::``
    A Graphviz graph, drawn in the colours of the page.
``:repo:`PATH```
    A file of the project, with a copy to download.

What is not there fails the build.
"""

import html
import os
import re
import subprocess
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.directives.code import container_wrapper
from sphinx.errors import ExtensionError
from sphinx.util import logging, status_iterator
from sphinx.util.docutils import SphinxDirective, SphinxRole

from recordings import Recordings, parse
from workbook_sequence import figure

logger = logging.getLogger(__name__)


# --- Programs ----------------------------------------------------------------

def first_function(lines):
    """The index of the line where the first function and its comment begin:
    of the first paragraph with a brace on a line of its own that is not a
    type's or a namespace's."""
    start = 0
    for index, line in enumerate(lines):
        if not line:
            start = index + 1
        elif line == "{" and not re.match(
                r"(template.*> )?(struct|class|enum|union|namespace)\b",
                lines[index - 1]):
            return start
    raise ValueError("has no function; say where its lesson starts")


def find_words(lines, words, start=0, unique=False):
    """The index of the line that holds these words, the first from start."""
    found = [index for index in range(start, len(lines))
             if words in lines[index]]
    if not found:
        raise ValueError(f"has no line with '{words}'"
                         + (" after the start" if start else ""))
    if unique and len(found) > 1:
        raise ValueError(f"has {len(found)} lines with '{words}': say more")
    return found[0]


def lesson(lines, start_at=None, end_before=None, end_at=None):
    """The lines from the one with the words start_at (the first function
    without them) up to those of the end (main() without them)."""
    start = (find_words(lines, start_at, unique=True) if start_at
             else first_function(lines))
    if end_at:
        end = find_words(lines, end_at, start) + 1
    else:
        end = find_words(lines, end_before or "int main(", start + 1)
    while not lines[end - 1].strip():
        end -= 1
    return lines[start:end]


class Program(SphinxDirective):
    """Shows the lesson part of a program, and the whole file folded."""

    required_arguments = 1
    option_spec = {"start-at": directives.unchanged_required,
                   "end-before": directives.unchanged_required,
                   "end-at": directives.unchanged_required}

    def run(self):
        path = f"chapters/{self.arguments[0]}.cpp"
        file = Path(self.config.workbook_root) / path
        note_dependencies(self.env, file)
        try:
            text = file.read_text()
            part = lesson(text.splitlines(), *(
                self.options.get(name)
                for name in ("start-at", "end-before", "end-at")))
        except OSError:
            raise self.error(f"there is no program {path}")
        except ValueError as error:
            raise self.error(f"{path} {error}")
        quoted = container_wrapper(self, code("\n".join(part), "cpp"),
                                   f":repo:`{path}`")
        self.set_source_info(quoted)
        count = len(text.splitlines())
        return [quoted,
                raw('<details class="whole-file"><summary>The whole of '
                    f"{html.escape(file.name)}, {count} lines</summary>"),
                code(text, "cpp"), raw("</details>")]


# --- Scenarios ---------------------------------------------------------------

class Scenarios(SphinxDirective):
    """Lists the scenarios of a chapter as commands to type."""

    required_arguments = 1

    def run(self):
        chapter = self.arguments[0]
        recordings = self.env.app.workbook_recordings
        note_dependencies(self.env, recordings.root / "run" / chapter)
        listing = nodes.definition_list(classes=["scenarios"])
        for name, description in recordings.scenarios(chapter):
            command = f"run/{chapter} {name}"
            listing += nodes.definition_list_item(
                "", nodes.term("", "", nodes.literal(command, command)),
                nodes.definition("", nodes.paragraph(text=description)))
        return [listing]


class Transcript(SphinxDirective):
    """Shows what the processes of a scenario said."""

    required_arguments = 2

    def run(self):
        chapter, scenario = self.arguments
        recordings = self.env.app.workbook_recordings
        file = recordings.file(chapter, scenario)
        note_dependencies(self.env, file)
        stamp = recordings.stamp(chapter, scenario)
        if not stamp:
            raise self.error(f"run/{chapter} has no scenario '{scenario}'")
        box = nodes.container(classes=["transcript"])
        box += code(f"run/{chapter} {scenario}", "text")
        box += raw(transcript_table(parse(file.read_bytes()), scenario)
                   + transcript_stamp(stamp))
        return [box, *self.folded_messages(chapter, scenario, file)]

    def folded_messages(self, chapter, scenario, file):
        """The diagram of the run, folded; nothing where the page shows it by
        a directive of its own, or no messages were recorded."""
        page = Path(self.env.doc2path(self.env.docname)).read_text()
        if (f".. sequence:: {chapter} {scenario}\n" in page
                or not has_messages(file.with_suffix(".trace"))):
            return []
        return [raw('<details class="messages"><summary>The messages of this '
                    "run, step by step</summary>"),
                *figure(self, chapter, scenario, {}), raw("</details>")]


def has_messages(trace):
    """Whether anything was sent in a recorded run."""
    try:
        with trace.open(errors="replace") as lines:
            return any('"ev":"send"' in line for line in lines)
    except OSError:
        return False


def visible(text):
    """Text for a page, with control characters made visible."""
    return html.escape("".join(
        chr(0x2400 + ord(char)) if char < " " and char != "\t" else char
        for char in text))


def words_of(event):
    """What a transcript shows for an event, as HTML."""
    if event.kind == "start":
        return f'<kbd>{visible("$ " + event.text)}</kbd>'
    if event.kind == "out":
        # A row of a table is of use only in one line.
        row = ' class="row"' if re.search(r"\S {3,}\S", event.text) else ""
        return f"<samp{row}>{visible(event.text)}</samp>"
    if event.kind == "enter":
        return "<i>Enter is pressed</i>"
    if event.kind == "exit":
        ending = ("is " + event.text if event.text.startswith("killed")
                  else "ends with status " + event.text)
        return f"<i>{visible(ending)}</i>"
    return f"<i>{visible(event.text)}</i>"


def transcript_table(events, scenario):
    """The events as a table: milliseconds, process, text."""
    events = [event for event in events if event.kind != "scenario"]
    names = list(dict.fromkeys(e.name for e in events if e.name))
    rows = []
    for event in events:
        after = round((event.seconds - events[0].seconds) * 1000)
        process = (f"process-{names.index(event.name) % 6}" if event.name
                   else "narrator")
        rows.append(
            f'<tr class="{process} {event.kind}"><td>{after}</td>'
            f'<th scope="row">{visible(event.name)}</th>'
            f"<td>{words_of(event)}</td></tr>")
    return (
        '<div class="transcript-lines" tabindex="0" role="region" '
        f'aria-label="Transcript of {html.escape(scenario)}"><table>'
        '<thead><tr><th scope="col">ms</th><th scope="col">process</th>'
        '<th scope="col">what it said</th></tr></thead><tbody>'
        + "\n".join(rows) + "</tbody></table></div>")


def transcript_stamp(stamp):
    return html.escape(
        "Recorded {date} with libzmq {libzmq}, cppzmq {cppzmq}, g++ {g++}, "
        "commit {commit}.".format(**stamp)).join(
            ['<p class="transcript-stamp">', "</p>"])


# --- Drawings ----------------------------------------------------------------

GRAPH = """graph [bgcolor=transparent ranksep=0.6 nodesep=0.25]
node [shape=box style=rounded margin="0.15,0.1"]
node [fontname="Helvetica" fontsize=13]
edge [fontname="Helvetica" fontsize=11 arrowsize=0.8]
"""


def draw(dot):
    """A Graphviz graph as SVG that takes its colours from the page."""
    done = subprocess.run(["dot", "-Tsvg"], input=f"digraph {{{GRAPH}{dot}}}",
                          capture_output=True, text=True)
    if done.returncode or done.stderr:
        raise ValueError(done.stderr.strip())
    svg = done.stdout[done.stdout.index("<svg"):]
    svg = re.sub(r"<title>.*?</title>\n?|<!--.*?-->\n?", "", svg, flags=re.S)
    svg = re.sub(r'(stroke|fill)="black"', r'\1="currentColor"', svg)
    # A text without a colour is black, whatever the page's colour.
    return svg.replace("<text ", '<text fill="currentColor" ')


class Drawing(SphinxDirective):
    """Draws who connects to whom; the content is the inside of a digraph."""

    has_content = True
    option_spec = {"alt": directives.unchanged_required}

    def run(self):
        if "alt" not in self.options:
            raise self.error("a drawing wants :alt:, what it shows in words")
        try:
            svg = draw("\n".join(self.content))
        except ValueError as error:
            raise self.error(f"dot cannot draw this: {error}")
        text = html.escape(" ".join(self.options["alt"].split()))
        return [raw(svg.replace("<svg ", f'<svg role="img" aria-label="{text}"'
                                ' class="drawing" ', 1))]


# --- What they share ---------------------------------------------------------

class Repo(SphinxRole):
    """A path in the project: a file can be had, a folder is only named."""

    def run(self):
        path = Path(self.config.workbook_root) / self.text
        name = nodes.literal(self.text, self.text)
        if path.is_dir():
            return [name], []
        if not path.is_file():
            return [], [self.inliner.reporter.error(
                f"there is no {self.text}", line=self.lineno)]
        # To Sphinx a leading slash is the folder of the pages.
        target = "/" + os.path.relpath(path, self.env.srcdir)
        return [addnodes.download_reference("", "", name, reftarget=target,
                                            refdoc=self.env.docname)], []


def raw(text):
    return nodes.raw("", text, format="html")


def code(text, language):
    return nodes.literal_block(text, text, language=language)


def note_dependencies(env, *files):
    """Has Sphinx read the page again when these files have changed, or the
    directives themselves."""
    here = Path(__file__)
    for file in [*files, here, here.with_name("recordings.py")]:
        env.note_dependency(str(file))


def record_all(app):
    """Records what is out of date; all failures are told at the end."""
    recordings = Recordings(app.config.workbook_root,
                            app.config.workbook_recordings)
    app.workbook_recordings = recordings
    wanted = recordings.outdated()
    failures = []
    for chapter, scenario, key in status_iterator(
            wanted, "recording scenarios... ", "purple", len(wanted),
            app.verbosity, lambda item: " ".join(item[:2])):
        try:
            recordings.record(chapter, scenario, key)
        except ExtensionError as error:
            failures.append(str(error))
    if failures:
        raise ExtensionError("\n".join(failures))


def setup(app):
    root = Path(app.confdir).parent
    app.add_config_value("workbook_root", str(root), "env")
    app.add_config_value("workbook_recordings",
                         str(root / "build/book/recordings"), "env")
    # Sphinx has a directive of this name, for the options of programs.
    app.add_directive_to_domain("std", "program", Program, override=True)
    app.add_directive("scenarios", Scenarios)
    app.add_directive("transcript", Transcript)
    app.add_directive("drawing", Drawing)
    app.add_role("repo", Repo())
    app.connect("builder-inited", record_all)
    return {"parallel_read_safe": False}
