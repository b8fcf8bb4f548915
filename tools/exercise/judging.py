"""Builds and checks one file of an exercise."""

import json
import subprocess
import sys
from pathlib import Path

PATIENCE = 60  # seconds for a whole check


def judge(builder, exercise, source, slot, strict=False):
    """The verdict, as a dictionary: passed, and otherwise a lesson, what was
    expected, what happened instead, and the processes with their output."""
    built = builder.program(exercise.program or source, slot, strict)
    verdict = {"exercise": exercise.name, "file": str(source),
               "compiler": built.said}
    if not built.is_good:
        return verdict | {"passed": False,
                          "lesson": "It does not compile yet."}
    command = [sys.executable, Path(__file__).with_name("run_check.py"),
               exercise.folder / "check.py", built.program, source,
               builder.build]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                          stdin=subprocess.DEVNULL) as check:
        try:
            told, _ = check.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            told = json.dumps({"passed": False, "lesson": "The check took "
                               f"more than {PATIENCE} seconds."})
        finally:
            check.terminate()  # and it ends what it started
    if not told:
        return verdict | {"passed": False,
                          "broken": "it ended without a verdict"}
    return verdict | json.loads(told)
