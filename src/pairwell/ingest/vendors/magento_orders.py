"""Magento's (Adobe Commerce's) orders as its REST API `V1/orders` lists them: one object an order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from pairwell.ingest.vendors.cells import amount, email_of, filled, plain, text
from pairwell.ingest.vendors.export import Export, Given, Left, Piece, Row
from pairwell.ingest.vendors.lines import Line, added_up

_FIELDS = {
    "orders": {
        "order_id": "increment_id",
        "item_id": "items.sku",
        "placed_at": "created_at",
        "customer_id": "customer_id, else customer_email",
        "title": "items.name",
        "quantity": "items.qty_ordered, items.qty_canceled",
        "unit_price": "items.base_price",
        "line_discount": "items.base_discount_amount",
        "currency": "base_currency_code",
        "channel": "store_name",
        "status": "state",
        "shipping": "base_shipping_amount",
        "tax": "base_tax_amount",
        "attributes.country": "billing_address.country_id",
    },
    "returns": {
        "order_id": "increment_id",
        "item_id": "items.sku",
        "quantity": "items.qty_refunded",
        "refund": "base_total_refunded, base_adjustment_positive",
    },
}
_NEVER_PAID = {"pending_payment", "payment_review"}
_NOT_YET = {"new", "holded"}
_NONE = Decimal(0)


def reshape(given: Iterable[Given]) -> Iterator[Piece]:
    """Order by order, in the shop's base currency and without tax."""
    for row in given:
        order, items = row.cells, _objects(row.cells.get("items"))
        told = _order_cells(order, items)
        lines: list[Line] = []
        for item in items:
            source = Given(row.file, row.line, {"order": order.get("increment_id"), **item})
            if rule := _left_out(item, items):
                yield Left(source, "orders", rule)
            else:
                lines.append(Line(source, _line(item)))
        for piece in added_up(lines, "orders"):
            yield Row(piece.given, piece.table, told | piece.cells) if isinstance(piece, Row) else piece
        if not items:
            yield Row(row, "orders", told)  # an order of nothing: its lines cannot be named
        if told.get("status") == "completed":
            yield from _returns(lines, told.get("order_id", ""))
            yield from _money_back(row, items, told)


def _objects(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401  (any JSON value)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _order_cells(order: dict[str, Any], items: Sequence[dict[str, Any]]) -> dict[str, str]:
    address = order.get("billing_address")
    moment = text(order.get("created_at"))
    return filled(
        {
            "order_id": order.get("increment_id"),
            "placed_at": f"{moment}Z" if moment and moment[-1].isdigit() else moment,  # Magento stores UTC
            "customer_id": text(order.get("customer_id")) or email_of(order.get("customer_email")),
            "currency": order.get("base_currency_code"),
            "channel": (text(order.get("store_name")) or "").split("\n")[-1],  # website, store and view, a line each
            "status": _status(order, items),
            "shipping": order.get("base_shipping_amount"),
            "tax": order.get("base_tax_amount"),
            "attributes.country": address.get("country_id") if isinstance(address, dict) else None,
        }
    )


def _status(order: dict[str, Any], items: Sequence[dict[str, Any]]) -> str:
    """In words that the rules of orders know. What was sent or paid while it waits is a sale."""
    state = (text(order.get("state")) or text(order.get("status")) or "").casefold()
    if state in {"canceled", "cancelled"}:
        return "cancelled"
    if state in _NEVER_PAID:
        return "unpaid"
    if state in _NOT_YET and not _sum(items, "qty_shipped") and not amount(order.get("base_total_paid")):
        return "unpaid"
    return "refunded" if state == "closed" and not _sum(items, "qty_refunded") else "completed"


def _sum(items: Sequence[dict[str, Any]], name: str) -> Decimal:
    return sum((amount(item.get(name)) or _NONE for item in items), _NONE)


def _left_out(item: dict[str, Any], items: Sequence[dict[str, Any]]) -> str | None:
    """The rule that leaves a row out: of a configurable product the simple one inside it, of a bundle one side."""
    if item.get("product_type") == "giftcard":
        return "gift_card"
    above = text(item.get("parent_item_id"))
    if above:
        parent = next((other for other in items if text(other.get("item_id")) == above), {})
        priced = parent.get("product_type") == "bundle" and _is_sum(above, items)
        return None if priced or not parent else "part_of_line"
    own = text(item.get("item_id"))
    return "part_of_line" if item.get("product_type") == "bundle" and own and _is_sum(own, items) else None


def _is_sum(bundle: str, items: Sequence[dict[str, Any]]) -> bool:
    """Whether the parts of a bundle carry its price; in one of a fixed price they cost nothing."""
    parts = [item for item in items if text(item.get("parent_item_id")) == bundle]
    return _sum(parts, "base_price") > 0


def _line(item: dict[str, Any]) -> dict[str, str]:
    ordered, cancelled = (amount(item.get(name)) for name in ("qty_ordered", "qty_canceled"))
    quantity = None if ordered is None else ordered - (cancelled or _NONE)
    # Where discounts are taken off prices with tax, the compensation is the tax in them.
    off = (amount(item.get("base_discount_amount")) or _NONE) - (
        amount(item.get("base_discount_tax_compensation_amount")) or _NONE
    )
    if ordered and quantity is not None:
        off = off * quantity / ordered
    return filled(
        {
            "item_id": item.get("sku"),
            "title": item.get("name"),
            "quantity": item.get("qty_ordered") if quantity is None else plain(quantity),
            "unit_price": item.get("base_price"),
            "line_discount": plain(round(off, 4)) if off else None,
        }
    )


def _returns(lines: Sequence[Line], order_id: str) -> Iterator[Piece]:
    """What was refunded, line by line; when, the list of orders does not say."""
    for line in lines:
        back = amount(line.given.cells.get("qty_refunded"))
        if back and order_id:
            cells = {"order_id": order_id, "item_id": line.cells.get("item_id", ""), "quantity": plain(back)}
            yield Row(line.given, "returns", cells)


def _money_back(row: Given, items: Sequence[dict[str, Any]], told: dict[str, str]) -> Iterator[Piece]:
    """Money that came back without goods: a return of no pieces, for the cleaner to keep aside with its amount."""
    order = row.cells
    back = (amount(order.get("base_adjustment_positive")) or _NONE) - (
        amount(order.get("base_adjustment_negative")) or _NONE
    )
    if not _sum(items, "qty_refunded"):
        sent = amount(order.get("base_shipping_refunded")) or _NONE
        back = max(back, (amount(order.get("base_total_refunded")) or _NONE) - sent)
    if back > 0 and "order_id" in told:
        yield Row(row, "returns", {"order_id": told["order_id"], "quantity": "0", "refund": plain(back)})


MAGENTO_ORDERS = Export(
    source="magento",
    title="Magento's list of orders (V1/orders)",
    page="https://developer.adobe.com/commerce/webapi/rest/quick-reference/",
    seen="November 2026",
    marks=(frozenset({"increment_id", "base_currency_code", "items.sku", "items.qty_ordered", "items.product_type"}),),
    fields=_FIELDS,
    reshape=reshape,
    member="increment_id",
    net=True,
)
