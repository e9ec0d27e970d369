"""Offers that follow events, from the command line and the server to a receiver, also where a process is killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import sqlalchemy as sa
from tests.e2e.running import PAIRWELL, ingest_shop, serving, wait_for
from tests.receiving import SECRET, Receiver, receiving, status
from tests.unit.triggers.shops import NAME, settings_with, to

from pairwell.config.document import render_settings
from pairwell.config.rules.trigger import Trigger
from pairwell.config.settings import Cap
from pairwell.config.workspace import Workspace
from pairwell.events import Event, EventConsent, EventNeed
from pairwell.operations.database import open_database
from pairwell.operations.schema import decisions
from pairwell.shop.face import Shop

# A process that works on triggers, takes over soon what others left, and is killed in the midst of its work: at so
# many transactions, just before or just after one is durable.
_WORK = """
import os, signal, sys
from contextlib import contextmanager
from pathlib import Path
from pairwell.clock import system_clock
from pairwell.config.workspace import Workspace
from pairwell.operations.database import Database
from pairwell.shop.face import Shop
from pairwell.triggers.running import Runner

left, before, write = int(sys.argv[2]), sys.argv[3] == "before", Database.write

@contextmanager
def deadly(self):
    global left
    left -= 1
    with write(self) as connection:
        yield connection
        if left == 0 and before:
            os.kill(os.getpid(), signal.SIGKILL)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

shop = Shop(Workspace(Path(sys.argv[1])))
shop.triggers.list()  # all is open
Database.write = deadly
while True:
    Runner(shop, shop._database, system_clock, lease_s=0.5).run_once()
"""


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFERS_SECRET", SECRET)


def _command(workspace: Workspace, *words: str) -> Any:
    command = [PAIRWELL, "triggers", *words, "--workspace", str(workspace.root), "--json"]
    return msgspec.json.decode(subprocess.run(command, capture_output=True, check=True).stdout)


def _publish(workspace: Workspace, *triggers: Trigger) -> None:
    often = Cap(
        name="mails", channels=("email",), limit=1_000, window_h=24.0
    )  # without a cap nothing that interrupts goes live
    settings = settings_with(*triggers, caps=(often,))
    workspace.settings_file.write_text(render_settings(settings), encoding="utf-8")
    command = [PAIRWELL, "publish", "--workspace", str(workspace.root)]
    subprocess.run(command, check=True, capture_output=True)
    ingest_shop(workspace)


def _events(customer_id: str, name: str) -> list[Event]:
    consent = EventConsent(channel="email", given=True)
    now = datetime.now(UTC)
    return [
        Event(event_id=f"consent-{name}", type="consent", at=now, customer_id=customer_id, consent=consent),
        Event(
            event_id=name, type="need", at=now, customer_id=customer_id, item_id="tent", need=EventNeed(need="camping")
        ),
    ]


def test_a_need_told_to_the_server_comes_out_as_a_webhook_although_the_first_try_fails(workspace: Workspace) -> None:
    with receiving() as receiver:
        receiver.answers = [status(500)]
        _publish(workspace, to(receiver))
        with serving(workspace.root) as (client, said):
            body = {"events": msgspec.to_builtins(_events("c-1", "n-1"))}
            assert client.post("/v1/events", json=body).json()["accepted"] == 2
            wait_for(lambda: "two" if len(receiver.came) == 2 else "")
            wait_for(lambda: _metric(client, "pairwell_triggered") if _waiting(client) == 0 else "")
        assert receiver.ids[0] == receiver.ids[1]
        told = receiver.read()["data"]
        assert (told["customer_id"], told["event"]["event_id"]) == ("c-1", "n-1")
        assert [offer["item_id"] for offer in told["decision"]["offers"]] == ["mat"]
        assert not [line for line in said if SECRET in line or "c-1" in line]
        (standing,) = _command(workspace, "list")["triggers"]
        assert (standing["delivered"], standing["waiting"], standing["dead"]) == (1, 0, 0)


def _metric(client: httpx.Client, name: str) -> str:
    return "\n".join(line for line in client.get("/metrics").text.splitlines() if line.startswith(name))


def _waiting(client: httpx.Client) -> int:
    lines = _metric(client, "pairwell_triggered").splitlines()
    return sum(int(line.split()[-1]) for line in lines if 'state="dead"' not in line)


def test_triggers_that_are_published_while_the_server_runs_work_at_once(workspace: Workspace) -> None:
    with receiving() as receiver:
        _publish(workspace)
        with serving(workspace.root) as (client, _):
            _publish(workspace, to(receiver))
            client.post("/v1/events", json={"events": msgspec.to_builtins(_events("c-1", "n-1"))})
            wait_for(lambda: "came" if receiver.came else "")


def test_commands_work_without_a_server(workspace: Workspace, tmp_path: Path) -> None:
    with receiving() as receiver:
        receiver.answers = [status(204), status(410)]
        rows_for = Trigger(name="rows", on="need", placement="email", to="email")
        _publish(workspace, to(receiver), rows_for)
        assert _command(workspace, "test", NAME)["delivered"]
        with Shop(workspace) as shop:
            shop.log_events(_events("c-1", "n-1"))
        done = _command(workspace, "run", "--once")
        assert (done["taken"], done["offers"], done["failed"]) == (2, 2, 1)
        states = {one["name"]: one for one in _command(workspace, "list")["triggers"]}
        assert states[NAME]["off_since"] is not None
        assert states["rows"]["waiting"] == 1
        assert _command(workspace, "dead") == {"dead": []}
        assert _command(workspace, "emails", str(tmp_path / "o.csv"))["rows"] == 1
        assert "c-1" in (tmp_path / "o.csv").read_text(encoding="utf-8")
        taken = [PAIRWELL, "triggers", "emails", str(tmp_path / "o.csv"), "--workspace", str(workspace.root)]
        refused = subprocess.run(taken, capture_output=True, text=True, check=False)
        assert refused.returncode == 2
        assert "There is a file" in refused.stderr
        assert _command(workspace, "emails", str(tmp_path / "p.csv"))["rows"] == 0


def test_whatever_moment_it_is_killed_at_nothing_is_lost_and_nothing_decided_twice(workspace: Workspace) -> None:
    rng, kills, each = random.Random(5), 16, 4
    with receiving() as receiver:
        _publish(workspace, to(receiver))
        with Shop(workspace) as shop:
            for kill in range(kills):
                for number in range(kill * each, (kill + 1) * each):
                    shop.log_events(_events(f"c-{number}", f"n-{number}"))
                when = [str(rng.randint(1, 16)), rng.choice(["before", "after"])]
                work = [sys.executable, "-c", _WORK, str(workspace.root), *when]
                assert subprocess.run(work, check=False).returncode == -signal.SIGKILL
            wait_for(lambda: "done" if _all_done(shop, kills * each) else "")
        _check_once(workspace, receiver, kills * each)


def _all_done(shop: Shop, events: int) -> bool:
    shop.triggers.run_once()
    (standing,) = shop.triggers.list()
    return standing.delivered == events


def _check_once(workspace: Workspace, receiver: Receiver, events: int) -> None:
    told = [msgspec.json.decode(body)["data"] for _, body in receiver.came]
    of_event = {one["event"]["event_id"]: one["decision"]["decision_id"] for one in told}
    assert of_event.keys() == {f"n-{number}" for number in range(events)}, "nothing is lost"
    pairs = {(name, body) for name, (_, body) in zip(receiver.ids, receiver.came, strict=True)}
    assert len(pairs) == events, "one id and one body for each, however often it came"
    assert max(Counter(receiver.ids).values()) < 6
    database = open_database(workspace.operations_url(""), durability="process")
    with database.read() as connection:
        decided = set(connection.scalars(sa.select(decisions.c.decision_id)))
    database.close()
    assert decided == set(of_event.values()), "nothing is decided twice"
