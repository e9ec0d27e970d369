"""Several processes that decide on one database: on PostgreSQL they share a port, on SQLite they are refused."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import httpx
import msgspec
import psutil
import pytest
import sqlalchemy as sa
from tests.e2e.running import LOADING_S, PAIRWELL, Server, publish_patient, started, stock_shop, wait_for
from tests.unit.conftest import new_postgres_database, postgres

from pairwell.config.document import render_settings
from pairwell.config.storing import Operations
from pairwell.config.workspace import Workspace, read_draft

__all__ = ["postgres"]
CART = {"placement": "cart", "cart": [{"item_id": "tent"}]}


@pytest.fixture
def two(workspace: Workspace, postgres: sa.URL) -> Iterator[Server]:
    url = new_postgres_database(postgres)
    draft = msgspec.structs.replace(read_draft(workspace), operations=Operations(url=url))
    workspace.settings_file.write_text(render_settings(draft), encoding="utf-8")
    publish_patient(workspace)
    stock_shop(workspace, url)
    command = [PAIRWELL, "serve", "--port", "0", "--pages-port", "0", "--workers", "2"]
    with started([*command, "--workspace", str(workspace.root)]) as server:
        yield server


def workers_of(server: Server) -> list[psutil.Process]:
    """The processes that decide."""
    return [one for one in psutil.Process(server.process.pid).children() if one.name() == "pairwell-online"]


def decide(server: Server, request_id: str) -> dict[str, object]:
    """The answer on a connection of its own, which any of the workers may take."""
    with httpx.Client(base_url=server.base, timeout=LOADING_S) as client:
        answer = client.post("/v1/decisions", json={**CART, "request_id": request_id})
        assert answer.status_code == 200
        found: dict[str, object] = answer.json()
        return found


def test_workers_share_a_port_and_a_journal(two: Server) -> None:
    wait_for(lambda: "both" if "".join(two.said).count("listens on") == 2 else "")
    first, second = workers_of(two)
    second.suspend()  # whatever is answered now, the first answers
    made = [decide(two, f"r-{n}")["decision_id"] for n in range(5)]
    second.resume()
    first.suspend()
    assert [decide(two, f"r-{n}")["decision_id"] for n in range(5)] == made
    first.resume()
    first.kill()
    assert [decide(two, f"r-{n}")["decision_id"] for n in range(5)] == made


def test_sqlite_is_for_one(workspace: Workspace) -> None:
    publish_patient(workspace)
    command = [PAIRWELL, "serve", "--workers", "2", "--workspace", str(workspace.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "PostgreSQL" in done.stderr
    assert "--workers 1" in done.stderr
