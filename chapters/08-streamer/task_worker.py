#!/usr/bin/python3
"""Does the tasks that a streamer deals to it: task_worker, in Python.

    task_worker.py [--connect tcp://127.0.0.1:5560] [--count 3]
"""
import argparse
import json
import signal
import sys

import zmq


def number_of(frames):
    """The number of {"num": N}; ValueError when that is not what came."""
    (message,) = frames
    task = json.loads(message)
    if not isinstance(task, dict) or type(task.get("num")) is not int:
        raise ValueError
    return task["num"]


def work(plan):
    worker = zmq.Context.instance().socket(zmq.PULL)
    worker.maxmsgsize = 1 << 20
    worker.connect(plan.connect)

    done = 0
    while done < plan.count:
        frames = worker.recv_multipart()
        try:
            print("Took task", number_of(frames))
            done += 1
        except (ValueError, RecursionError):
            print("Dropped, no task:", frames[:3], file=sys.stderr)
    print("Leaving, tasks done:", done)


for number in signal.SIGINT, signal.SIGTERM:
    signal.signal(number, lambda *_: sys.exit(0))
sys.stdout.reconfigure(line_buffering=True)
parser = argparse.ArgumentParser(description="Does tasks from a streamer.")
parser.add_argument("--connect", default="tcp://127.0.0.1:5560")
parser.add_argument("--count", default=3, type=int)
arguments = parser.parse_args()
try:
    work(arguments)
except zmq.ZMQError as error:
    parser.error(f"{arguments.connect}: {error}")
