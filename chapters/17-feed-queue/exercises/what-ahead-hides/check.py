"""Counts waits and objects, and compares with what the reader has counted and
thinks of it."""

from checking import agree, explain, figure, refuse

FIRST = ("The first get() has to wait, however much is asked for ahead: there "
         "was nothing to compute on while the first object was made.")
RUNS = [(), ("--ahead", "1"), ("--ahead", "5"),
        ("--ahead", "5", "--make", "20", "--compute", "10")]
SELDOM = {
    "a": "Nothing is made faster: each object takes its time to make in both "
         "runs. With one ahead this happens while the consumer computes, and "
         "not while it waits.",
    "c": "A request gets one object. The second object was asked for by the "
         "second request, which the consumer sent before it computed on the "
         "first.",
}
MORE = {
    "a": "It waits once with one ahead, and once with five. What is not waited "
         "for cannot get less: more ahead buys nothing here, and costs memory.",
    "b": "The consumer computes all the time already, with one ahead. The run "
         "takes as long as that, and more objects in memory do not change it.",
}
SHORTER = {
    "a": "The producer works all the time already, as the last line of its run "
         "says. A consumer that asks for more gets a longer queue of requests, "
         "and no object sooner.",
    "b": "No queue is full here: the consumer waits for each object, and takes "
         "it at once. Room for more objects is room for objects that are not "
         "made yet.",
}


def measure(program):
    """Waits, objects in memory and time in makings, for each of the runs."""
    processes = [program.start(*options) for options in RUNS]
    for process in processes:
        process.finish("The program itself does not end well.")
    return [(int(lines[0].split()[4]), int(lines[1].split()[3]),
             lines[2].split()[4])
            for lines in (process.lines for process in processes)]


def check(program, answers):
    for line in (1, 2, 3, 4):
        figure(answers, line)
    late, one, five, slow = measure(program)
    all_waited = agree(answers, 1, late[0], factor=1.2)
    if figure(answers, 2) < 1:
        refuse(FIRST, f"2: {one[0]}, measured just now", "2: 0")
    waited = agree(answers, 2, one[0], slack=5)
    held = agree(answers, 3, five[1], factor=1.2)
    still = agree(answers, 4, slow[0], factor=1.4)
    explain(answers, 5, "b", SELDOM,
            f"what explains your lines 1 and 2: {all_waited:g} waits and "
            f"{waited:g}, for as many objects, made just as fast")
    explain(answers, 6, "c", MORE,
            f"what explains your lines 2 and 3: waits with one ahead {waited:g}, "
            f"and objects in memory with five, {held:g}")
    explain(answers, 7, "c", SHORTER,
            f"what shortens a run that waits {still:g} times, by your line 4, "
            f"and takes {slow[2]} times as long as making alone")
