"""The directive ``.. sequence:: CHAPTER SCENARIO``.

It puts the sequence diagram of a recorded run into the page, with its replay.
The recording is ``build/book/recordings/CHAPTER/SCENARIO.tsv`` (what the
processes said) and ``SCENARIO.trace`` beside it (what they sent); the drawing
is made by ``zmq_trace draw``.

Options: ``:limit:`` how many messages are drawn, ``:title:`` the diagram's
title. The content, if any, is the caption.
"""

import json
import re
import subprocess
import tempfile
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

log = logging.getLogger(__name__)


def printed_lines(recording):
    """What processes printed, as the replay wants it."""
    lines = []
    for line in recording.read_text(errors="replace").splitlines():
        fields = line.split("\t", 3)
        if len(fields) == 4 and fields[1] == "out":
            seconds, _, process, text = fields
            lines.append(
                {"t": float(seconds.replace(",", ".")), "process": process,
                 "text": text})
    return lines


def draw(program, trace, recording, options):
    """The figure as HTML."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        lines = printed_lines(recording) if recording.exists() else []
        json.dump(lines, file)
        file.flush()
        return subprocess.run(
            [program, "draw", trace, "--lines", file.name, *options],
            check=True, capture_output=True, text=True).stdout


def figure(directive, chapter, scenario, options):
    """The nodes of a diagram with its replay; an error without a recording."""
    config = directive.config
    recording = Path(config.workbook_recordings) / chapter / f"{scenario}.tsv"
    trace = recording.with_suffix(".trace")
    for file in (trace, recording):
        directive.env.note_dependency(str(file))
    if not trace.exists():
        raise directive.error(f"{chapter} {scenario} has no recorded messages")
    name = re.sub(r"\W+", "-", f"sequence-{chapter}-{scenario}")
    title = options.get("title", f"{chapter}: {scenario}")
    words = ["--id", name, "--title", title]
    if "limit" in options:
        words += ["--limit", str(options["limit"])]
    program = config.workbook_zmq_trace
    try:
        html = draw(program, trace, recording, words + ["--as", "replay"])
        text = draw(program, trace, recording, words + ["--as", "text"])
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", "") or str(error)
        raise directive.error(
            f"{chapter} {scenario} could not be drawn: {reason}") from error
    plain = nodes.literal_block(text, text)
    plain["language"] = "text"
    return [nodes.raw("", html, format="html"), OnlyElsewhere("", plain)]


class Sequence(SphinxDirective):
    """A sequence diagram of a scenario, from what really happened."""

    required_arguments = 2
    has_content = True
    option_spec = {
        "limit": directives.positive_int,
        "title": directives.unchanged,
    }

    def run(self):
        result = figure(self, *self.arguments, self.options)
        if self.content:
            caption = nodes.paragraph(classes=["zmq-trace-caption"])
            self.state.nested_parse(self.content, self.content_offset, caption)
            result.append(caption)
        return result


class OnlyElsewhere(nodes.General, nodes.Element):
    """The words, for builders that show no HTML."""


def skip(_translator, _node):
    """HTML has the words in the figure already."""
    raise nodes.SkipNode


def go_on(_translator, _node):
    """Other builders show them."""


def setup(app):
    """Registers the directive, the script and the style."""
    root = Path(app.confdir).parent
    app.add_config_value("workbook_zmq_trace",
                         str(root / "build/bin/zmq_trace"), "env")
    app.add_node(OnlyElsewhere, html=(skip, None), latex=(go_on, go_on),
                 text=(go_on, go_on), man=(go_on, go_on),
                 texinfo=(go_on, go_on))
    app.add_directive("sequence", Sequence)
    app.add_js_file("replay.js", loading_method="defer")
    app.add_css_file("replay.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
