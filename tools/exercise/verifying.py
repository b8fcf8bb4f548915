"""Proves an exercise: its starter builds and is refused, its solution passes,
and each wrong answer is refused, all by the words that exercise.toml says."""

from judging import judge


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


def verify(builder, exercises, repeat=1):
    """Prints a line for each file; the status is 0 when all is well."""
    status = 0
    for exercise in exercises:
        for stem, lesson in cases(exercise):
            source = exercise.file(stem)
            # A wrong answer may well be one that the compiler warns of.
            strict = stem in ("solution", "starter")
            for _ in range(repeat if lesson is None else 1):
                told = judge(builder, exercise, source,
                             f"verify/{exercise.name}/{stem.split('/')[-1]}/"
                             f"{exercise.name}", strict)
                wrong = complaint(told, lesson)
                if wrong:
                    break
            print(f"{'FAILED' if wrong else 'ok':<7}"
                  f"{exercise.name} {stem} ({told.get('seconds', 0)} s)",
                  flush=True)
            if wrong:
                status = 1
                print(f"{wrong}\n{told['compiler']}")
    return status
