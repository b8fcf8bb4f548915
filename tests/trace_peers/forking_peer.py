"""Forks, and sends to its child, for the tests of the trace."""

import os
import sys

import zmq

context = zmq.Context()
push = context.socket(zmq.PUSH)
push.bind(sys.argv[1])
child = os.fork()
if child == 0:
    own = zmq.Context()
    pull = own.socket(zmq.PULL)
    pull.connect(sys.argv[1])
    print("got", pull.recv_string(), flush=True)
    pull.close()
    own.term()
    os._exit(3)
push.send_string("to the child")
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
push.close()
context.term()
sys.exit(0 if status == 3 else 1)
