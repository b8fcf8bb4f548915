"""Three messages, the second one empty; then none at all."""

from checking import PUSH, Peer, expect

EMPTY = ("It takes an empty message for no message. recv returns no value when "
         "nothing came, and the value 0 for a message without bytes.")
IGNORED = ("It counts waits that were in vain: what recv returned is ignored. "
           "Without a value there is no message.")


def count(program, messages):
    counter = program.start("--bind", "tcp://127.0.0.1:*", "--patience", "1200")
    sender = Peer(PUSH).connect(counter.endpoint())
    for message in messages:
        sender.send(message)
    counter.finish("It does not end, although nothing comes any more.")
    line = counter.lines[-1]
    wanted = f"{len(messages)} messages"
    number = line.split()[0]
    too_many = number.isdigit() and int(number) > len(messages)
    expect(line, wanted, IGNORED if too_many else EMPTY)


def check(program):
    count(program, ["tea", "", "coffee"])
