"""A server that is killed again and again under load, and what it had promised by then."""

from __future__ import annotations

import random
import sys
import threading
import time
from datetime import UTC, datetime

import httpx
import msgspec
from tests.e2e.running import PATIENCE_S, RUN, started

from pairwell.config.workspace import Workspace

_CLIENTS = 4
_ORDER_LINES = [{"item_id": "mat", "quantity": 1, "unit_price_minor": 700}]


class Promised(msgspec.Struct):
    """What was acknowledged, and how long each start took, in seconds until the first answer."""

    decisions: list[str] = msgspec.field(default_factory=list)
    events: list[str] = msgspec.field(default_factory=list)
    starts: list[float] = msgspec.field(default_factory=list)


def kill_again_and_again(workspace: Workspace, kills: int, *, seed: int) -> Promised:
    """Start the server, ask it from several threads, and kill it (SIGKILL) at a random moment; `kills` times."""
    promised, rng = Promised(), random.Random(seed)
    for number in range(kills):
        start = time.perf_counter()
        with started([sys.executable, "-c", RUN, str(workspace.root)]) as server:
            promised.starts.append(time.perf_counter() - start)
            stop = threading.Event()
            clients = [
                threading.Thread(target=_ask, args=(server.base, f"{number}-{n}", stop, promised))
                for n in range(_CLIENTS)
            ]
            for client in clients:
                client.start()
            _wait_for(len(promised.events) + rng.randint(1, 60), promised)
            time.sleep(rng.uniform(0.0, 0.02))
            server.process.kill()
            stop.set()
            for client in clients:
                client.join()
    return promised


def _wait_for(acknowledged: int, promised: Promised) -> None:
    late = time.monotonic() + PATIENCE_S
    while len(promised.events) < acknowledged and time.monotonic() < late:
        time.sleep(0.001)


def _ask(base: str, name: str, stop: threading.Event, promised: Promised) -> None:
    with httpx.Client(base_url=base, timeout=30) as client:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                _decide_and_order(client, f"{name}-{number}", promised)
            except httpx.HTTPError:
                return  # it was killed


def _decide_and_order(client: httpx.Client, name: str, promised: Promised) -> None:
    body = {"placement": "cart", "cart": [{"item_id": "tent"}], "customer_id": f"c-{name}"}
    answer = client.post("/v1/decisions", json=body).json()
    if (answer["silence"] or {}).get("reason") not in {"overloaded", "journal_unavailable"}:
        promised.decisions.append(answer["decision_id"])
    order = {"order_id": f"o-{name}", "lines": _ORDER_LINES}
    at = datetime.now(UTC).isoformat()
    event = {"event_id": name, "type": "order", "at": at, "customer_id": f"c-{name}", "order": order}
    if client.post("/v1/events", json=event).status_code == 202:
        promised.events.append(name)
