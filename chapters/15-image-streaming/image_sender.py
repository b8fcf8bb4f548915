#!/usr/bin/python3
"""Sends pictures as a camera written with pyzmq, numpy and OpenCV does.

    image_sender.py [--connect tcp://127.0.0.1:5555] [--name python]
                    [--count 3] [--jpeg 95 | --jpeg 0] [--shape 480x640x3]
                    [--dtype uint8]
"""
import argparse
import math

import cv2
import numpy
import zmq


def send(hub, name, picture, quality):
    """Sends a picture, and returns what the hub answers."""
    if quality:
        _, jpeg = cv2.imencode(".jpg", picture,
                               [cv2.IMWRITE_JPEG_QUALITY, quality])
        hub.send_json({"msg": name}, zmq.SNDMORE)
        hub.send(jpeg)
    else:
        hub.send_json({"msg": name, "dtype": str(picture.dtype),
                       "shape": picture.shape}, zmq.SNDMORE)
        hub.send(picture, copy=False)
    return hub.recv()


parser = argparse.ArgumentParser(description="Sends pictures.")
parser.add_argument("--connect", default="tcp://127.0.0.1:5555")
parser.add_argument("--name", default="python")
parser.add_argument("--count", default=3, type=int)
parser.add_argument("--jpeg", default=95, type=int)
parser.add_argument("--shape", default="480x640x3")
parser.add_argument("--dtype", default="uint8")
plan = parser.parse_args()

socket = zmq.Context.instance().socket(zmq.REQ)
socket.connect(plan.connect)
shape = [int(side) for side in plan.shape.split("x")]
# A gradient: sample i, in the order of memory, is i / 64, in 8 or 16 bit.
image = (numpy.arange(math.prod(shape)) // 64).astype(plan.dtype).reshape(shape)
for _ in range(plan.count):
    answer = send(socket, plan.name, image, plan.jpeg)
    print("The hub answers", answer.decode(), flush=True)
