"""Objects of which one is empty and one says end, nonsense, and the end; then
a producer that is killed before the end."""

from checking import ROUTER, Peer, Refused, expect, patiently, refuse

ASKS = "It does not ask for the next object."
EMPTY = ("It takes an empty object for the end of the stream. Whatever an "
         "object may be cannot also say that there are no more: the end is a "
         "message of its own kind.")
INSIDE = ("It looks for the end inside of an object, and an object may hold "
          "these very bytes. The first frame says what a message is: look "
          "there.")
NONSENSE = ("A message that is neither an object nor the end is to be dropped, "
            "and the next object asked for.")
SILENCE = ("It takes silence for the end. A producer that was killed is "
           "silent, too, and now nobody knows that objects are missing. "
           "Without an end that was said, fail with status 1.")
EVER = ("The producer is gone, no end was said, and it waits for ever. Limit "
        "the wait, and fail with status 1.")
END = "The end was said, and it does not end."


def begin(program, patience):
    producer = Peer(ROUTER)
    consumer = program.start("--connect", producer.bind(), "--patience",
                             patience)
    return producer, consumer


def hand_out(producer, lesson, *frames):
    """Waits for the next request, and replies. The lesson is for one who does
    not ask any more."""
    consumer, request = producer.receive(lesson, "it asks: 'next'")
    expect(request, b"next", ASKS)
    producer.send(consumer, *frames)


def check(program):
    producer, consumer = begin(program, "10000")
    hand_out(producer, ASKS, "object", "12345")
    hand_out(producer, ASKS, "object", "")
    hand_out(producer, EMPTY, "object", "end")
    hand_out(producer, INSIDE, "nonsense")
    hand_out(producer, NONSENSE, "object", "1234567")
    hand_out(producer, NONSENSE, "end")
    consumer.finish(END)
    expect(consumer.out, "object 1: 5 bytes\nobject 2: 0 bytes\n"
           "object 3: 3 bytes\nobject 4: 7 bytes\nend after 4 objects\n",
           "It prints something else than the four objects and the end.")

    producer, consumer = begin(program, "1000")
    hand_out(producer, ASKS, "object", "12345")
    consumer.wait_for("object 1", "It does not print the first object.")
    producer.close()
    if not patiently(consumer.has_ended, consumer):
        raise Refused(EVER, "it ends with status 1", "it still runs",
                      waited=True)
    if consumer.status == 0:
        refuse(SILENCE, "it ends with status 1", consumer.what_it_does())
    consumer.finish(EVER, status=1)
