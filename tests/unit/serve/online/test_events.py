from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
import sqlalchemy as sa
from bench.fuzz import answers as answers_of

from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace
from pairwell.errors import RequestError
from pairwell.events import Event, EventReceipt, Said
from pairwell.facts.effects import EventEffects
from pairwell.serve.online.access.callers import Caller
from pairwell.serve.online.app import OnlineApp
from pairwell.serve.online.line import Room
from pairwell.serve.online.metrics.counting import Counts
from pairwell.serve.online.service import Service
from pairwell.serve.online.sorting import SentEvents
from pairwell.serve.online.taking import take_bodies

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
    assert set(receipt) - {"noted"} == {"accepted", "duplicates", "refused"}
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


def test_a_text_that_no_database_keeps_is_refused_at_its_place(postgres_app: OnlineApp) -> None:
    bad = event("e-1", decision_id="a\0b", offer_no=0)
    bodies = [bad, {"events": [event("e-2"), bad, event("e-3")]}]
    sent = [("/v1/events", msgspec.json.encode(body)) for body in bodies]
    (alone, error), (status, receipt) = asyncio.run(answers_of(postgres_app, sent))
    assert (alone, msgspec.json.decode(error)["error"]["field"]) == (400, "decision_id")
    told = msgspec.json.decode(receipt)
    assert (status, told["accepted"]) == (202, 2)
    assert [(one["index"], one["event_id"], one["code"]) for one in told["refused"]] == [(1, "e-1", "bad_request")]


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


def test_a_misspelt_batch_is_answered_with_its_name(ask: Ask) -> None:
    error = ask("POST", "/v1/events", json={"evnts": [event("e-1")]}).json()["error"]
    assert error["hint"] == "Did you mean `events`?"


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


class Poisoned(EventEffects):
    """Effects that fail on one item."""

    def apply(
        self, connection: sa.Connection, events: Sequence[Event], of_orders: Sequence[Event]
    ) -> dict[str, list[Said]]:
        done = super().apply(connection, events, of_orders)
        if any(event.item and event.item.item_id == "poison" for event in events):
            raise ZeroDivisionError
        return done


def about(event_id: str, item_id: str) -> dict[str, Any]:
    return {"event_id": event_id, "type": "item", "at": NOW.isoformat(), "item": {"item_id": item_id, "stock": 1}}


def test_a_body_that_cannot_be_put_into_effect_keeps_no_other_from_it(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_effects", Poisoned(service.database, Settings))
    bodies = [{"events": [about("e-1", "mat")]}, {"events": [about("e-2", "tent"), about("e-3", "poison")]}]
    caller = Caller(kind="open")
    sent = [SentEvents(body=msgspec.json.encode(one), caller=caller) for one in [*bodies, about("e-4", "lamp"), 7]]
    outcomes = take_bodies(sent, service, Counts())
    assert [type(one) for one in outcomes] == [EventReceipt, ZeroDivisionError, EventReceipt, RequestError]
    items = service._facts.items()
    assert {name: items[name].stock for name in ("mat", "tent", "lamp")} == {"mat": 1, "tent": 5, "lamp": 1}
    monkeypatch.undo()
    (again,) = take_bodies(sent[1:2], service, Counts())
    assert isinstance(again, EventReceipt)
    assert again.accepted == 2


def test_what_failed_is_there_in_whole_when_it_is_sent_again(
    ask: Ask, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(service, "_effects", Poisoned(service.database, Settings))
        both = {"events": [order("e-1", "c-17"), about("e-2", "poison")]}
        assert ask("POST", "/v1/events", json=both).status_code == 500
        assert service._facts.owned("c-17", ["mat"]) == set()
    assert send(ask, both)["accepted"] == 2
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
    assert response.headers["retry-after"] == "1"
    assert send(ask, event("e-1"))["accepted"] == 1


def test_a_line_that_is_full_is_said_to_be(ask: Ask, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app._lines[1], "_room", Room(jobs=0, together=1))
    response = ask("POST", "/v1/events", json=event("e-1"))
    assert (response.status_code, response.json()["error"]["code"]) == (503, "overloaded")
    assert response.headers["retry-after"] == "1"


def test_more_events_than_a_body_may_hold_are_refused(ask: Ask) -> None:
    body = msgspec.json.encode({"events": [0] * 10_001})
    response = ask("POST", "/v1/events", content=body)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")
    assert len(send(ask, {"events": [0] * 10_000})["refused"]) == 10_000


def test_facts_are_in_effect_with_the_next_request(ask: Ask, decide: Decide) -> None:
    assert [offer["item_id"] for offer in decide()["offers"]] == ["mat"]
    send(ask, {"event_id": "e-1", "type": "item", "at": NOW.isoformat(), "item": {"item_id": "mat", "stock": 0}})
    assert decide()["offers"] == []
    later = (NOW + timedelta(seconds=1)).isoformat()
    send(ask, {"event_id": "e-2", "type": "item", "at": later, "item": {"item_id": "mat", "stock": 1}})
    assert [offer["item_id"] for offer in decide()["offers"]] == ["mat"]
    gone = {"event_id": "e-3", "type": "item", "at": NOW.isoformat(), "item": {"item_id": "mat", "published": False}}
    send(ask, gone)
    assert decide()["offers"] == []


def test_what_is_odd_is_noted_at_its_place_and_by_its_name(ask: Ask) -> None:
    odd = event("e-2", type="view", at=(NOW + timedelta(hours=1)).isoformat())
    response = ask("POST", "/v1/events", json={"events": [7, event("e-1"), odd]})
    assert [(one["index"], one["event_id"], one["code"]) for one in response.json()["noted"]] == [
        (2, "e-2", "clock_ahead")
    ]


def test_an_event_from_the_far_future_is_refused(ask: Ask) -> None:
    receipt = send(ask, event("e-1", at=(NOW + timedelta(days=400)).isoformat()))
    assert [r["code"] for r in receipt["refused"]] == ["in_the_future"]


def test_a_flood_is_answered_and_holds_no_more_than_there_is_room_for(
    app: OnlineApp, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = app._hot["/v1/events"]._holding
    go_on = threading.Event()
    take = service.take

    def take_later(batches: Sequence[Sequence[Event]]) -> list[EventReceipt]:
        go_on.wait()
        return take(batches)

    async def flood() -> tuple[int, int, Counter[int]]:
        bodies = [msgspec.json.encode(event(f"e-{n}")) + b" " * 40_000 for n in range(3_000)]
        sent = [asyncio.create_task(answers_of(app, [("/v1/events", body)])) for body in bodies]
        while sum(one.done() for one in sent) + room.bodies < len(sent):  # noqa: ASYNC110 - a room tells nobody
            await asyncio.sleep(0.01)  # until each is let in or refused
        held = room.bytes, room.bodies
        go_on.set()
        return *held, Counter(status for ((status, _),) in await asyncio.gather(*sent))

    monkeypatch.setattr(service, "take", take_later)
    size, let_in, statuses = asyncio.run(flood())
    assert statuses.keys() == {202, 503}
    assert statuses[202] == let_in < 1_000
    assert 31_000_000 < size <= 32_000_000
    assert (room.bytes, room.bodies) == (0, 0)
    assert service.journal.count().exposures == statuses[202]
