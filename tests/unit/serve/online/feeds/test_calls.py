"""Calls of Segment's and RudderStack's libraries: who may send what, and what is answered."""

from __future__ import annotations

import base64
import gzip
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from tests.unit.serve.online.conftest import NOW, Ask
from tests.unit.serve.online.keyed import PAGE, Keys, refusal

from pairwell.operations.keys.store import KeyStore
from pairwell.serve.online.feeds.calls import KINDS
from pairwell.serve.online.service import Service

VIEW = {
    "type": "track",
    "event": "Product Viewed",
    "messageId": "ajs-1",
    "anonymousId": "an-1",
    "timestamp": "2026-11-21T10:20:00.000Z",
    "properties": {"product_id": "tent", "price": 235.0},
}
ORDER = {
    "type": "track",
    "event": "Order Completed",
    "messageId": "srv-1",
    "userId": "c-17",
    "anonymousId": "an-1",
    "timestamp": "2026-11-21T10:19:00Z",
    "properties": {
        "order_id": "o-77",
        "currency": "EUR",
        "shipping": 4.9,
        "discount": 1.5,
        "products": [{"sku": "tent", "price": 235, "quantity": 1}, {"product_id": "mat", "price": 27.0, "quantity": 2}],
    },
}
PAGE_CALL = {"type": "page", "messageId": "ajs-2", "anonymousId": "an-1"}


@pytest.fixture
def keys(service: Service) -> Keys:
    return Keys(KeyStore(service.database))


def basic(key: str, password: str = "") -> dict[str, str]:
    """As libraries show their write key."""
    return {"authorization": f"Basic {base64.b64encode(f'{key}:{password}'.encode()).decode()}"}


def taken(answer: httpx.Response) -> tuple[int, int, list[tuple[int, str]], dict[str, int]]:
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["success"] is True
    refused = [(one["index"], one["code"]) for one in told["refused"]]
    return told["accepted"], told["duplicates"], refused, told["left"]


def test_a_server_shows_its_write_key_as_the_user(ask: Ask, keys: Keys) -> None:
    for password in ("", '""'):  # RudderStack's page writes quotes there
        headers = basic(keys.secret.text, password)
        assert ask("POST", "/v1/track", json=VIEW, headers=headers).status_code == 200
    assert taken(ask("POST", "/v1/track", json=VIEW, headers=headers)) == (0, 1, [], {})
    batch = {"batch": [VIEW, PAGE_CALL, ORDER], "sentAt": "2026-11-21T10:20:00Z"}
    assert taken(ask("POST", "/v1/batch", json=batch, headers=headers)) == (1, 1, [], {"not_track": 1})


def test_a_page_shows_it_in_the_body_and_may_tell_behaviour_alone(ask: Ask, keys: Keys) -> None:
    seen = {**VIEW, "userId": "c-17"}  # which a page cannot prove
    batch = {"batch": [PAGE_CALL, ORDER, seen], "writeKey": keys.page.text}
    body, headers = msgspec.json.encode(batch), {"content-type": "text/plain", "origin": PAGE}
    answer = ask("POST", "/v1/b", content=body, headers=headers)
    assert taken(answer) == (1, 0, [(1, "needs_secret_key")], {"not_track": 1})
    assert answer.headers["access-control-allow-origin"] == PAGE


def test_who_shows_no_key_or_a_wrong_one_is_not_heard(ask: Ask, keys: Keys) -> None:
    assert refusal(ask("POST", "/v1/track", json=VIEW)) == (401, "key_missing")
    assert refusal(ask("POST", "/v1/identify", json={})) == (401, "key_missing")
    assert refusal(ask("POST", "/v1/track", json={**VIEW, "writeKey": "w-1"})) == (401, "key_mistyped")
    assert refusal(ask("POST", "/v1/track", json=VIEW, headers={"authorization": "Basic !"})) == (401, "key_mistyped")
    page = {**basic(keys.page.text), "origin": "https://evil.example"}
    assert refusal(ask("POST", "/v1/track", json=VIEW, headers=page)) == (403, "origin_not_allowed")
    assert refusal(ask("POST", "/v1/events", json={}, headers=basic(keys.secret.text))) == (401, "key_mistyped")


@pytest.mark.usefixtures("keys")
def test_a_browser_may_ask_whether_it_may(ask: Ask) -> None:
    headers = {
        "origin": PAGE,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,anonymousid,content-type",
    }
    allowed = ask("OPTIONS", "/v1/batch", headers=headers)
    assert allowed.status_code == 204
    named = set(allowed.headers["access-control-allow-headers"].split(", "))
    assert {"authorization", "anonymousid", "content-type"} <= named


@pytest.mark.parametrize("path", [path for path, kind in KINDS.items() if kind not in {"", "track"}])
def test_calls_that_tell_nothing_are_heard(ask: Ask, path: str) -> None:
    assert taken(ask("POST", path, json={"userId": "c-17", "anonymousId": "an-1"})) == (0, 0, [], {"not_track": 1})


def test_a_clock_that_goes_wrong_is_set_right_by_when_the_call_was_sent(ask: Ask, service: Service) -> None:
    ahead = timedelta(days=3)
    call = {
        **VIEW,
        "timestamp": (NOW + ahead - timedelta(minutes=2)).isoformat(),
        "sentAt": (NOW + ahead).isoformat(),
    }
    assert taken(ask("POST", "/v1/track", json=call))[0] == 1
    ((at,),) = _journaled(service, "SELECT at FROM events")
    assert at == round((NOW - timedelta(minutes=2)).timestamp() * 1e6)


def test_an_order_is_whole_and_counts_once(ask: Ask, service: Service) -> None:
    assert taken(ask("POST", "/v1/track", json=ORDER))[:2] == (1, 0)
    assert taken(ask("POST", "/v1/track", json={**ORDER, "messageId": "srv-2"}))[:2] == (0, 1)
    assert _journaled(service, "SELECT type, order_id FROM events") == [("order", "o-77")]


def test_what_came_back_and_what_was_cancelled_is_told(ask: Ask) -> None:
    def call(event: str, name: str, **properties: Any) -> dict[str, Any]:
        return {**ORDER, "event": event, "messageId": name, "properties": {"order_id": "o-77", **properties}}

    batch = [
        ORDER,
        call("Order Refunded", "r-1", products=[{"product_id": "mat", "quantity": 1}]),
        call("Order Refunded", "r-2", total=30),
        call("Order Cancelled", "x-1"),
    ]
    assert taken(ask("POST", "/v1/import", json={"batch": batch})) == (3, 0, [], {"return_line_unclear": 1})


def test_a_call_that_is_none_holds_up_no_other(ask: Ask) -> None:
    large = {**VIEW, "messageId": "ajs-9", "properties": {"product_id": "tent", "note": "x" * 33_000}}
    batch = [1, [], large, {**VIEW, "event": "Signed Up"}, {"type": "track"}, {**VIEW, "properties": {}}, VIEW]
    left = {"bad_request": 2, "too_large": 1, "unknown_event": 2}
    assert taken(ask("POST", "/v1/batch", json={"batch": batch})) == (1, 0, [(5, "item_missing")], left)


def test_bodies_are_bounded_and_errors_have_the_one_shape(ask: Ask) -> None:
    assert refusal(ask("POST", "/v1/track", content=b" " * 32_769)) == (413, "too_large")
    assert refusal(ask("POST", "/v1/batch", content=b" " * 512_001)) == (413, "too_large")
    assert refusal(ask("POST", "/v1/batch", content=b"{")) == (400, "invalid_json")
    assert refusal(ask("POST", "/v1/batch", json={"events": []})) == (400, "bad_request")
    assert refusal(ask("POST", "/v1/track", json=[])) == (400, "bad_request")


def test_what_is_packed_is_unpacked_up_to_the_same_bounds(ask: Ask) -> None:
    packed = {"content-encoding": "gzip"}
    body = gzip.compress(msgspec.json.encode({"batch": [VIEW]}))
    assert taken(ask("POST", "/v1/batch", content=body, headers=packed))[0] == 1
    bomb = gzip.compress(b" " * 10_000_000)
    assert refusal(ask("POST", "/v1/batch", content=bomb, headers=packed)) == (413, "too_large")
    for broken in (b"no gzip", body[:-9], body + b"more"):
        assert refusal(ask("POST", "/v1/batch", content=broken, headers=packed)) == (400, "invalid_json")
    assert refusal(ask("POST", "/v1/batch", content=body, headers={"content-encoding": "br"})) == (400, "invalid_json")


def test_messages_are_counted(ask: Ask) -> None:
    ask("POST", "/v1/batch", json={"batch": [VIEW, PAGE_CALL]})
    page = ask("GET", "/metrics").text
    assert 'pairwell_feeds_total{system="segment",outcome="events"} 1' in page
    assert 'pairwell_feeds_left_total{system="segment",rule="not_track"} 1' in page


def _journaled(service: Service, statement: str) -> list[tuple[Any, ...]]:
    with service.database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def test_a_call_without_an_item_reads_what_calls_name_it(ask: Ask) -> None:
    answer = ask("POST", "/v1/track", json={**VIEW, "properties": {"price": 235.0}})
    assert taken(answer) == (0, 0, [(0, "item_missing")], {})
    assert "`properties.sku` or `properties.product_id`" in answer.json()["refused"][0]["message"]
