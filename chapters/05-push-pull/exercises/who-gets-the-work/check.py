"""Counts who has done how much, and compares with what the reader has counted
and thinks of it."""

from checking import agree, explain, figure, refuse

FREE = ("That is who could have worked on them, and not who got them. A PUSH "
        "does not ask who is free: it deals in turn to all who have room.")
RUNS = [(), ("--mark", "1")]
MANY = {
    "b": "There is no common queue to take from: each worker has its own. "
         "send() never had to wait, however slow the work was, because each "
         "task was dealt to one of them at once.",
    "c": "A PUSH does not hear of what is done. send() never had to wait, "
         "however slow the work was: each task was dealt at once.",
}
FEWER = {
    "a": "A PUSH knows nothing of speed. It knows whose queue has room, and "
         "with marks of 1 the slow worker's has none for most of the time.",
    "c": "No task was lost: those of the quick one and of the slow one are 100 "
         "together. A PUSH does not drop at its mark, it waits.",
}


def measure(program):
    """Tasks of the slow one and waits of send(), for each of the runs."""
    processes = [program.start(*options) for options in RUNS]
    for process in processes:
        process.finish("The program itself does not end well.")
    return [(int(lines[0].split()[4]), int(lines[1].split()[4]))
            for lines in (process.lines for process in processes)]


def check(program, answers):
    for line in (1, 2, 3, 4):
        figure(answers, line)
    (slow, waits), (slow_1, waits_1) = measure(program)
    if figure(answers, 1) < 25 <= slow:
        refuse(FREE, f"1: {slow}, measured just now", f"1: {answers['1']}")
    slow = agree(answers, 1, slow, factor=1.1)
    waits = agree(answers, 2, waits, slack=2)
    slow_1 = agree(answers, 3, slow_1, factor=2.5)
    waits_1 = agree(answers, 4, waits_1, factor=2)
    explain(answers, 5, "a", MANY,
            f"what explains your lines 1 and 2: {slow:g} of 100 tasks, and "
            f"send() waited {waits:g} times")
    explain(answers, 6, "b", FEWER,
            f"what explains your lines 3 and 4: {slow_1:g} of 100 tasks, and "
            f"send() waited {waits_1:g} times")
