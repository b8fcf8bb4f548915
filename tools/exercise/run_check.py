"""Runs one check, and prints the verdict as JSON. Every process that it
started is gone when it ends.

    run_check.py CHECK.PY PROGRAM SOURCE BUILD (debugger | no debugger)
"""

import ctypes
import importlib.util
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path

import checking
import hanging


def load(path):
    spec = importlib.util.spec_from_file_location("check", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.check


def report(process, source, waited):
    """What a person wants to see of a process."""
    state = process.what_it_does()
    if waited and sys.argv[5] == "debugger" and state == "it still runs":
        state = hanging.where_it_hangs(process.child.pid, source)
    return {"command": process.command, "state": state,
            "output": process.lines[-checking.SHOWN:]}


def verdict(check, program, source):
    try:
        if source.suffix == ".txt":
            answers = checking.read_answers(source.read_text(errors="replace"))
            check(checking.Program(program, source), answers)
        else:
            check(checking.Program(program, source))
    except checking.Refused as refused:
        endless = any(one.is_endless for one in checking.started)
        lesson = ("It prints without end." if endless else refused.lesson)
        return {"passed": False, "lesson": lesson,
                "expected": refused.expected, "instead": refused.instead,
                "processes": [report(one, source, refused.waited)
                              for one in checking.started]}
    return {"passed": True}


def clean_up():
    """Ends all that was started, and all that these have started."""
    for process in checking.started:
        try:
            os.killpg(process.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    # Those who left the group are our children once their parents are gone.
    while children := Path(f"/proc/self/task/{os.getpid()}/children"
                           ).read_text().split():
        for child in map(int, children):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def main():
    path, program, source, checking.build = map(Path, sys.argv[1:5])
    begin = time.monotonic()
    try:
        told = verdict(load(path), program, source)
    except Exception:  # the check itself is broken
        told = {"passed": False, "broken": traceback.format_exc()}
    finally:
        clean_up()
    told["seconds"] = round(time.monotonic() - begin, 2)
    print(json.dumps(told), flush=True)
    os._exit(0)  # whatever the peers' sockets would still wait for


ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER
# The verdict is ours: the reader's program may not look into this process.
ctypes.CDLL(None).prctl(4, 0)  # PR_SET_DUMPABLE
signal.signal(signal.SIGINT, signal.SIG_IGN)  # our parent will say
signal.signal(signal.SIGTERM, lambda *_: (clean_up(), os._exit(143)))
main()
