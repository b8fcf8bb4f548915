"""Builds and checks one file of an exercise."""

import json
import subprocess
import sys
from pathlib import Path

PATIENCE = 60  # seconds for a whole check


def judge(builder, exercise, source, slot, *, strict=False, where=True):
    """The verdict, as a dictionary: passed, and otherwise a lesson, what was
    expected, what happened instead, and the processes with their output.

    slot    see Builder.program(), and strict too
    where   ask a debugger where a process hangs
    """
    with builder.program(exercise.program or source, slot, strict) as built:
        verdict = {"exercise": exercise.name, "file": str(source),
                   "compiler": built.said}
        if not built.is_good:
            return verdict | {"passed": False,
                              "lesson": "It does not compile yet."}
        return verdict | checked(exercise, built.program, source,
                                 builder.build, where)


def checked(exercise, program, source, build, where):
    """What the check says."""
    command = [sys.executable, Path(__file__).with_name("run_check.py"),
               exercise.folder / "check.py", program, source, build,
               "debugger" if where else "no debugger"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                          stdin=subprocess.DEVNULL) as check:
        try:
            told, _ = check.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return {"passed": False, "lesson": "The check took more than "
                    f"{PATIENCE} seconds."}
        finally:
            check.terminate()  # and it ends what it started
    if not told:
        return {"passed": False, "broken": "it ended without a verdict"}
    return json.loads(told)
