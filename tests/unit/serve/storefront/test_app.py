"""What the demo's shop lets browsers say to the online process, and what they see of its answers."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from pairwell.clock import system_clock
from pairwell.serve.online.wire import Message
from pairwell.serve.storefront.app import Storefront
from pairwell.serve.storefront.asking import Online, Told
from pairwell.serve.storefront.pages import Shop

OFFER = {
    "offer_no": 0, "kind": "cross_sell", "item_id": "mat", "title": "Mat", "price_minor": 2700, "anchor_id": "tent",
    "replaces": None, "discount_minor": 0, "reasons": [], "compare": None, "propensity": 0.5, "worth_minor": 120.0,
}  # fmt: skip
ANSWER = {
    "decision_id": "01M7ZYM8NNNRAXRSRMN020A1AZ", "valid_until": "2036-11-21T10:50:00Z", "silence": None,
    "offers": [OFFER], "ignored": [], "currency": "EUR", "arm": "open", "settings": "abc", "model": "m",
}  # fmt: skip


class Asked(Online):
    """An online process that gives one answer, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(0)
        self.bodies: list[Any] = []

    def ask(self, method: str, path: str, body: object = None) -> Told:  # noqa: ARG002
        self.bodies.append(body)
        return Told(200, msgspec.json.encode(ANSWER), "application/json")


def ask(online: Online, method: str, path: str, body: object = None) -> tuple[int, bytes]:
    """Status and body of what the shop answers."""
    app = Storefront(lambda: Shop({}, "EUR", ()), online, system_clock)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"" if body is None else msgspec.json.encode(body)}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:1")]
    asyncio.run(
        app({"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}, receive, send)
    )
    return sent[0]["status"], sent[1]["body"]


def test_a_browser_sees_no_more_of_an_answer_than_with_a_publishable_key() -> None:
    status, body = ask(Asked(), "POST", "/v1/decisions", {"placement": "cart"})
    answer = msgspec.json.decode(body)
    assert status == 200
    assert [offer["item_id"] for offer in answer["offers"]] == ["mat"]
    assert not {"arm", "settings", "model"} & set(answer)
    assert not {"propensity", "worth_minor"} & set(answer["offers"][0])


def test_a_browser_asks_nothing_that_only_a_server_may() -> None:
    online = Asked()
    more = {"explain": True, "seller_id": "s", "attributes": {"adult": "yes"}, "customer_id": "another"}
    ask(online, "POST", "/v1/decisions", {"placement": "cart", "limit": 1, **more})
    assert set(online.bodies[0]) == {"placement", "limit", "visitor_id", "cart"}


@pytest.mark.parametrize("kind", ["order", "consent", "item", "nonsense"])
def test_a_browser_tells_only_what_its_visitor_did(kind: str) -> None:
    online = Asked()
    event = {"event_id": "e", "type": kind, "at": "2026-11-21T10:00:00Z"}
    assert ask(online, "POST", "/v1/events", {"events": [event]})[0] == 400
    assert online.bodies == []
    told = {"type": "click", "customer_id": "another", "order": {"order_id": "o", "lines": []}}
    assert ask(online, "POST", "/v1/events", {"events": [event | told]})[0] == 200
    assert set(online.bodies[0]["events"][0]) == {"event_id", "type", "at", "visitor_id"}


@pytest.mark.parametrize("path", ["/pictures/.svg", "/pictures/%20.svg", "/pictures/ .svg"])
def test_a_picture_of_nothing_is_a_picture(path: str) -> None:
    status, body = ask(Asked(), "GET", path)
    assert status == 200
    assert body.startswith(b"<svg")
