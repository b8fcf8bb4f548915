"""A REQ socket of pyzmq that asks once, for the tests of the trace."""

import sys

import zmq

with zmq.Context() as context, context.socket(zmq.REQ) as client:
    client.linger = 0
    client.connect(sys.argv[1])
    client.send_string("Hello from Python")
    print("got", client.recv_string(), flush=True)
