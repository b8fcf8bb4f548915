"""Within the sandbox: takes its own limits, then builds and checks one file.

    inside.py < JOB    what to do, as JSON; the verdict is printed as JSON

It has its limits before it touches what a student wrote. Nobody can raise
them again: no process of the sandbox has any rights. The job has a token that
the verdict must have too. It comes by a pipe, which is empty once it is read,
and stays in the memory of this process, into which no other may look.
"""

import ctypes
import json
import os
import resource
import sys
from pathlib import Path

import proof

PR_SET_DUMPABLE = 4


def set_limits(limits):
    """For this process and all that it will start."""
    for name, most in limits.items():
        resource.setrlimit(getattr(resource, "RLIMIT_" + name), (most, most))
    Path("/proc/self/oom_score_adj").write_text("1000")
    os.nice(5)
    # Others of this user may end this process, but not look into it.
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)


def check(job):
    """The verdict on one file."""
    sys.path.insert(0, job["engine"])
    import catalogue  # pylint: disable=import-outside-toplevel
    from building import Builder  # pylint: disable=import-outside-toplevel
    from judging import judge  # pylint: disable=import-outside-toplevel

    class Given(Builder):
        """Builds by commands that were asked for outside."""

        def _commands(self):
            return job["commands"]

    exercise = catalogue.read(Path(job["exercise"]))
    return judge(Given(Path(job["build"])), exercise, Path(job["source"]),
                 f"{job['scratch']}/{exercise.name}")


def main():
    job = json.load(sys.stdin)
    set_limits(job["limits"])
    told = check(job) if "exercise" in job else proof.holes(job)
    # A line of its own, whatever others have printed.
    print("\n" + json.dumps({"token": job["token"], "told": told}), flush=True)


main()
