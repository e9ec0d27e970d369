"""The client of bench/events.py: connections that each tell again as soon as they are answered, over raw sockets.

tell.py PORT CONNECTIONS SECONDS BATCH [PAD]: events of all types, BATCH in a body, each body with PAD spaces more.
Prints what came of it as JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.serving.connections import load, quantile, render

ITEMS, PEOPLE = 5_000, 50_000
NOBODY_ANSWERS_S = 120.0
SHOPPERS = (
    "view", "view", "view", "view", "add_to_cart", "remove_from_cart", "search", "exposure", "click", "checkout",
)  # fmt: skip


class Run:
    """What is told, until when, and what came back."""

    def __init__(self, *, batch: int, pad: int, seconds: float) -> None:
        self.batch = batch
        self.pad = b" " * pad
        self.until = time.perf_counter() + seconds
        self.name = f"{time.time_ns()}"
        self.next = count()
        self.rng = random.Random(7)
        self.seconds: list[float] = []
        self.answers: Counter[str] = Counter()
        self.counted: Counter[str] = Counter()

    def request(self) -> tuple[bytes, str]:
        """The next body of events."""
        told = [self.event() for _ in range(self.batch)]
        body = json.dumps(told[0] if self.batch == 1 else {"events": told}).encode() + self.pad
        return render("/v1/events", body), "/v1/events"

    def event(self) -> dict[str, Any]:
        """Nine of ten are of shoppers; the others are orders and what becomes of them, items and customers."""
        rng, number = self.rng, next(self.next)
        item, person = f"i{rng.randrange(ITEMS)}", f"{rng.randrange(PEOPLE)}"
        known = {"event_id": f"{self.name}-{number}", "at": datetime.now(UTC).isoformat()}
        if rng.random() < 0.9:
            kind = rng.choice(SHOPPERS)
            return {**known, "type": kind, "visitor_id": f"v{person}", "item_id": item}
        order = f"{self.name}-{number // 20}"
        lines = [{"item_id": f"i{rng.randrange(ITEMS)}", "unit_price_minor": 999} for _ in range(3)]
        kind, part = rng.choice(
            (
                ("order", {"order_id": order, "lines": lines}),
                ("order", {"order_id": order, "lines": lines}),
                ("return", {"order_id": order, "line_no": 1}),
                ("item", {"item_id": item, "stock": rng.randrange(9)}),
                ("consent", {"channel": "email", "given": True}),
                ("feedback", {"kind": "csat", "score": 4}),
            )
        )
        return {**known, "type": kind, kind: part, "customer_id": f"c{person}"}

    def answered(self, status: bytes, body: bytes, seconds: float, _path: str, /) -> None:
        self.answers[status.decode()] += 1
        if status == b"202":
            self.seconds.append(seconds)
            receipt = json.loads(body)
            self.counted.update(accepted=receipt["accepted"], refused=len(receipt["refused"]))


def main() -> None:
    port, connections, seconds, batch, pad = (float(word) for word in [*sys.argv[1:], "0"][:5])
    run = Run(batch=int(batch), pad=int(pad), seconds=seconds)
    taken = asyncio.run(load(run, int(port), int(connections), patience_s=NOBODY_ANSWERS_S))
    times = sorted(run.seconds)
    print(
        json.dumps(
            {
                "events_a_second": round(run.counted["accepted"] / taken),
                "bodies_a_second": round(len(times) / taken),
                "p50_ms": quantile(times, 0.5),
                "p95_ms": quantile(times, 0.95),
                "p99_ms": quantile(times, 0.99),
                "answers": dict(run.answers.most_common()),
                "refused": run.counted["refused"],
            }
        )
    )


if __name__ == "__main__":
    main()
