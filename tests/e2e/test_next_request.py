"""What was acknowledged holds with the very next decision of a running server."""

from __future__ import annotations

import csv
import subprocess
from datetime import UTC, datetime
from typing import Any

import httpx
from tests.e2e.failing import open_shop
from tests.e2e.running import PAIRWELL, serving

from pairwell.config.workspace import Workspace


def _offered(client: httpx.Client, customer: str, placement: str = "cart") -> bool:
    body = {"placement": placement, "cart": [{"item_id": "tent"}], "customer_id": customer}
    for _ in range(50):  # a deadline may pass on a busy machine; that says nothing of facts
        answer = client.post("/v1/decisions", json=body).json()
        if (answer["silence"] or {}).get("reason") not in {"overloaded", "journal_unavailable"}:
            return "mat" in [offer["item_id"] for offer in answer["offers"]]
    raise AssertionError(answer)


def _tell(client: httpx.Client, name: str, kind: str, **fields: Any) -> None:
    event = {"event_id": name, "type": kind, "at": datetime.now(UTC).isoformat(), **fields}
    response = client.post("/v1/events", json=event)
    assert (response.status_code, response.json()["accepted"]) == (202, 1), response.text


def test_what_is_acknowledged_holds_with_the_next_decision(workspace: Workspace) -> None:
    open_shop(workspace)
    changes = [("stock", 0, 9), ("price_minor", 12_000, 700), ("published", False, True)]
    with serving(workspace.root) as (client, _):
        assert _offered(client, "c-0")
        for number in range(5):
            for field, bad, good in changes:
                _tell(client, f"{field}-bad-{number}", "item", item={"item_id": "mat", field: bad})
                assert not _offered(client, "c-1"), field
                _tell(client, f"{field}-good-{number}", "item", item={"item_id": "mat", field: good})
                assert _offered(client, f"c-{field}-{number}"), field
        _tell(client, "no", "decline", customer_id="c-2", item_id="mat")
        assert not _offered(client, "c-2")
        assert _offered(client, "c-3")
        for given in (True, False):
            _tell(client, f"call-{given}", "consent", customer_id="c-5", consent={"channel": "call", "given": given})
            assert _offered(client, "c-5", "call") is given
        _say_never(workspace)
        assert not _offered(client, "c-4")


def _say_never(workspace: Workspace) -> None:
    """Another process says that the mat is never to be offered with the tent."""
    path = workspace.root / "relations.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["anchor_id", "item_id", "relation"], ["tent", "mat", "never"]])
    command = [PAIRWELL, "ingest", "relations", str(path), "--workspace", str(workspace.root)]
    subprocess.run(command, check=True, capture_output=True)
