"""Connections that each ask again as soon as they are answered, over raw sockets."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any, Protocol

_OPENED_AT_ONCE = 200


class Run(Protocol):
    """What is asked, until when (of `time.perf_counter`), and what came back."""

    until: float
    answers: Counter[str]

    def request(self) -> tuple[bytes, str]:
        """The next one, whole, and its path."""

    def answered(self, status: bytes, body: bytes, seconds: float, path: str, /) -> None:
        """Take down an answer."""


class Connection(asyncio.Protocol):
    """One client; `done` when the time is over or the connection lost."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.done = asyncio.get_running_loop().create_future()
        self.parts = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        request, self.path = self.run.request()
        self.began = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.parts += data
        head, found, body = self.parts.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        now = time.perf_counter()
        self.parts = b""
        self.run.answered(head[9:12], body, now - self.began, self.path)
        if now < self.run.until:
            self.ask()
        else:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None or time.perf_counter() < self.run.until:
            self.run.answers["lost"] += 1
        if not self.done.done():
            self.done.set_result(None)


def render(path: str, body: bytes) -> bytes:
    """A request as it goes over the wire."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


async def load(run: Run, port: int, connections: int, *, patience_s: float) -> float:
    """Ask until the time is over; the seconds it took. Raises `TimeoutError` where nobody answers for `patience_s`."""
    loop = asyncio.get_running_loop()
    start = time.perf_counter()
    made = []
    for begin in range(0, connections, _OPENED_AT_ONCE):
        some = min(_OPENED_AT_ONCE, connections - begin)
        opening = [loop.create_connection(lambda: Connection(run), "127.0.0.1", port) for _ in range(some)]
        made += await asyncio.gather(*opening)
    patience = run.until - time.perf_counter() + patience_s
    await asyncio.wait_for(asyncio.gather(*(protocol.done for _, protocol in made)), patience)
    return time.perf_counter() - start


def quantile(values: list[float], share: float) -> float:
    """Milliseconds below which `share` of `values` lie, which are seconds in ascending order."""
    return round(values[min(len(values) - 1, int(share * len(values)))] * 1e3, 3) if values else 0.0
