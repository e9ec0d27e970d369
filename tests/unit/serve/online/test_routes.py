from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from pairwell.config.workspace import Workspace
from pairwell.serve.online.app import create_app
from pairwell.serve.online.service import Service

Ask = Callable[..., httpx.Response]
Decide = Callable[..., dict[str, Any]]


def test_the_root_tells_what_runs_here(ask: Ask) -> None:
    response = ask("GET", "/")
    assert response.headers["content-type"].startswith("text/plain")
    assert "curl -s http://127.0.0.1:8420/v1/decisions" in response.text


def test_the_process_lives(ask: Ask) -> None:
    assert ask("GET", "/healthz").json() == {"status": "ok"}


def test_it_is_ready_with_settings_model_and_journal(ask: Ask) -> None:
    response = ask("GET", "/readyz")
    found = response.json()
    assert (response.status_code, found["ready"]) == (200, True)
    assert all(found[part]["ok"] and found[part]["live"] for part in ("settings", "model", "journal"))


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/v1/items/nothing/pairs", "/nowhere"])
def test_head_is_get_without_a_body(ask: Ask, path: str) -> None:
    head, get = ask("HEAD", path), ask("GET", path)
    assert (head.status_code, head.headers) == (get.status_code, get.headers)
    assert (head.content, bool(get.content)) == (b"", True)


def test_without_a_journal_it_is_not_ready(ask: Ask, learned: Workspace) -> None:
    other = sqlite3.connect(learned.operations_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    response = ask("GET", "/readyz")
    other.execute("ROLLBACK")
    other.close()
    assert (response.status_code, response.json()["journal"]["ok"]) == (503, False)


def test_with_a_full_disk_it_is_not_ready(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    response = ask("GET", "/readyz")
    assert (response.status_code, response.json()["ready"]) == (503, False)
    assert "full" in response.json()["journal"]["problem"]


def test_without_a_model_it_is_not_ready_and_decides_all_the_same(empty: Workspace) -> None:
    service = Service(empty)
    app = create_app(service)

    async def send() -> tuple[httpx.Response, ...]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8420") as client:
            body = {"placement": "cart", "cart": [{"item_id": "tent"}]}
            return (
                await client.get("/readyz"),
                await client.post("/v1/decisions", json=body),
                await client.get("/v1/items/tent/pairs"),
            )

    ready, decision, pairs = asyncio.run(send())
    app.close()
    service.close()
    assert (ready.status_code, ready.json()["model"]["ok"]) == (503, False)
    assert (decision.status_code, decision.json()["offers"]) == (200, [])
    assert (pairs.status_code, pairs.json()["error"]["code"]) == (409, "no_model")


def test_pairs_come_with_their_evidence_and_their_model(ask: Ask, service: Service) -> None:
    found = ask("GET", "/v1/items/tent/pairs").json()
    assert service.live.model is not None
    assert (found["item_id"], found["relation"], found["model"]) == ("tent", "complement", service.live.model.id)
    best = found["pairs"][0]
    assert best["item_id"] == "mat"
    evidence = {"title", "score", "together", "anchor_orders", "item_orders", "confidence", "lift", "llr", "p_adjusted"}
    assert evidence <= set(best)


def test_pairs_are_as_many_as_asked_for(ask: Ask) -> None:
    assert len(ask("GET", "/v1/items/tent/pairs?limit=1").json()["pairs"]) == 1


@pytest.mark.parametrize("relation", ["complement", "substitute", "upgrade", "variant", "requires", "follow_up"])
def test_every_relation_there_is_can_be_asked_for(ask: Ask, relation: str) -> None:
    response = ask("GET", f"/v1/items/tent/pairs?relation={relation}")
    assert (response.status_code, response.json()["relation"]) == (200, relation)


@pytest.mark.parametrize("query", ["relation=never", "relation=", "limit=0", "limit=many", "limit=201", "limit=-1"])
def test_a_query_that_makes_no_sense_is_told_what_would(ask: Ask, query: str) -> None:
    response = ask("GET", f"/v1/items/tent/pairs?{query}")
    assert response.status_code == 400
    assert response.json()["error"]["field"] == query.split("=", maxsplit=1)[0]
    assert "expected" in response.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/items/mug/blue/pairs", "/v1/items/mug%2Fblue/pairs"])
def test_an_id_may_hold_a_slash(ask: Ask, path: str) -> None:
    assert ask("GET", path).json()["item_id"] == "mug/blue"


def test_an_item_that_nobody_knows_is_not_found(ask: Ask) -> None:
    response = ask("GET", "/v1/items/nothing/pairs")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


def test_a_decision_is_read_with_what_it_read(ask: Ask, decide: Decide) -> None:
    decision_id = decide(customer_id="c-17")["decision_id"]
    found = ask("GET", f"/v1/decisions/{decision_id}").json()
    assert found["inputs"]["decision_id"] == decision_id
    assert found["unit"] == "c:c-17"


def test_a_name_that_no_database_keeps_is_refused(ask: Ask) -> None:
    response = ask("GET", "/v1/decisions/a%00b")
    assert (response.status_code, response.json()["error"]["field"]) == (400, "decision_id")


@pytest.mark.parametrize("path", ["/v1/decisions/none", "/nowhere", "/v1/items", "/v1/items/tent", "/v1/items/pairs"])
def test_what_is_not_there_has_the_one_error_shape(ask: Ask, path: str) -> None:
    response = ask("GET", path)
    assert response.status_code == 404
    assert set(response.json()) == {"error"}
    assert response.json()["error"]["code"] == "not_found"


def test_another_method_is_refused_with_the_one_allowed(ask: Ask) -> None:
    response = ask("POST", "/healthz")
    assert (response.status_code, response.json()["error"]["code"]) == (405, "method_not_allowed")
    assert response.headers["allow"] == "GET, HEAD"
