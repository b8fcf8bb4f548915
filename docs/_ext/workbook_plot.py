"""The directive ``.. plot:: CHAPTER``: numbers of recorded runs, as a curve.

Each line of its content is ``NAME = SCENARIO PROCESS``, a curve. ``:pattern:``
is a regular expression for the lines of that process, with two groups: where a
point stands (a whole number), and how high (a number above zero). The height
has a logarithmic scale. ``:x:`` and ``:y:`` say what the two are, ``:alt:`` in
words what the plot shows.
"""

import html
import math
import re

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from recordings import parse

WIDTH, HEIGHT = 420, 240  # of the field, in the picture's own units
LEFT, TOP, ROW = 52, 26, 20
MARKS = ["M-4,-4h8v8h-8z", "M0,-5L5,4H-5z", "M-5,0L0,-5L5,0L0,5z",
         "M0,5L5,-4H-5z", "M-4,0a4,4 0 1 0 8,0a4,4 0 1 0 -8,0"]


def points(events, process, pattern):
    """(place, height) of each line that a process said and that matches."""
    found = []
    for event in events:
        match = re.search(pattern, event.text)
        if event.kind == "out" and event.name == process and match:
            found.append((int(match[1]), float(match[2])))
    if not found or min(height for _, height in found) <= 0:
        raise ValueError(f"'{process}' said no numbers that can be plotted")
    return found


def draw(curves, x_name, y_name, alt):
    """An SVG of (name, points) in the colours of the page."""
    heights = [height for _, line in curves for _, height in line]
    places = sorted({place for _, line in curves for place, _ in line})
    low = math.floor(math.log10(min(heights)))
    high = max(math.ceil(math.log10(max(heights))), low + 1)

    def x(place):
        share = (place - places[0]) / max(1, places[-1] - places[0])
        return LEFT + 15 + share * (WIDTH - LEFT - 40)

    def y(height):
        share = (math.log10(height) - low) / (high - low)
        return TOP + (1 - share) * HEIGHT

    parts = [f'<text x="4" y="14">{html.escape(y_name)}</text>']
    for power in range(low, high + 1):
        at = y(10 ** power)
        parts.append(
            f'<path class="grid" d="M{LEFT},{at:.1f}H{WIDTH}"/>'
            f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">'
            f"{10.0 ** power:g}</text>")
    bottom = TOP + HEIGHT + 18
    for place in places:
        parts.append(f'<text x="{x(place):.1f}" y="{bottom}" '
                     f'text-anchor="middle">{place}</text>')
    bottom += 18
    parts.append(f'<text x="{(LEFT + WIDTH) / 2}" y="{bottom}" '
                 f'text-anchor="middle">{html.escape(x_name)}</text>')
    for number, (name, line) in enumerate(curves):
        mark = MARKS[number % len(MARKS)]
        way = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in line)
        bottom += ROW
        marks = [(x(a), y(b), f"{name}: {b:g}") for a, b in line]
        parts.append(
            f'<g class="curve-{number % 6}"><polyline points="{way}"/>'
            + "".join(f'<path transform="translate({a:.1f},{b:.1f})" '
                      f'd="{mark}"><title>{html.escape(text)}</title></path>'
                      for a, b, text in marks)
            + f'<path transform="translate({LEFT + 6},{bottom - 4})" '
              f'd="{mark}"/></g><text x="{LEFT + 20}" y="{bottom}">'
              f"{html.escape(name)}</text>")
    return (f'<svg role="img" aria-label="{html.escape(alt)}" class="plot" '
            f'viewBox="0 0 {WIDTH + 10} {bottom + 10}">'
            + "\n".join(parts) + "</svg>")


class Plot(SphinxDirective):
    """Curves from what processes said in recorded scenarios."""

    required_arguments = 1
    has_content = True
    option_spec = {name: directives.unchanged_required
                   for name in ("pattern", "x", "y", "alt")}

    def run(self):
        for name in self.option_spec:
            if name not in self.options:
                raise self.error(f"a plot wants :{name}:")
        try:
            curves = [self.curve(line) for line in self.content if line]
        except (OSError, ValueError) as error:
            raise self.error(f"this cannot be plotted: {error}")
        alt = " ".join(self.options["alt"].split())
        svg = draw(curves, self.options["x"], self.options["y"], alt)
        return [nodes.raw("", svg, format="html")]

    def curve(self, line):
        match = re.fullmatch(r"(.+?) = (\S+) (\S+)", line.strip())
        if not match:
            raise ValueError(f"'{line}' is not NAME = SCENARIO PROCESS")
        name, scenario, process = match.groups()
        recordings = self.env.app.workbook_recordings
        file = recordings.file(self.arguments[0], scenario)
        for dependency in (file, __file__):
            self.env.note_dependency(str(dependency))
        return name, points(parse(file.read_bytes()), process,
                            self.options["pattern"])


def setup(app):
    app.add_directive("plot", Plot)
    return {"parallel_read_safe": False}
