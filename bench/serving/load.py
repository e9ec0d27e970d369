"""The client: connections that each ask again as soon as they are answered, over raw sockets.

load.py PORT BODIES CONNECTIONS SECONDS [EVENTS [SAMPLE]]: bodies one a line; of the requests a share EVENTS tells a
view instead; some answers are written to SAMPLE, one a line. Prints what came of it as JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

NOBODY_ANSWERS_S = 30.0


class Run:
    """What is asked, until when, and what came back."""

    def __init__(self, requests: list[bytes], *, seconds: float, events: float) -> None:
        self.requests = requests
        self.until = time.perf_counter() + seconds
        self.events = events
        self.next = count(random.randrange(len(requests)))  # so that no load repeats the one before
        self.seconds: list[float] = []
        self.event_seconds: list[float] = []
        self.answers: Counter[str] = Counter()
        self.silences: Counter[str] = Counter()
        self.sample: list[bytes] = []

    def request(self) -> tuple[bytes, bool]:
        """The next one, and whether it is an event."""
        number = next(self.next)
        if self.events and number * self.events % 1 < self.events:
            return render("/v1/events", event(number)), True
        return self.requests[number % len(self.requests)], False

    def answered(self, status: bytes, body: bytes, seconds: float, *, of_event: bool) -> None:
        self.answers[status.decode()] += 1
        if of_event:
            self.event_seconds.append(seconds)
            return
        self.seconds.append(seconds)
        if b'"silence":null' not in body:
            _, _, reason = body.partition(b'"silence":{"reason":"')
            self.silences[reason.partition(b'"')[0].decode() or "?"] += 1
        if len(self.sample) < 400:
            self.sample.append(body)


class Connection(asyncio.Protocol):
    def __init__(self, run: Run) -> None:
        self.run = run
        self.done = asyncio.get_running_loop().create_future()
        self.parts = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        request, self.of_event = self.run.request()
        self.began = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.parts += data
        head, found, body = self.parts.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        start = lower.index(b"content-length:") + 15
        length = int(lower[start : lower.find(b"\r\n", start) if lower.find(b"\r\n", start) > 0 else None])
        if len(body) < length:
            return
        now = time.perf_counter()
        self.parts = b""
        self.run.answered(head[9:12], body, now - self.began, of_event=self.of_event)
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
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def event(number: int) -> bytes:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    name = f"{time.time_ns()}-{number}"
    told = {"event_id": name, "type": "view", "at": at, "visitor_id": f"v{number % 9999}", "item_id": "SKU-000001"}
    return json.dumps(told).encode()


async def load(run: Run, port: int, connections: int) -> float:
    loop = asyncio.get_running_loop()
    start = time.perf_counter()
    made = [await loop.create_connection(lambda: Connection(run), "127.0.0.1", port) for _ in range(connections)]
    patience = run.until - start + NOBODY_ANSWERS_S
    await asyncio.wait_for(asyncio.gather(*(protocol.done for _, protocol in made)), patience)
    return time.perf_counter() - start


def quantile(values: list[float], share: float) -> float:
    return round(values[min(len(values) - 1, int(share * len(values)))] * 1e3, 3) if values else 0.0


def main() -> None:
    port, bodies, connections, seconds = int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    events = float(sys.argv[5]) if len(sys.argv) > 5 else 0.0
    requests = [render("/v1/decisions", body) for body in bodies.read_bytes().splitlines()]
    run = Run(requests, seconds=seconds, events=events)
    try:
        import uvloop

        taken = uvloop.run(load(run, port, connections))
    except ModuleNotFoundError:
        taken = asyncio.run(load(run, port, connections))
    times = sorted(run.seconds)
    found = {
        "requests": len(times),
        "a_second": round(len(times) / taken, 1),
        "p50_ms": quantile(times, 0.5),
        "p95_ms": quantile(times, 0.95),
        "p99_ms": quantile(times, 0.99),
        "max_ms": quantile(times, 1.0),
        "events": len(run.event_seconds),
        "event_p99_ms": quantile(sorted(run.event_seconds), 0.99),
        "errors": sum(n for status, n in run.answers.items() if not status.startswith("2")),
        "silences": dict(run.silences.most_common()),
        "client_cpu_s": round(time.process_time(), 2),
    }
    if len(sys.argv) > 6:
        Path(sys.argv[6]).write_bytes(b"\n".join(run.sample) + b"\n")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
