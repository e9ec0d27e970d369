"""A receiver of webhooks on this machine, which answers as it is told to."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from standardwebhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two letters..").decode()
OTHER = "whsec_" + base64.b64encode(b"one more secret that is as long.").decode()
Answer = Callable[[BaseHTTPRequestHandler], None]


def status(code: int, **headers: str) -> Answer:
    """An answer of that status."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", "0")
        handler.end_headers()

    return answer


def hang(handler: BaseHTTPRequestHandler) -> None:
    """Answer never, but a letter of a head at a time."""
    with suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(200):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)


def talk(handler: BaseHTTPRequestHandler) -> None:
    """Answer with 10 MB."""
    handler.send_response(200)
    handler.send_header("content-length", str(10_000_000))
    handler.end_headers()
    with suppress(OSError):
        for _ in range(100):
            handler.wfile.write(b"." * 100_000)


def dribble(handler: BaseHTTPRequestHandler) -> None:
    """Answer 200 at once, and then a letter of the body at a time."""
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    with suppress(OSError):
        for _ in range(200):
            handler.wfile.write(b".")
            handler.wfile.flush()
            time.sleep(0.05)


def babble(handler: BaseHTTPRequestHandler) -> None:
    """Answer what is no HTTP."""
    handler.wfile.write(b"hello\r\n\r\n")


class Receiver:
    """What came, and what is answered: each of `answers` once, then 204."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}/offers"
        self.answers: list[Answer] = []
        self.came: list[tuple[dict[str, str], bytes]] = []

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.came]

    def read(self, place: int = -1, secret: str = SECRET) -> dict[str, Any]:
        """What came, its signature checked as of now."""
        headers, body = self.came[place]
        Webhook(secret).verify(body, headers)
        told: dict[str, Any] = msgspec.json.decode(body)
        return told


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            (receiver.answers.pop(0) if receiver.answers else status(204))(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
