"""How the shop's server asks the online process, as a shop's server would: over HTTP, with a time limit."""

from __future__ import annotations

import http.client
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from secrets import token_hex
from typing import NamedTuple

import msgspec

from pairwell.serve.storefront.pages import Shop
from pairwell.serve.storefront.visits import Order, Visit

_PATIENCE_S = 2.0
_TELLING_S = 0.3  # that a page waits for an event to be taken, as the next decision should know of it
_TELLERS = 4
_JSON = "application/json"


class Told(NamedTuple):
    """An answer; 503 where there was none."""

    status: int
    body: bytes
    kind: str
    silence: str | None = None  # why a fragment is empty


class Online:
    """The online process at a port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._tellers = ThreadPoolExecutor(_TELLERS)

    def ask(self, method: str, path: str, body: object = None) -> Told:
        """Ask; never raises, as a shop goes on without offers."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE_S)
        try:
            content = None if body is None else msgspec.json.encode(body)
            connection.request(method, path, content, {"content-type": _JSON} if content else {})
            answer = connection.getresponse()
            kind, silence = answer.getheader("content-type") or _JSON, answer.getheader("x-pairwell-silence")
            return Told(answer.status, answer.read(), kind, silence)
        except (OSError, http.client.HTTPException):
            return Told(503, b"{}", _JSON)
        finally:
            connection.close()

    def tell(self, visit: Visit, kind: str, at: datetime, **more: object) -> None:
        """Send one event of a visit; holds up the page for a moment at most."""
        event = {"event_id": token_hex(12), "type": kind, "at": at, "visitor_id": visit.visitor_id, **more}
        if visit.customer_id is not None:
            event["customer_id"] = visit.customer_id
        with suppress(TimeoutError):
            self._tellers.submit(self.ask, "POST", "/v1/events", event).result(_TELLING_S)


def told_cart(cart: Sequence[Mapping[str, object]], shop: Shop) -> list[dict[str, object]]:
    """A cart at the prices that the shop shows, whatever a page says they are."""
    return [
        {
            "item_id": line["item_id"],
            "quantity": line.get("quantity", 1),
            "unit_price_minor": shop.price(str(line["item_id"])),
        }
        for line in cart
        if line["item_id"] in shop.items
    ]


def told_lines(order: Order) -> list[dict[str, object]]:
    """Lines of an order as the API takes them, each with the offer that it comes from."""
    return [
        {**msgspec.to_builtins(line), "unit_price_minor": order.prices[line.item_id]}
        for line in order.lines
        if line.item_id in order.prices
    ]
