"""Proves an exercise: its starter builds and is refused, its solution passes,
and each wrong answer is refused, all by the words that exercise.toml says."""

from concurrent.futures import ThreadPoolExecutor

from judging import judge

AT_ONCE = 4  # checks mostly wait


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


def prove(builder, exercise, stem, lesson, repeat):
    """One file: true when all is well, and what to print."""
    # A wrong answer may well be one that the compiler warns of.
    strict = stem in ("solution", "starter")
    slot = f"verify/{exercise.name}/{stem.split('/')[-1]}/{exercise.name}"
    for _ in range(repeat if lesson is None else 1):
        told = judge(builder, exercise, exercise.file(stem), slot, strict)
        wrong = complaint(told, lesson)
        if wrong:
            return False, (f"FAILED {exercise.name} {stem}\n{wrong}\n"
                           f"{told['compiler']}")
    return True, f"ok     {exercise.name} {stem} ({told['seconds']} s)"


def verify(builder, exercises, repeat=1, only_solutions=False):
    """Prints a line for each file; the status is 0 when all is well."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        proofs = [pool.submit(prove, builder, exercise, stem, lesson, repeat)
                  for exercise in exercises
                  for stem, lesson in cases(exercise)
                  if stem == "solution" or not only_solutions]
        status = 0
        for proof in proofs:
            is_well, said = proof.result()
            print(said, flush=True)
            status = status if is_well else 1
    return status
