from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from pairwell.config.workspace import Workspace
from pairwell.serve.online.service import Service

Ask = Callable[..., httpx.Response]
Decide = Callable[..., dict[str, Any]]
NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)


def event(event_id: str, **fields: Any) -> dict[str, Any]:
    return {"event_id": event_id, "type": "exposure", "at": NOW.isoformat(), "item_id": "mat", **fields}


def order(event_id: str, customer_id: str) -> dict[str, Any]:
    lines = [{"item_id": "mat", "quantity": 1, "unit_price_minor": 2_700}]
    body = {"order_id": f"order of {event_id}", "lines": lines}
    return {"event_id": event_id, "type": "order", "at": NOW.isoformat(), "customer_id": customer_id, "order": body}


def send(ask: Ask, body: Any) -> dict[str, Any]:
    response = ask("POST", "/v1/events", json=body)
    assert response.status_code == 202, response.text
    receipt: dict[str, Any] = response.json()
    assert set(receipt) == {"accepted", "duplicates", "refused"}
    return receipt


def test_the_outcome_of_a_shown_offer_is_taken(ask: Ask, decide: Decide, service: Service) -> None:
    decision_id = decide(customer_id="c-17")["decision_id"]
    batch = [event(f"e-{t}", type=t, item_id=None, decision_id=decision_id, offer_no=0) for t in ("exposure", "accept")]
    assert send(ask, {"events": batch}) == {"accepted": 2, "duplicates": 0, "refused": []}
    assert service.journal.count().accepts == 1


def test_one_event_may_come_by_itself_and_as_text(ask: Ask) -> None:
    body = msgspec.json.encode(event("e-1"))
    response = ask("POST", "/v1/events", content=body, headers={"content-type": "text/plain"})
    assert (response.status_code, response.json()["accepted"]) == (202, 1)


def test_an_event_counts_once(ask: Ask) -> None:
    assert send(ask, {"events": [event("e-1"), event("e-1")]})["duplicates"] == 1
    assert send(ask, event("e-1")) == {"accepted": 0, "duplicates": 1, "refused": []}


def test_what_cannot_be_read_is_refused_at_its_place_and_the_rest_is_taken(ask: Ask) -> None:
    batch = [event("e-1", type="sneeze"), event("e-2"), event("e-3", decision_id="none", offer_no=0), {"type": 3}, 7]
    receipt = send(ask, {"events": batch})
    assert receipt["accepted"] == 1
    assert [(r["index"], r["event_id"], r["code"]) for r in receipt["refused"]] == [
        (0, "e-1", "bad_request"),
        (2, "e-3", "unknown_decision"),
        (3, None, "bad_request"),
        (4, None, "bad_request"),
    ]
    assert "type" in receipt["refused"][0]["message"]


def test_an_empty_batch_is_nothing(ask: Ask) -> None:
    assert send(ask, {"events": []}) == {"accepted": 0, "duplicates": 0, "refused": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "exposure", "at": NOW.isoformat()}, "event_id"),
        (event("e-1", at="yesterday"), "at"),
        (event("e-1", at="2026-11-21T10:20:00"), "at"),
        (event("e-1", eventt=1), "eventt"),
        ({"events": 7}, "events"),
    ],
)
def test_a_body_that_is_no_event_is_answered_with_its_field(ask: Ask, body: Any, field: str) -> None:
    response = ask("POST", "/v1/events", json=body)
    assert (response.status_code, response.json()["error"]["field"]) == (400, field)


def test_what_is_no_json_is_said_to_be_none(ask: Ask) -> None:
    response = ask("POST", "/v1/events", content=b"event=1")
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_json")


def test_a_large_batch_is_taken_and_a_larger_body_refused(ask: Ask) -> None:
    assert send(ask, {"events": [event(f"e-{n}") for n in range(3_000)]})["accepted"] == 3_000
    response = ask("POST", "/v1/events", content=b" " * 5_000_001)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


def test_an_order_is_owned_from_then_on(ask: Ask, service: Service) -> None:
    send(ask, order("e-1", "c-17"))
    assert service._facts.owned("c-17", ["mat", "tent"]) == {"mat"}


def test_an_order_whose_ownership_was_lost_on_the_way_is_owned_when_sent_again(
    ask: Ask, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(service._owners, "add_order", die)
        assert ask("POST", "/v1/events", json=order("e-1", "c-17")).status_code == 500
    assert send(ask, order("e-1", "c-17"))["duplicates"] == 1
    assert service._facts.owned("c-17", ["mat"]) == {"mat"}


def test_without_the_journal_nothing_is_taken_and_that_is_said(
    ask: Ask, learned: Workspace, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "journal", service._punctual)  # its database does not wait
    other = sqlite3.connect(learned.operations_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    response = ask("POST", "/v1/events", json=event("e-1"))
    other.execute("ROLLBACK")
    other.close()
    assert (response.status_code, response.json()["error"]["code"]) == (503, "journal_unavailable")
    assert send(ask, event("e-1"))["accepted"] == 1


def test_a_line_that_is_full_is_said_to_be(ask: Ask, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app._lines[1], "_capacity", 0)
    response = ask("POST", "/v1/events", json=event("e-1"))
    assert (response.status_code, response.json()["error"]["code"]) == (503, "overloaded")
    assert response.headers["retry-after"] == "1"


def test_an_event_from_the_far_future_is_refused(ask: Ask) -> None:
    receipt = send(ask, event("e-1", at=(NOW + timedelta(days=400)).isoformat()))
    assert [r["code"] for r in receipt["refused"]] == ["in_the_future"]
