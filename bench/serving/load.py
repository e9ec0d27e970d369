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

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.serving.connections import load, quantile, render

NOBODY_ANSWERS_S = 30.0
_DECISIONS, _EVENTS = "/v1/decisions", "/v1/events"


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

    def request(self) -> tuple[bytes, str]:
        """The next one, and its path."""
        number = next(self.next)
        if self.events and number * self.events % 1 < self.events:
            return render(_EVENTS, event(number)), _EVENTS
        return self.requests[number % len(self.requests)], _DECISIONS

    def answered(self, status: bytes, body: bytes, seconds: float, path: str, /) -> None:
        self.answers[status.decode()] += 1
        if path == _EVENTS:
            self.event_seconds.append(seconds)
            return
        self.seconds.append(seconds)
        if b'"silence":null' not in body:
            _, _, reason = body.partition(b'"silence":{"reason":"')
            self.silences[reason.partition(b'"')[0].decode() or "?"] += 1
        if len(self.sample) < 400:
            self.sample.append(body)


def event(number: int) -> bytes:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    name = f"{time.time_ns()}-{number}"
    told = {"event_id": name, "type": "view", "at": at, "visitor_id": f"v{number % 9999}", "item_id": "SKU-000001"}
    return json.dumps(told).encode()


def main() -> None:
    port, bodies, connections, seconds = int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    events = float(sys.argv[5]) if len(sys.argv) > 5 else 0.0
    requests = [render(_DECISIONS, body) for body in bodies.read_bytes().splitlines()]
    run = Run(requests, seconds=seconds, events=events)
    try:
        import uvloop

        taken = uvloop.run(load(run, port, connections, patience_s=NOBODY_ANSWERS_S))
    except ModuleNotFoundError:
        taken = asyncio.run(load(run, port, connections, patience_s=NOBODY_ANSWERS_S))
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
