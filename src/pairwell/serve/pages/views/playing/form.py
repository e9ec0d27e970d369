"""What the form of the playground says: a request, as its address or its body holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from pairwell.errors import RequestError
from pairwell.records import DecisionRequest
from pairwell.said import phrase
from pairwell.serve.pages.views.playing.basket import Line, read_lines, with_one, write_lines
from pairwell.shop.asking import read_asked

_MINUTE: Final = "%Y-%m-%dT%H:%M"
_LARGEST: Final = 1_000_000
OF_A_REQUEST: Final = ("placement", "cart", "viewed")  # where one is named, nothing is made up
NAMES: Final = (
    *OF_A_REQUEST, "locale", "limit", "seller", "attributes", "at", "draw", "find", "add", "look", "remove",
)  # fmt: skip
CUSTOMER: Final = "customer"


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """When it is decided: a minute on the shop's clock."""

    at: datetime

    @property
    def written(self) -> str:
        """As a form writes it."""
        return self.at.strftime(_MINUTE)


def read_moment(text: str | None, timezone: str, now: Callable[[], datetime]) -> Moment:
    """The minute that is named, else the one that it is. Raises `RequestError`."""
    zone = ZoneInfo(timezone)
    if not text:
        return Moment(at=now().astimezone(zone).replace(second=0, microsecond=0))
    try:
        found = datetime.strptime(text[: len("2026-01-31T09:30")], _MINUTE).replace(tzinfo=zone)
        found.astimezone(ZoneInfo("UTC"))
    except (ValueError, OverflowError) as error:
        raise RequestError(
            phrase("`at` is {text}; expected a minute in the shop's time.", text=repr(text[:40])),
            hint=phrase("Write 2026-01-31T09:30."),
            field="at",
        ) from error
    return Moment(at=found)


def read_number(fields: Mapping[str, str], name: str, usual: int | None = None) -> int | None:
    """A whole number from 1 on. Raises `RequestError`."""
    text = fields.get(name, "").strip()
    if not text:
        return usual
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= _LARGEST):
        raise RequestError(
            phrase("`{name}` is {text}; expected a whole number, 1 or more.", name=name, text=repr(text[:40])),
            hint=phrase("Write 1."),
            field=name,
        )
    return int(text)


def read_request(fields: Mapping[str, str]) -> DecisionRequest:
    """The request, with what its buttons add and remove. Raises `RequestError` naming the field that is wrong."""
    cart, viewed = (read_lines(fields.get(name, ""), name) for name in ("cart", "viewed"))
    if item_id := fields.get("add"):
        cart = with_one(cart, item_id, "add")
    if item_id := fields.get("look"):
        viewed = [one for one in viewed if one.item_id != item_id]
        viewed = with_one(viewed, item_id, "look")
    gone = fields.get("remove")
    asked: dict[str, Any] = {
        "placement": fields.get("placement", "cart"),
        "locale": fields.get("locale", "en"),
        "customer_id": fields.get(CUSTOMER),
        "seller_id": fields.get("seller") or None,
        "limit": read_number(fields, "limit"),
        "attributes": _attributes(fields.get("attributes", "")),
        "cart": [{"item_id": one.item_id, "quantity": one.quantity} for one in cart if one.item_id != gone],
        "viewed": [one.item_id for one in viewed if one.item_id != gone],
    }
    return read_asked(asked, DecisionRequest)


def write_request(request: DecisionRequest) -> dict[str, str]:
    """The fields of a request, without its customer."""
    cart = (Line(item_id=one.item_id, quantity=one.quantity) for one in request.cart)
    return {
        "placement": request.placement,
        "locale": request.locale,
        "seller": request.seller_id or "",
        "limit": "" if request.limit is None else str(request.limit),
        "attributes": ", ".join(f"{name}={value}" for name, value in request.attributes.items()),
        "cart": write_lines(cart),
        "viewed": write_lines(Line(item_id=item_id) for item_id in request.viewed),
    }


def _attributes(text: str) -> dict[str, str]:
    """What else the request tells, "region=PL, age=30"."""
    found: dict[str, str] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, equals, value = (one.strip() for one in part.partition("="))
        if not (name and equals):
            raise RequestError(
                phrase("`attributes` holds {part}; expected NAME=VALUE, parted by commas.", part=repr(part[:60])),
                hint=phrase("Write region=PL, age=30."),
                field="attributes",
            )
        found[name] = value
    return found
