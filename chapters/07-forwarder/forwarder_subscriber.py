#!/usr/bin/python3
"""Takes what is published on one topic: forwarder_subscriber, in Python.

    forwarder_subscriber.py [--connect tcp://127.0.0.1:5560] [--topic 9]
                            [--count 4]
"""
import argparse
import signal
import sys

import zmq


def makes_sense(frames):
    """Whether it is one frame, "TOPIC server#ID"."""
    words = frames[0].split(b" ", 1)
    return (len(frames) == 1 and len(words) == 2
            and words[1].startswith(b"server#"))


def subscribe(plan):
    subscriber = zmq.Context.instance().socket(zmq.SUB)
    subscriber.maxmsgsize = 1 << 20
    subscriber.subscribe(plan.topic)
    subscriber.connect(plan.connect)

    received = 0
    while received < plan.count:
        frames = subscriber.recv_multipart()
        if not makes_sense(frames):
            print("Dropped:", frames[:3], file=sys.stderr)
            continue
        received += 1
        print(f"Received {received}:", ascii(frames[0][:200])[2:-1])


for number in signal.SIGINT, signal.SIGTERM:
    signal.signal(number, lambda *_: sys.exit(0))
sys.stdout.reconfigure(line_buffering=True)
parser = argparse.ArgumentParser(description="Takes messages of one topic.")
parser.add_argument("--connect", default="tcp://127.0.0.1:5560")
parser.add_argument("--topic", default="9")
parser.add_argument("--count", default=4, type=int)
arguments = parser.parse_args()
try:
    subscribe(arguments)
except zmq.ZMQError as error:
    parser.error(f"{arguments.connect}: {error}")
