"""A server that is killed again and again under load, and what it had promised by then."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import msgspec
import sqlalchemy as sa

from pairwell.config.workspace import Workspace
from pairwell.errors import JournalError
from pairwell.facts.store import FactStore
from pairwell.journal.store import Journal
from pairwell.operations.database import open_database
from pairwell.operations.schema import decisions, events
from pairwell.records import CuratedRelation, Item

_CLIENTS = 4
_PATIENCE_S = 30.0
_RUN = (
    "import sys; from pathlib import Path; from pairwell.config.workspace import Workspace\n"
    "from pairwell.serve.online.process import run; run(Workspace(Path(sys.argv[1])), port=0)"
)
_ORDER_LINES = [{"item_id": "mat", "quantity": 1, "unit_price_minor": 700}]


class Promised(msgspec.Struct):
    """What was acknowledged, and how long each start took, in seconds until the first answer."""

    decisions: list[str] = msgspec.field(default_factory=list)
    events: list[str] = msgspec.field(default_factory=list)
    starts: list[float] = msgspec.field(default_factory=list)


def stock_shop(workspace: Workspace, url: str) -> None:
    """A tent and the mat that people say goes with it."""
    database = open_database(workspace.operations_url(url), durability="process")
    facts, now = FactStore(database), datetime(2026, 11, 21, tzinfo=UTC)
    facts.write_items([Item(item_id="tent", price_minor=23_500), Item(item_id="mat", price_minor=700)], at=now)
    facts.write_relations([CuratedRelation(anchor_id="tent", item_id="mat", relation="complement")], at=now)
    database.close()


def kill_again_and_again(workspace: Workspace, kills: int, *, seed: int) -> Promised:
    """Start the server, ask it from several threads, and kill it (SIGKILL) at a random moment; `kills` times."""
    promised, rng = Promised(), random.Random(seed)
    for number in range(kills):
        start = time.perf_counter()
        with _server(workspace) as (process, base):
            promised.starts.append(time.perf_counter() - start)
            stop = threading.Event()
            clients = [
                threading.Thread(target=_ask, args=(base, f"{number}-{n}", stop, promised)) for n in range(_CLIENTS)
            ]
            for client in clients:
                client.start()
            _wait_for(len(promised.events) + rng.randint(1, 60), promised)
            time.sleep(rng.uniform(0.0, 0.02))
            process.kill()
            stop.set()
            for client in clients:
                client.join()
    return promised


def check_promises(workspace: Workspace, url: str, promised: Promised) -> None:
    """Every acknowledged decision can be read, every acknowledged event is there, none twice, orders in effect once."""
    database = open_database(workspace.operations_url(url), durability="process")
    with database.read() as connection:
        stored = list(connection.scalars(sa.select(events.c.event_id)))
        names = set(connection.scalars(sa.select(decisions.c.decision_id)))
        customers = set(connection.scalars(sa.select(events.c.event_id).where(events.c.type == "order")))
    assert len(stored) == len(set(stored))
    assert set(promised.events) <= set(stored), "an acknowledged event is lost"
    assert set(promised.decisions) <= names, "an acknowledged decision is lost"
    journal = Journal(database)
    for name in promised.decisions[:: max(1, len(promised.decisions) // 200)]:
        assert journal.read_decision(name).inputs.decision_id == name
    facts = FactStore(database)
    for name in sorted(customers)[:200]:  # an event that is there is in effect, acknowledged or not
        assert facts.owned(f"c-{name}", ["mat"]) == {"mat"}
    database.close()


def _wait_for(acknowledged: int, promised: Promised) -> None:
    late = time.monotonic() + _PATIENCE_S
    while len(promised.events) < acknowledged and time.monotonic() < late:
        time.sleep(0.001)


@contextmanager
def _server(workspace: Workspace) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-c", _RUN, str(workspace.root)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if found := re.search(r"listens on (http://[\d.:]+)", line):
                threading.Thread(target=process.stderr.read, daemon=True).start()
                yield process, found[1]
                return
        raise JournalError(f"The server did not start: {''.join(said)}")


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
