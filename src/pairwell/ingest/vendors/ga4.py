"""Google Analytics 4's events, as its export to BigQuery holds them, saved as JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from pairwell.ingest.vendors.cells import filled, text
from pairwell.ingest.vendors.export import Export, Given, Piece
from pairwell.ingest.vendors.logged import Logged, Telling, Words

_WORDS = Words(
    behaviour={
        "view_item": "view",
        "add_to_cart": "add_to_cart",
        "remove_from_cart": "remove_from_cart",
        "search": "search",
        "view_search_results": "search",
        "begin_checkout": "checkout",
    },
    ordered="purchase",
    refunded="refund",
)
_EVENTS = {
    "events": {
        "type": "event_name",
        "at": "event_timestamp",
        "item_id": "items.item_id",
        "customer_id": "user_id",
        "visitor_id": "user_pseudo_id",
        "session_id": "event_params ga_session_id",
    },
}
_ORDERS = {
    "orders": {
        "order_id": "ecommerce.transaction_id",
        "item_id": "items.item_id, else items.item_name",
        "placed_at": "event_timestamp",
        "customer_id": "user_id",
        "title": "items.item_name",
        "quantity": "items.quantity",
        "unit_price": "items.price",
        "currency": "event_params currency",
        "category": "items.item_category to item_category5",
        "brand": "items.item_brand",
        "channel": "platform",
        "status": "event_name",
        "shipping": "ecommerce.shipping_value",
        "tax": "ecommerce.tax_value",
    },
    "returns": {
        "order_id": "ecommerce.transaction_id",
        "item_id": "items.item_id",
        "quantity": "items.quantity",
        "at": "event_timestamp",
        "refund": "ecommerce.refund_value",
    },
}
_UNSET = {"(not set)", "(other)"}
_WHOLE = {"begin_checkout", "search", "view_search_results"}
_VALUES = ("string_value", "int_value", "float_value", "double_value")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 17  # digits of microseconds until the year 5138
_LEVELS = ("item_category", "item_category2", "item_category3", "item_category4", "item_category5")


def reshape(given: Iterable[Given], *, table: str) -> Iterator[Piece]:
    """Event by event; one of several items is one for each."""
    telling = Telling(_WORDS, table)
    for row in given:
        yield from telling.pieces(_read(row))


def _read(row: Given) -> Logged:
    event = row.cells
    name = text(event.get("event_name")) or ""
    sums = event.get("ecommerce")
    money: dict[str, Any] = sums if isinstance(sums, dict) else {}
    items = event.get("items")
    listed = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    params = _params(event.get("event_params"))
    return Logged(
        given=row,
        name=name,
        at=_moment(text(event.get("event_timestamp"))),
        who=filled(
            {
                "customer_id": event.get("user_id"),
                "visitor_id": event.get("user_pseudo_id"),
                "session_id": params.get("ga_session_id"),
            }
        ),
        event_id=None,
        order={
            "order_id": _set(money.get("transaction_id")) or _set(params.get("transaction_id")),
            "currency": params.get("currency"),
            "channel": event.get("platform"),
            "shipping": money.get("shipping_value"),
            "tax": money.get("tax_value"),
            "total": money.get("refund_value"),
        },
        lines=[] if name in _WHOLE else [_line(item) for item in listed],
    )


def _params(value: Any) -> dict[str, str]:  # noqa: ANN401  (any JSON value)
    """Parameters by key: each is a record with one value of several types."""
    found: dict[str, str] = {}
    for one in value if isinstance(value, list) else []:
        inner = one.get("value") if isinstance(one, dict) else None
        if isinstance(inner, dict):
            said = next((cell for name in _VALUES if (cell := text(inner.get(name)))), None)
            found |= {str(one.get("key")): said} if said else {}
    return found


def _set(value: Any) -> str | None:  # noqa: ANN401
    said = text(value)
    return None if said in _UNSET else said


def _moment(micros: str | None) -> str | None:
    if micros is None or not micros.isascii() or not micros.isdigit() or len(micros) > _LONGEST:
        return micros
    return (_EPOCH + timedelta(microseconds=int(micros))).isoformat()


def _line(item: dict[str, Any]) -> dict[str, Any]:
    levels = [said for name in _LEVELS if (said := _set(item.get(name)))]
    return {
        "item_id": _set(item.get("item_id")) or _set(item.get("item_name")),
        "title": _set(item.get("item_name")),
        "quantity": item.get("quantity"),
        "unit_price": item.get("price"),
        "category": " > ".join(levels),
        "brand": _set(item.get("item_brand")),
    }


GA4 = tuple(
    Export(
        source="ga4",
        title="Google Analytics 4's export to BigQuery",
        page="https://support.google.com/analytics/answer/7029846",
        seen="November 2026",
        marks=(frozenset({"event_date", "event_timestamp", "event_name", "user_pseudo_id"}),),
        fields=fields,
        reshape=partial(reshape, table=table),
        member="event_name",
    )
    for table, fields in (("events", _EVENTS), ("orders", _ORDERS))
)
