"""Serves a folder on this machine until Ctrl-C: serve.py FOLDER PORT."""

import functools
import http.server
import signal
import sys


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def end_headers(self):
        self.send_header("Cache-Control", "no-cache")  # books are rebuilt
        super().end_headers()


def main(folder, port):
    handler = functools.partial(QuietHandler, directory=folder)
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        sys.exit(f"run/book: port {port}: {error.strerror}. "
                 "Choose another with --port; 0 takes any that is free.")
    with server:
        print(f"The book is at http://127.0.0.1:{server.server_port}/ "
              "(Ctrl-C ends this)", flush=True)
        server.serve_forever()


def stop(*_):
    sys.exit(0)


signal.signal(signal.SIGINT, stop)
signal.signal(signal.SIGTERM, stop)
main(sys.argv[1], int(sys.argv[2]))
