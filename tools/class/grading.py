"""Verdicts, found once and kept: a file that was judged is judged again only
when it, its exercise or the engine has changed."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import catalogue
from submissions import NOTHING_NOTED

LONGEST = 2000  # characters of one text in a verdict
MOST_LINES = 60
RESULTS = {  # in words, as a mark, and for the page's colours
    "passed": ("passed", "✓"),
    "refused": ("not yet", "✗"),
    "uncompiled": ("does not compile", "!"),
    "stopped": ("stopped", "■"),
    "starter": ("not begun", "○"),
    "missing": ("missing", "·"),
    "unreadable": ("cannot be read", "?"),
    "broken": ("the check is broken", "?"),
}


@dataclass(frozen=True)
class Graded:
    """What came of one student's exercise."""

    student: str
    exercise: object
    result: str
    told: dict
    noted: object  # by the student's companion: an Entry

    @property
    def lesson(self):
        return self.told.get("lesson", "")


def text(value):
    """Whatever a sandbox said, as one text of bounded length."""
    value = "" if value is None else str(value)
    return value if len(value) <= LONGEST else value[:LONGEST] + "…"


def trusted(told):
    """A verdict in which each thing is of its kind: what comes out of the
    sandbox is a student's, if that one tried hard."""
    if not isinstance(told, dict):
        return {"passed": False, "compiler": "",
                "lesson": "It spoiled its verdict."}
    known = {"passed": told.get("passed") is True,
             "compiler": "\n".join(
                 map(text, text_lines(told.get("compiler"))))}
    for name in ("lesson", "expected", "instead", "broken"):
        if told.get(name):
            known[name] = text(told[name])
    if not known["passed"]:
        known.setdefault("lesson", "")
        processes = told.get("processes")
        known["processes"] = [
            {"command": text(one.get("command")),
             "state": text(one.get("state")),
             "output": [text(line)
                        for line in list(one.get("output", ()))[:MOST_LINES]]}
            for one in (processes if isinstance(processes, list) else [])[:20]
            if isinstance(one, dict)
            and isinstance(one.get("output", []), list)]
    return known


def text_lines(value):
    return str(value or "").splitlines()[:MOST_LINES]


class Grader:
    """Judges submissions, several at once, and keeps what came of them."""

    def __init__(self, sandbox, builder, kept):
        """kept  the folder of the verdicts"""
        self.sandbox = sandbox
        self.kept = kept
        self.engine = builder.shared.copy()
        for folder in ("tools/exercise", "tools/class"):
            for file in sorted((catalogue.ROOT / folder).glob("*.py")):
                self.engine.update(file.read_bytes())
        self.of_exercise = {}
        self.ended = threading.Event()

    def key(self, submission):
        exercise = submission.exercise
        if exercise.name not in self.of_exercise:
            known = self.engine.copy()
            for file in sorted(exercise.folder.glob("*.*")):
                known.update(file.read_bytes())
            self.of_exercise[exercise.name] = known
        known = self.of_exercise[exercise.name].copy()
        known.update(submission.content)
        return f"{exercise.name}-{known.hexdigest()[:32]}"

    def known(self, key):
        """A verdict that was kept; None without."""
        try:
            return json.loads((self.kept / f"{key}.json").read_text())
        except (OSError, ValueError):
            return None

    def keep(self, key, told):
        file = self.kept / f"{key}.json"
        new = file.with_suffix(".new")
        new.write_text(json.dumps(told))
        new.replace(file)

    def judge(self, key, submission):
        """Judges it now."""
        if self.ended.is_set():
            return {"passed": False, "stopped": True, "unsure": True}
        told, why = self.sandbox.check(submission.exercise,
                                       submission.content)
        if why:
            told = {"passed": False, "stopped": True, "compiler": "",
                    "lesson": f"It was stopped: {why}."}
            if self.ended.is_set() or "machine" in why:
                return told | {"unsure": True}  # ask again another time
        else:
            told = trusted(told)
        self.keep(key, told)
        return told

    def all_verdicts(self, submissions, jobs, say):
        """The verdicts by key; equal files are judged once."""
        wanted = {}
        for one in submissions:
            if one.content is not None:
                wanted.setdefault(self.key(one), []).append(one)
        told = {key: known for key in wanted if (known := self.known(key))}
        if told:
            say(f"{sum(len(wanted[key]) for key in told)} are known already")
        left = {key: many for key, many in wanted.items() if key not in told}
        done, total = 0, sum(map(len, left.values()))
        with ThreadPoolExecutor(jobs) as pool:
            try:
                running = {pool.submit(self.judge, key, many[0]): key
                           for key, many in left.items()}
                for job in as_completed(running):
                    key = running[job]
                    told[key] = job.result()
                    for one in wanted[key]:
                        done += 1
                        say(f"{done:>{len(str(total))}} of {total}",
                            one, result_of(told[key], one))
            except BaseException:
                self.ended.set()
                pool.shutdown(wait=False, cancel_futures=True)
                self.sandbox.end_all()
                raise
        return told


def result_of(told, submission):
    if told.get("passed"):
        return "passed"
    if "broken" in told:
        return "broken"
    if told.get("stopped"):
        return "stopped"
    starter = submission.exercise.file("starter").read_bytes()
    if submission.content == starter:
        return "starter"
    if told.get("lesson") == "It does not compile yet.":
        return "uncompiled"
    return "refused"


def grades(students, exercises, submissions, verdicts, key, noted):
    """A grade for each student and exercise, missing ones too."""
    handed_in = {(one.student, one.exercise.name): one for one in submissions}
    for student in students:
        for exercise in exercises:
            one = handed_in.get((student, exercise.name))
            if not one:
                result, told = "missing", {}
            elif one.content is None:
                result, told = "unreadable", {"lesson": one.trouble}
            else:
                told = verdicts[key(one)]
                result = result_of(told, one)
            yield Graded(student, exercise, result, told,
                         noted[student].get(exercise.name, NOTHING_NOTED))
