"""A small HTTP server in a thread, whose answers a test chooses."""

from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


@pytest.fixture
def serve():
    """Start a server that answers what ``answer(number)`` returns; gives its port."""
    servers = []

    def start(answer):
        count = iter(range(1_000_000))

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.say(*answer(next(count)))

            def do_POST(self):
                sent = self.rfile.read(int(self.headers["Content-Length"]))
                said = (self.path, self.headers["Authorization"], sent)
                self.say(*answer(said))

            def say(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server.server_address[1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def own_pid():
    return os.getpid()
