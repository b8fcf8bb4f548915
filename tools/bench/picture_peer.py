#!/usr/bin/python3
"""One end of a stream of pictures in Python, to compare ours with.

    picture_peer.py {send|receive} --scene FILE [--width 640] [--height 480]
                    [--connect ENDPOINT] [--quality 95] [--publish]
                    [--count 200] [--warmup 20]

It does what imageZMQ does: frames [JSON {msg, dtype, shape}, pixels] or
[JSON {msg}, JPEG], sent and received without a copy where pyzmq allows it,
each answered by OK when it has been decoded, or published and not answered.
It listens unless it is to connect. The receiver looks closely at the pictures
of the warm-up, takes the time of the others, and prints one line of JSON.
"""

import argparse
import itertools
import json
import time

import numpy as np
import zmq

# cv2 is loaded where it is used, as that takes a quarter of a second, and raw
# pictures do without.


def parsed():
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["send", "receive"])
    parser.add_argument("--scene", required=True)
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--connect")
    parser.add_argument("--quality", type=int, default=0, help="0: raw")
    parser.add_argument("--publish", action="store_true")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--warmup", type=int, default=20)
    return parser.parse_args()


def opened(context, kind, endpoint):
    socket = context.socket(kind)
    socket.linger = 0
    if kind == zmq.SUB:
        socket.subscribe("")
    if endpoint:
        socket.connect(endpoint)
    else:
        socket.bind("tcp://127.0.0.1:*")
        print("listening on", socket.last_endpoint.decode(), flush=True)
    return socket


def filmed(pictures):
    """What a camera gives: the next picture, in a buffer of our own."""
    frame = np.empty_like(pictures[0])
    for number in itertools.count():
        np.copyto(frame, pictures[number % len(pictures)])
        yield number, frame


def send(socket, pictures, args):
    if args.quality:
        import cv2
    for number, frame in filmed(pictures):
        header = {"msg": f"camera {number}"}
        if args.quality:
            quality = [cv2.IMWRITE_JPEG_QUALITY, args.quality]
            _, body = cv2.imencode(".jpg", frame, quality)
        else:
            header |= {"dtype": str(frame.dtype), "shape": frame.shape}
            body = frame
        socket.send_json(header, zmq.SNDMORE)
        socket.send(body, copy=False)
        if not args.publish:
            socket.recv()


def picture(header, body):
    """What was sent, as an array."""
    if "shape" in header:
        samples = np.frombuffer(body, dtype=header["dtype"])
        return samples.reshape(header["shape"])
    import cv2

    return cv2.imdecode(np.frombuffer(body, dtype="uint8"), cv2.IMREAD_COLOR)


def decibels(frame, original):
    """How near it is to what was filmed; 99 for the same."""
    error = np.mean((frame.astype(float) - original) ** 2)
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


def receive(socket, pictures, args):
    worst, size, start = 99.0, 0, 0.0
    for received in range(args.warmup + args.count):
        if received == args.warmup:
            start = time.monotonic()
        header = socket.recv_json()
        body = socket.recv(copy=False)
        frame = picture(header, body)
        if not args.quality:
            np.bitwise_xor.reduce(frame.reshape(-1).view(np.uint64))
        if not args.publish:
            socket.send(b"OK")
        if received < args.warmup:
            number = int(header["msg"].split()[1])
            original = pictures[number % len(pictures)]
            worst = min(worst, decibels(frame, original))
            size = len(body)
    seconds = time.monotonic() - start
    print(json.dumps({"seconds": seconds, "decibels": worst, "bytes": size}))


def main():
    args = parsed()
    shape = (-1, args.height, args.width, 3)
    pictures = np.fromfile(args.scene, np.uint8).reshape(shape)
    with zmq.Context() as context:
        if args.role == "send":
            kind = zmq.PUB if args.publish else zmq.REQ
            send(opened(context, kind, args.connect), pictures, args)
        else:
            kind = zmq.SUB if args.publish else zmq.REP
            receive(opened(context, kind, args.connect), pictures, args)


if __name__ == "__main__":
    main()
