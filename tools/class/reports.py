"""What is written of a class: a table, a page, and a text a student."""

import csv
import hashlib
import html
import io
import os
import re
from collections import Counter, defaultdict

import showing
from grading import RESULTS
from submissions import shown

STYLE = """
:root { color-scheme: light dark; --back: #fff; --text: #1c1e21;
  --quiet: #565b61; --line: #d5d8dc; --good: #1f6b33; --bad: #a51d2d;
  --odd: #9c3f00; --link: #1a5fb4; }
@media (prefers-color-scheme: dark) {
  :root { --back: #131416; --text: #dfe1e5; --quiet: #a3a8b0;
    --line: #3a3e44; --good: #84d89a; --bad: #ff9aa5; --odd: #ffb27a;
    --link: #8ab8ff; } }
body { background: var(--back); color: var(--text); margin: 0 auto;
  max-width: 75rem; padding: 1rem;
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { line-height: 1.2; } h2 { margin-top: 2rem; }
a { color: var(--link); } .quiet { color: var(--quiet); }
.wide { overflow-x: auto; border: 1px solid var(--line);
  max-width: max-content; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: 0.2rem 0.5rem; }
.wide th, .wide td { overflow-wrap: normal; text-align: center; }
.wide thead th:not(:first-child) { vertical-align: bottom; }
.wide thead span { writing-mode: vertical-rl; transform: rotate(180deg);
  max-height: 14rem; font-weight: normal; }
.wide th:first-child { position: sticky; left: 0; background: var(--back);
  text-align: left; max-width: 9rem; overflow-wrap: anywhere; }
.passed { color: var(--good); font-weight: bold; }
.refused, .uncompiled { color: var(--bad); font-weight: bold; }
.stopped, .unreadable, .broken { color: var(--odd); font-weight: bold; }
.starter, .missing { color: var(--quiet); }
ol { padding-left: 1.5rem; } li { margin-bottom: 0.75rem; }
"""


def cell(value):
    """A text that no spreadsheet takes for a formula."""
    value = " ".join(str(value).split())
    return "'" + value if value[:1] in tuple("=+-@|%") else value


def table(graded):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["student", "chapter", "exercise", "result", "said",
                     "hints", "checks", "solution"])
    for one in graded:
        writer.writerow(map(cell, [
            shown(one.student), one.exercise.chapter, one.exercise.name,
            RESULTS[one.result][0], one.lesson, *noted(one.noted)]))
    return out.getvalue()


def noted(entry):
    """The hints and checks that a student has had, and whether the solution
    was looked at before the program passed; all empty where nothing is
    known."""
    if entry.state == "new":
        return "", "", ""
    return (entry.hints, entry.checks,
            "seen" if entry.state == "gave-up" else "")


def in_words(entry):
    """The same for people."""
    hints, checks, solution = noted(entry)
    parts = [f"{count} {name}{'' if count == 1 else 's'}"
             for count, name in ((hints, "hint"), (checks, "check")) if count]
    return ", ".join(parts + ["the solution was seen"] * bool(solution))


def file_of(student):
    """A file name for a student's report: plain, and nobody else's."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", shown(student))[:60]
    if plain == student and not plain.startswith("."):
        return f"{plain}.txt"
    known = hashlib.sha256(os.fsencode(student)).hexdigest()[:8]
    return f"{plain.lstrip('.-')}-{known}.txt"


def report(student, graded):
    """A text for one student."""
    some = [one for one in graded if one.result != "missing"]
    done = sum(one.result == "passed" for one in some)
    lines = [f"{shown(student)}: {done} of {len(graded)} exercises passed",
             ""]
    for one in some:
        lines += [f"== {one.exercise.name}: {RESULTS[one.result][0]}",
                  f"   {one.exercise.title} (chapter "
                  f"{one.exercise.chapter})"]
        if in_words(one.noted):
            lines.append(f"   {in_words(one.noted)}")
        if one.result in ("refused", "uncompiled", "stopped"):
            lines += ["", showing.verdict(one.told)]
        elif one.lesson and one.result == "unreadable":
            lines += ["   " + showing.safe(shown(one.lesson))]
        lines.append("")
    missing = [one.exercise.name for one in graded if one.result == "missing"]
    if missing:
        lines.append("Not handed in: " + ", ".join(missing))
    return "\n".join(lines) + "\n"


def fell_for(graded):
    """The lessons that the class was told, most frequent first: how often, of
    which exercise, the lesson, the students."""
    names = defaultdict(list)
    for one in graded:
        if one.result == "refused":
            names[one.exercise.name, one.lesson].append(one.student)
    return sorted(((len(who), exercise, lesson, who)
                   for (exercise, lesson), who in names.items()),
                  key=lambda one: (-one[0], *one[1:3]))


def page(title, graded, date):
    """The page: what the class fell for, then students by exercises."""
    students = list(dict.fromkeys(one.student for one in graded))
    handed_in = [one for one in graded if one.result != "missing"]
    wanted = {one.exercise.name for one in handed_in}
    exercises = {one.exercise.name: one.exercise for one in graded
                 if one.exercise.name in wanted}
    untouched = list(dict.fromkeys(one.exercise.name for one in graded
                                   if one.exercise.name not in wanted))
    passed = Counter(one.exercise.name for one in handed_in
                     if one.result == "passed")
    parts = [
        f"<p>{len(students)} students handed in {len(handed_in)} files; "
        f"{sum(passed.values())} passed. "
        f'<span class="quiet">{date}</span></p>',
        "<h2>What the class fell for</h2>", *lessons(graded),
        "<h2>Who passed what</h2>",
        '<p class="quiet">' + "&ensp; ".join(
            f'<span class="{name}">{mark}</span>&nbsp;{words}'
            for name, (words, mark) in RESULTS.items()) + "</p>",
        *grid(students, exercises, graded, passed)]
    if untouched:
        parts.append("<p>Handed in by nobody: "
                     + html.escape(", ".join(untouched)) + "</p>")
    name = html.escape(title)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{name}</h1>
{chr(10).join(parts)}
</body>
</html>
"""


def lessons(graded):
    found = fell_for(graded)
    if not found:
        return ["<p>Nothing that a check has words for.</p>"]
    lines = ["<ol>"]
    for count, exercise, lesson, who in found:
        lines.append(
            f"<li><strong>{count}&times;</strong> "
            f"<code>{html.escape(exercise)}</code>: "
            f"{html.escape(lesson)}<br>"
            f'<span class="quiet">{html.escape(", ".join(map(shown, who)))}'
            "</span></li>")
    return [*lines, "</ol>"]


def grid(students, exercises, graded, passed):
    found = {(one.student, one.exercise.name): one for one in graded}
    heads = "".join(f'<th scope="col"><span>{html.escape(name)}</span></th>'
                    for name in exercises)
    lines = ['<div class="wide" tabindex="0" role="region" '
             'aria-label="Students by exercises"><table>',
             f'<thead><tr><th scope="col">student</th>{heads}</tr></thead>',
             "<tbody>"]
    for student in students:
        link = html.escape(f"reports/{file_of(student)}", quote=True)
        cells = ""
        for name in exercises:
            one = found[student, name]
            words, mark = RESULTS[one.result]
            about = f"{name}: {words}. {one.lesson}".rstrip(". ")
            cells += (f'<td class="{one.result}" '
                      f'title="{html.escape(about, quote=True)}" '
                      f'aria-label="{words}">{mark}</td>')
        lines.append(f'<tr><th scope="row"><a href="{link}">'
                     f"{html.escape(shown(student))}</a></th>{cells}</tr>")
    sums = "".join(f"<td>{passed[name]}</td>" for name in exercises)
    return [*lines, f'<tr><th scope="row">passed</th>{sums}</tr>',
            "</tbody></table></div>"]
