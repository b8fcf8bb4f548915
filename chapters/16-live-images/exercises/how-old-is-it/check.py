"""Measures how old the pictures are, and compares with what the reader has
measured and thinks of it."""

from checking import agree, explain, figure, refuse

PROMISE = ("That is what the marks promise, and not what comes out. They count "
           "what waits in ZeroMQ's two queues, and pictures wait elsewhere, "
           "too.")
RUNS = [(), ("--mark", "1"), ("--mark", "1", "--size", "1000000"),
        ("--conflate",)]
WHERE = {
    "a": "The queues of the sockets cannot hold them: with a mark of 1 each has "
         "room for one. What was sent and is in no queue of ZeroMQ waits in "
         "the kernel.",
    "c": "The viewer has one variable for a picture, and takes the next one "
         "only when it looks. Between two looks it has received nothing that "
         "could wait.",
}
LARGE = {
    "a": "A mark counts messages, whatever their size. It is the kernel that "
         "counts bytes: of large pictures its buffers hold few, and once they "
         "are full the camera passes pictures over.",
    "b": "The camera has sent 300 in each of the runs, as the program says. "
         "Those that found no room were passed over at the camera's end.",
}
FRESH = {
    "b": "A PUB waits for nobody: it has sent 300 all the same. A place that "
         "is kept by an old picture would make the picture old.",
    "c": "No mark does that. A queue that is full refuses the newest picture "
         "and keeps the old ones. CONFLATE does the opposite: the newest takes "
         "the place of the one before, and the kernel's buffers stay empty.",
}


def measure(program):
    """How old the last picture is, in each of the runs."""
    processes = [program.start(*options) for options in RUNS]
    for process in processes:
        process.finish("The program itself does not end well.")
    return [int(process.lines[-1].split()[4]) for process in processes]


def check(program, answers):
    for line in (1, 2, 3, 4):
        figure(answers, line)
    ages = measure(program)
    agree(answers, 1, ages[0], factor=1.1)
    if figure(answers, 2) <= 3 < ages[1]:
        refuse(PROMISE, f"2: about {ages[1]}, measured just now",
               f"2: {answers['2']}")
    own = agree(answers, 2, ages[1], factor=1.5)
    large = agree(answers, 3, ages[2], factor=4, slack=10)
    fresh = agree(answers, 4, ages[3], slack=6)
    explain(answers, 5, "b", WHERE,
            f"room for the {own:g} pictures of your line 2: the two queues "
            "have room for 2")
    explain(answers, 6, "c", LARGE,
            f"what explains your lines 2 and 3: {own:g} of 1 kB, {large:g} of "
            "1000 kB, both with marks of 1")
    explain(answers, 7, "a", FRESH,
            f"what explains your lines 3 and 4: {large:g} with marks of 1, "
            f"{fresh:g} with one place")
