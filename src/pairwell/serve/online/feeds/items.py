"""Rows of a catalogue, as vendors' pieces tell them, as events of items."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from pairwell.ingest.vendors.cells import is_yes
from pairwell.serve.online.feeds.told import EventBody, Terms, Told
from pairwell.serve.online.feeds.values import minor, name_of

_encoder = msgspec.json.Encoder(order="deterministic")


def item_body(cells: Mapping[str, str], *, stock: dict[str, Any], currency: str) -> dict[str, Any]:
    """What an event says of an item that a catalogue's row tells of."""
    price = minor(cells.get("price"), currency)
    stated = {} if price is None else {"price_minor": price}
    return {"item_id": cells.get("item_id"), **stated, **stock, "published": is_yes(cells.get("published"))}


def item_event(names: tuple[object, ...], item: dict[str, Any], at: datetime) -> EventBody:
    """The event; of two of one moment that say otherwise each has a name of its own."""
    source, *of = names
    digest = hashlib.sha256(_encoder.encode(item)).hexdigest()[:12]
    return {"event_id": name_of(source, "item", *of, at, digest), "type": "item", "at": at, "item": item}


def gone_events(source: str, product: str, delivery: str, terms: Terms) -> Told:
    """A product is no more: nothing of it is on sale, as far as its own messages named what there was of it.

    Its number is all that is told, and no moment: it counts as of now.
    """
    if not product.isdigit():
        return Told(left={"unknown_product": 1})
    items = terms.items_named(f"{name_of(source, 'item', product)}:")
    events = [
        {
            "event_id": name_of(source, "gone", product, delivery, place),
            "type": "item",
            "at": terms.now,
            "item": {"item_id": item_id, "published": False},
        }
        for place, item_id in enumerate(items)
    ]
    return Told(events=events, left={} if events else {"unknown_product": 1})
