"""Random events about few customers, orders and items, so that they get in each other's way."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from pairwell.events import Event

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
CUSTOMERS, ITEMS, ORDERS = ("ann", "bob"), ("lamp", "mat", "tent"), ("o-1", "o-2", "o-3")
_BEHAVIOUR = ("view", "add_to_cart", "remove_from_cart", "decline", "dismiss", "exposure", "click", "accept")


def random_events(chance: random.Random, prefix: str) -> list[Event]:
    """Up to 25 events that name nothing without `prefix`; no two versions of an order are of one moment."""
    return [_event(chance, prefix, number) for number in range(chance.randint(1, 25))]


def shuffled(events: Sequence[Event], chance: random.Random) -> list[list[Event]]:
    """The events in another order, some of them more than once, in batches."""
    again = [*events, *chance.sample(list(events), chance.randint(0, len(events)))]
    chance.shuffle(again)
    cuts = sorted(chance.sample(range(len(again) + 1), min(3, len(again))))
    return [again[start:end] for start, end in itertools.pairwise([0, *cuts, len(again)]) if start < end]


def _event(chance: random.Random, prefix: str, number: int) -> Event:
    kind = chance.choice([*_PARTS, *_PARTS, "behaviour"])
    name = chance.choice(_BEHAVIOUR) if kind == "behaviour" else kind
    at = NOW - timedelta(hours=chance.randint(0, 8)) + (timedelta(seconds=number) if kind == "order" else timedelta())
    who = [*CUSTOMERS, *([] if kind in {"need", "consent"} else [None])]
    customer = chance.choice(who)
    said = {"item_id": prefix + chance.choice(ITEMS)} if kind == "behaviour" else {kind: _PARTS[kind](chance, prefix)}
    known = {"customer_id": None if customer is None else prefix + customer}
    return msgspec.convert({"event_id": f"{prefix}{number}", "type": name, "at": at, **known, **said}, Event)


def _order(chance: random.Random, prefix: str) -> dict[str, Any]:
    lines = [
        {
            "item_id": prefix + chance.choice(ITEMS),
            "quantity": chance.randint(1, 3),
            "discount_minor": chance.choice([0, 5]),
        }
        for _ in range(chance.randint(1, 3))
    ]
    return {"order_id": prefix + chance.choice(ORDERS), "lines": lines}


def _return(chance: random.Random, prefix: str) -> dict[str, Any]:
    line = {"line_no": chance.randint(1, 3)} if chance.random() < 0.5 else {"item_id": prefix + chance.choice(ITEMS)}
    return {"order_id": prefix + chance.choice(ORDERS), "quantity": chance.randint(1, 3), **line}


def _status(chance: random.Random, prefix: str) -> dict[str, Any]:
    return {"order_id": prefix + chance.choice(ORDERS), "status": chance.choice(["completed", "cancelled"])}


def _item(chance: random.Random, prefix: str) -> dict[str, Any]:
    said = {"stock": chance.choice([None, 0, 1, 2]), "price_minor": chance.randint(1, 3), "published": False}
    named = chance.sample(sorted(said), chance.randint(1, 3))
    return {"item_id": prefix + chance.choice(ITEMS), **{name: said[name] for name in named}}


_PARTS: dict[str, Any] = {
    "order": _order,
    "return": _return,
    "status": _status,
    "item": _item,
    "need": lambda chance, _: {
        "need": chance.choice(["warmth", "light"]),
        "how": chance.choice(["said", "used", "bought"]),
    },
    "consent": lambda chance, _: {"channel": chance.choice(["email", "call"]), "given": chance.random() < 0.5},
    "feedback": lambda chance, _: {
        "kind": chance.choice(["complaint", "ticket_opened", "ticket_closed", "note", "csat"]),
        "score": chance.choice([1, 5, None]),
    },
}
