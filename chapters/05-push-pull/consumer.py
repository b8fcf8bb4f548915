#!/usr/bin/python3
"""Passes even numbers on, with its id: consumer.cpp in Python."""
import argparse
import json
import signal
import sys

import zmq


def number(body):
    """The number in {"num": 7}; ValueError or so for anything else."""
    num = json.loads(body)["num"] if len(body) <= 1000 else None
    if type(num) is not int or not 0 <= num < 1_000_000:
        raise ValueError
    return num


def consume(plan):
    context = zmq.Context()
    numbers = context.socket(zmq.PULL)
    results = context.socket(zmq.PUSH)
    results.linger = 1000
    results.connect(plan.connect_collector)
    numbers.connect(plan.connect)
    print(f"I am consumer {plan.id}, connected to {plan.connect}", flush=True)
    while True:
        frames = numbers.recv_multipart()
        try:
            (body,) = frames
            num = number(body)
        except (ValueError, KeyError, TypeError, RecursionError):
            print(f"Dropped {frames!r:.80}", file=sys.stderr, flush=True)
            continue
        even = num % 2 == 0
        print(f"Received {num}{', passed on' if even else ''}", flush=True)
        if even:
            results.send_json({"consumer": plan.id, "num": num})


options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--connect", default="tcp://127.0.0.1:5557")
options.add_argument("--connect-collector", default="tcp://127.0.0.1:5558")
options.add_argument("--id", type=int, default=1)
signal.signal(signal.SIGTERM, signal.default_int_handler)
try:
    consume(options.parse_args())
except KeyboardInterrupt:
    pass  # stopped
