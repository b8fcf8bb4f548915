#!/usr/bin/python3
"""Receives pictures as a hub written with pyzmq, numpy and OpenCV does.

    image_hub.py [--bind tcp://127.0.0.1:5555] [--count 3] [--save FOLDER]
"""
import argparse
import os

import cv2
import numpy
import zmq


def receive(hub):
    """The name and the picture of the next message."""
    header = hub.recv_json()
    body = hub.recv()
    if "dtype" in header:
        picture = numpy.frombuffer(body, dtype=header["dtype"])
        return header["msg"], picture.reshape(header["shape"])
    jpeg = numpy.frombuffer(body, dtype="uint8")
    return header["msg"], cv2.imdecode(jpeg, cv2.IMREAD_UNCHANGED)


parser = argparse.ArgumentParser(description="Receives pictures.")
parser.add_argument("--bind", default="tcp://127.0.0.1:5555")
parser.add_argument("--count", default=3, type=int)
parser.add_argument("--save", help="folder for the pictures, as .npy")
plan = parser.parse_args()

socket = zmq.Context.instance().socket(zmq.REP)
socket.bind(plan.bind)
print("listening on", socket.last_endpoint.decode(), flush=True)
for number in range(plan.count):
    name, image = receive(socket)
    socket.send(b"OK")
    print(f"{name}: {image.dtype} {image.shape}, mean {image.mean():.1f}",
          flush=True)
    if plan.save:
        numpy.save(os.path.join(plan.save, f"{number}.npy"), image)
        print(f"saved {number}.npy", flush=True)
