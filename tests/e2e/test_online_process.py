"""The online process as it is started: listens, answers, logs nothing personal, ends when told to."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from tests.e2e.running import NOW, PATIENCE_S, RUN, Server, publish_patient, started, stock_shop

from pairwell.config.workspace import Workspace
from pairwell.journal.store import Journal
from pairwell.operations.database import open_database

_RUN_AND_TELL = RUN + "print(sorted(sys.modules), file=sys.stdout)"


class Running:
    def __init__(self, server: Server) -> None:
        self._server = server
        self.client = httpx.Client(base_url=server.base, timeout=PATIENCE_S)

    def stop(self) -> tuple[int, str, str]:
        """The code with which it ended, what it wrote to stdout, and to stderr."""
        self.client.close()
        process = self._server.process
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        out = process.stdout.read()
        return self._server.end(), out, "".join(self._server.said)

    def kill(self) -> None:
        self.client.close()
        self._server.process.kill()
        self._server.process.wait()


@pytest.fixture
def running(workspace: Workspace) -> Iterator[Running]:
    publish_patient(workspace)
    stock_shop(workspace)
    command = [sys.executable, "-W", "error", "-c", _RUN_AND_TELL, str(workspace.root)]
    with started(command, stdout=subprocess.PIPE) as server:
        running = Running(server)
        yield running
        running.client.close()


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
    running.kill()
    database = open_database(workspace.operations_url(""), durability="process")
    journal = Journal(database)
    assert [journal.read_decision(name).inputs.decision_id for name in ids] == ids
    database.close()
