"""Proves an exercise: its starter builds and is refused, its solution passes,
and each wrong answer is refused, all by the words that exercise.toml says.

What was proved is noted beside the program, in build/exercises/verify/, with a
fingerprint of all that the proof depends on: the exercise, its check, the tools
and the libraries. So it can be passed over until any of these changes.
"""

import platform
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from judging import judge

AT_ONCE = 4  # checks mostly wait
given_up = threading.Event()  # nothing more is to be proved


def cases(exercise):
    """For each file: its stem, and what the check must say; None: it passes."""
    yield "solution", None
    yield "starter", exercise.starter_is_refused
    for stem, lesson in exercise.wrong.items():
        yield f"wrong/{stem}", lesson


def complaint(told, lesson):
    """What is not as it should be with a verdict; None when all is well."""
    if "broken" in told:
        return told["broken"]
    if lesson is None:
        return None if told["passed"] else f"it was refused: {told}"
    if told["passed"]:
        return "it passed"
    if told["lesson"] != lesson:
        return f"the check did not say '{lesson}', but: {told}"
    return None


def fingerprint(builder, exercise):
    """Changes with all that a proof of this exercise depends on."""
    import zmq  # takes long  pylint: disable=import-outside-toplevel

    known = builder.shared.copy()
    known.update(f"{platform.version()} {platform.python_version()} "
                 f"{zmq.zmq_version()} {zmq.__version__}".encode())
    for file in (builder.build / "lib/libzmq_trace.so",
                 *sorted(Path(__file__).parent.glob("*.py")),
                 *sorted(exercise.folder.rglob("*.*"))):
        if file.is_file() and file.suffix != ".pyc":
            known.update(f"{file} {file.stat().st_size}\n".encode())
            known.update(file.read_bytes())
    return known.hexdigest()


def prove(builder, exercise, stem, lesson, repeat, kept):
    """One file: true when all is well, and what to print."""
    # A wrong answer may well be one that the compiler warns of.
    strict = stem in ("solution", "starter")
    slot = f"verify/{exercise.name}/{stem.split('/')[-1]}/{exercise.name}"
    note = builder.place(slot + ".proved")
    if exercise.program:  # all are about the same one
        slot = f"verify/{exercise.name}/{exercise.name}"
    key = fingerprint(builder, exercise)
    if kept and note.is_file() and note.read_text() == key:
        return True, f"ok     {exercise.name} {stem} (proved before)"
    note.unlink(missing_ok=True)
    for _ in range(repeat if lesson is None else 1):
        if given_up.is_set():
            return False, f"FAILED {exercise.name} {stem}\ninterrupted"
        told = judge(builder, exercise, exercise.file(stem), slot,
                     strict=strict, where=False)
        wrong = complaint(told, lesson)
        if wrong:
            return False, (f"FAILED {exercise.name} {stem}\n{wrong}\n"
                           f"{told['compiler']}")
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(key)
    return True, f"ok     {exercise.name} {stem} ({told['seconds']} s)"


def verify(companion, exercises, options):
    """Prints a line for each file; the status is 0 when all is well."""
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        proofs = [pool.submit(prove, companion.builder, exercise, stem,
                              lesson, options.repeat, options.kept)
                  for exercise in exercises
                  for stem, lesson in cases(exercise)
                  if stem == "solution" or not options.solutions]
        status = 0
        for proof in proofs:
            is_well, said = proof.result()
            if companion.json:
                companion.print_json({"is_well": is_well, "said": said})
            else:
                print(said, flush=True)
            status = status if is_well else 1
        return status
    finally:
        given_up.set()
        pool.shutdown(wait=False, cancel_futures=True)
