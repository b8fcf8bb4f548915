#!/usr/bin/python3
"""pyzmq's monitored queue, for a comparison; it ends with its stdin.

    pyzmq_monitored_queue.py FRONTEND BACKEND MONITOR
"""

import os
import sys
import threading

import zmq
from zmq.devices import monitored_queue


def end_with_stdin():
    sys.stdin.read()
    os._exit(0)


def bound(context, kind, endpoint):
    socket = context.socket(kind)
    socket.sndhwm = 10_000
    socket.bind(endpoint)
    return socket


frontend, backend, monitor = sys.argv[1:]
threading.Thread(target=end_with_stdin, daemon=True).start()
with zmq.Context() as ctx:
    monitored_queue(
        bound(ctx, zmq.ROUTER, frontend),
        bound(ctx, zmq.DEALER, backend),
        bound(ctx, zmq.PUB, monitor),
        b"in",
        b"out",
    )
