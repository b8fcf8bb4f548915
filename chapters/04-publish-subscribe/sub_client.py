#!/usr/bin/python3
"""Says the mean of some values of one topic: sub_client, in Python.

    sub_client.py [--connect tcp://127.0.0.1:5556] [--topic 10001] [--count 5]
"""
import argparse
import os
import signal
import sys
import threading

import zmq


def value_of(frames):
    """The value of "TOPIC VALUE"; ValueError when that is not what came."""
    (message,) = frames
    _, value = message.split(b" ")
    if not -80 <= int(value) <= 134:
        raise ValueError
    return int(value)


def listen(plan):
    subscriber = zmq.Context.instance().socket(zmq.SUB)
    subscriber.maxmsgsize = 1 << 20
    subscriber.subscribe(f"{plan.topic} ")
    subscriber.connect(plan.connect)
    print("subscribed to", plan.topic)

    values = []
    while len(values) < plan.count:
        frames = subscriber.recv_multipart()
        try:
            values.append(value_of(frames))
            print(f"Received {len(values)}: {plan.topic} {values[-1]}")
        except ValueError:
            report = f"Dropped, no TOPIC VALUE: {frames}"
            print(report[:200], file=sys.stderr)
    mean = sum(values) / len(values)
    print(f"Mean of {len(values)} values for {plan.topic}: {mean:.1f}")


def stop_on_signal():
    """Ends the program on Ctrl-C and SIGTERM, wherever it waits."""
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)

    def wait():
        signal.sigwait(signals)
        os._exit(0)  # a handler could run just before recv(), which then waits

    threading.Thread(target=wait, daemon=True).start()


stop_on_signal()
sys.stdout.reconfigure(line_buffering=True)
parser = argparse.ArgumentParser(description="Says the mean of some values.")
parser.add_argument("--connect", default="tcp://127.0.0.1:5556")
parser.add_argument("--topic", default=10001, type=int)
parser.add_argument("--count", default=5, type=int)
arguments = parser.parse_args()
if arguments.count < 1:
    parser.error("--count wants a number from 1 up")
try:
    listen(arguments)
except zmq.ZMQError as error:
    parser.error(f"{arguments.connect}: {error}")
