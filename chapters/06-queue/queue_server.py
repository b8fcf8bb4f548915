#!/usr/bin/python3
"""Greets whoever asks through a queue: queue_server, in Python.

    queue_server.py [--connect tcp://127.0.0.1:5560] [--id 1]
"""
import argparse
import signal
import sys

import zmq


def serve(plan):
    server = zmq.Context.instance().socket(zmq.REP)
    server.linger = 0
    server.maxmsgsize = 1 << 20
    server.connect(plan.connect)
    print("serving", plan.connect)

    while True:
        request = server.recv_multipart()
        if len(request) != 1 or not request[0].startswith(b"Hello"):
            print("Not a greeting:", request[:3], file=sys.stderr)
            server.send(b"Only Hello is understood here")
            continue
        print("Received request:", ascii(request[0][:200])[2:-1])
        server.send_string(f"World from server {plan.id}, in Python")


for number in signal.SIGINT, signal.SIGTERM:
    signal.signal(number, lambda *_: sys.exit(0))
sys.stdout.reconfigure(line_buffering=True)
parser = argparse.ArgumentParser(description="Greets whoever asks.")
parser.add_argument("--connect", default="tcp://127.0.0.1:5560")
parser.add_argument("--id", default=1, type=int)
arguments = parser.parse_args()
try:
    serve(arguments)
except zmq.ZMQError as error:
    parser.error(f"{arguments.connect}: {error}")
