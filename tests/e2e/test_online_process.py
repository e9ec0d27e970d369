"""The online process as it is started: listens, answers, logs nothing personal, ends when told to."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from pairwell.config.published import publish_settings
from pairwell.config.workspace import Workspace
from pairwell.facts.store import FactStore
from pairwell.operations.database import open_database
from pairwell.records import CuratedRelation, Item

NOW = datetime(2026, 11, 21, tzinfo=UTC)
RUN = (
    "import sys; from pathlib import Path; from pairwell.config.workspace import Workspace\n"
    "from pairwell.serve.online.process import run; run(Workspace(Path(sys.argv[1])), port=0)\n"
    "print(sorted(sys.modules), file=sys.stdout)"
)


class Running:
    def __init__(self, process: subprocess.Popen[str], base: str) -> None:
        self.process = process
        self.client = httpx.Client(base_url=base)

    def stop(self) -> tuple[int, str, str]:
        self.client.close()
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@pytest.fixture
def running(workspace: Workspace) -> Iterator[Running]:
    publish_settings(workspace)
    database = open_database(workspace.operations_url(""), durability="process")
    facts = FactStore(database)
    facts.write_items([Item(item_id="tent", price_minor=23_500), Item(item_id="mat", price_minor=700)], at=NOW)
    facts.write_relations([CuratedRelation(anchor_id="tent", item_id="mat", relation="complement")], at=NOW)
    database.close()
    command = [sys.executable, "-W", "error", "-c", RUN, str(workspace.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"listens on (http://[\d.:]+)", line):
                yield Running(process, found[1])
                break
        if process.poll() is None:
            process.kill()


def test_a_decision_and_its_outcome_pass_through_a_real_process(running: Running) -> None:
    body = {"placement": "cart", "cart": [{"item_id": "tent"}], "customer_id": "c-17", "request_id": "r-1"}
    first, again = (running.client.post("/v1/decisions", json=body) for _ in range(2))
    assert first.status_code == 200
    assert first.content == again.content
    decision_id = first.json()["decision_id"]
    assert running.client.get(f"/v1/decisions/{decision_id}").json()["unit"] == "c:c-17"
    event = {"event_id": "e-1", "type": "exposure", "at": NOW.isoformat(), "item_id": "mat", "customer_id": "c-17"}
    assert running.client.post("/v1/events", json=event).json()["accepted"] == 1
    assert running.client.get("/healthz").status_code == 200
    assert running.client.get("/openapi.json").json()["openapi"].startswith("3.1")
    code, out, err = running.stop()
    assert code == 0, err
    assert "c-17" not in err
    assert not {"ibis", "duckdb", "numba", "scipy", "pandas", "pyarrow"} & set(re.findall(r"'(\w+)'", out))


def test_what_was_answered_is_there_after_a_kill(running: Running, workspace: Workspace) -> None:
    body = {"placement": "cart", "cart": [{"item_id": "tent"}]}
    ids = [running.client.post("/v1/decisions", json=body).json()["decision_id"] for _ in range(20)]
    running.client.close()
    running.process.kill()
    running.process.communicate()
    database = open_database(workspace.operations_url(""), durability="process")
    from pairwell.journal.store import Journal  # noqa: PLC0415

    journal = Journal(database)
    assert [journal.read_decision(name).inputs.decision_id for name in ids] == ids
    database.close()
