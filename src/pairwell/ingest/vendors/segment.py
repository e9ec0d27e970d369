"""Segment's and RudderStack's track calls, as their storage keeps them: a call a line, in the e-commerce spec."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import msgspec

from pairwell.ingest.vendors.cells import filled, text
from pairwell.ingest.vendors.export import Export, Given, Piece
from pairwell.ingest.vendors.logged import Logged, Telling, Words

_WORDS = Words(
    behaviour={
        "product viewed": "view",
        "product added": "add_to_cart",
        "product removed": "remove_from_cart",
        "products searched": "search",
        "checkout started": "checkout",
    },
    ordered="order completed",
    refunded="order refunded",
    cancelled="order cancelled",
)
_EVENTS = {
    "events": {
        "type": "event",
        "at": "timestamp",
        "item_id": "properties.sku, else properties.product_id",
        "customer_id": "userId",
        "visitor_id": "anonymousId",
        "event_id": "messageId",
    },
}
_ORDERS = {
    "orders": {
        "order_id": "properties.order_id",
        "item_id": "properties.products.sku, else product_id",
        "placed_at": "timestamp",
        "customer_id": "userId",
        "title": "properties.products.name",
        "quantity": "properties.products.quantity",
        "unit_price": "properties.products.price",
        "currency": "properties.currency",
        "category": "properties.products.category",
        "brand": "properties.products.brand",
        "channel": "properties.affiliation",
        "status": "event",
        "discount": "properties.discount",
        "shipping": "properties.shipping",
        "tax": "properties.tax",
    },
    "returns": {
        "order_id": "properties.order_id",
        "item_id": "properties.products.sku, else product_id",
        "quantity": "properties.products.quantity",
        "at": "timestamp",
        "refund": "properties.total",
    },
    "order_status": {"order_id": "properties.order_id", "status": "event", "at": "timestamp"},
}
_WHOLE = {"checkout started", "products searched"}  # events of a cart or of nothing, whatever products they list


def reshape(given: Iterable[Given], *, table: str) -> Iterator[Piece]:
    """Call by call; calls that are no track calls tell nothing that is known."""
    telling = Telling(_WORDS, table)
    for row in given:
        yield from telling.pieces(_read(row))


def _read(row: Given) -> Logged:
    call = row.cells
    properties = call.get("properties")
    said: dict[str, Any] = properties if isinstance(properties, dict) else {}
    name = " ".join((text(call.get("event")) or "").casefold().replace("_", " ").split())
    products = said.get("products")
    listed = [product for product in products if isinstance(product, dict)] if isinstance(products, list) else []
    own = [] if name in _WHOLE else listed or ([said] if _item(said) else [])
    return Logged(
        given=row,
        name=name if call.get("type", "track") == "track" else "",
        at=text(call.get("timestamp")) or text(call.get("originalTimestamp")),
        who=filled({"customer_id": call.get("userId"), "visitor_id": call.get("anonymousId")}),
        event_id=text(call.get("messageId")),
        order={
            "order_id": said.get("order_id"),
            "currency": said.get("currency"),
            "channel": said.get("affiliation"),
            "discount": said.get("discount"),
            "shipping": said.get("shipping"),
            "tax": said.get("tax"),
            "total": said.get("total"),
        },
        lines=[_line(product) for product in own],
    )


def _item(product: dict[str, Any]) -> str | None:
    return text(product.get("sku")) or text(product.get("product_id"))


def _line(product: dict[str, Any]) -> dict[str, Any]:
    return {
        "item_id": _item(product),
        "title": product.get("name"),
        "quantity": product.get("quantity"),
        "unit_price": product.get("price"),
        "category": product.get("category"),
        "brand": product.get("brand"),
    }


_SEGMENT = Export(
    source="segment",
    title="Segment's log of calls",
    page="https://www.twilio.com/docs/segment/connections/spec/ecommerce/v2",
    seen="November 2026",
    marks=(frozenset({"messageid", "anonymousid", "originaltimestamp", "event", "type"}),),
    fields=_EVENTS,
    reshape=partial(reshape, table="events"),
    member="messageId",
)
_RUDDERSTACK = msgspec.structs.replace(
    _SEGMENT,
    source="rudderstack",
    title="RudderStack's log of calls",
    page="https://www.rudderstack.com/docs/event-spec/ecommerce-events-spec/ordering/",
    marks=(frozenset({"messageid", "anonymousid", "originaltimestamp", "event", "type", "channel"}),),
)

#: RudderStack's calls hold all that Segment's do: they are looked for first.
CALLS = tuple(
    msgspec.structs.replace(export, fields=fields, reshape=partial(reshape, table=table))
    for export in (_RUDDERSTACK, _SEGMENT)
    for table, fields in (("events", _EVENTS), ("orders", _ORDERS))
)
