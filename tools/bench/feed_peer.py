#!/usr/bin/python3
"""Python's way for large objects: multiprocessing.Queue, alone or with a
thread that steals ahead. One measurement a run; times in ms, a line each.

    feed_peer.py {queue,thread} BYTES COUNT COMPUTE_MS
"""

import ctypes
import multiprocessing
import queue
import signal
import sys
import threading
import time

import numpy

PAGE = 4096


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def produce(objects, ready, size, count):
    die_with_parent()
    for number in range(1, count + 1):
        objects.put(numpy.full(size, number % 256, numpy.uint8))
        ready.set()  # the first is there


def steal(objects, stolen, count):
    for _ in range(count):
        stolen.put(objects.get())


def consume(objects, count, compute):
    begin = time.perf_counter()
    for number in range(1, count + 1):
        before = time.perf_counter()
        taken = objects.get()
        print(f"get {(time.perf_counter() - before) * 1000:.4f}")
        assert (taken[::PAGE] == number % 256).all()
        time.sleep(compute)
    print(f"all {(time.perf_counter() - begin) * 1000:.4f}")


def main():
    die_with_parent()
    way, size, count, compute = sys.argv[1], *map(int, sys.argv[2:])
    objects = multiprocessing.Queue(1)
    ready = multiprocessing.Event()
    producer = multiprocessing.Process(
        target=produce, args=(objects, ready, size, count), daemon=True)
    producer.start()
    ready.wait()
    time.sleep(0.3)  # and pickled, as far as it goes
    source = objects
    if way == "thread":
        source = queue.Queue(1)
        threading.Thread(target=steal, args=(objects, source, count),
                         daemon=True).start()
    consume(source, count, compute / 1000)
    producer.join()


main()
