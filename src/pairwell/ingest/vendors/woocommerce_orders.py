"""WooCommerce's orders as its REST API `wc/v3` lists them: one object an order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from pairwell.ingest.vendors.cells import amount, email_of, filled, plain, text
from pairwell.ingest.vendors.export import Export, Given, Left, Piece, Row
from pairwell.ingest.vendors.lines import Line, added_up

_FIELDS = {
    "orders": {
        "order_id": "id",
        "item_id": "line_items.sku, else id: and line_items.variation_id or product_id",
        "placed_at": "date_created_gmt",
        "customer_id": "customer_id, else billing.email",
        "title": "line_items.name",
        "quantity": "line_items.quantity",
        "line_total": "line_items.total",
        "line_discount": "line_items.subtotal, line_items.total",
        "currency": "currency",
        "channel": "created_via",
        "status": "status",
        "shipping": "shipping_total",
        "tax": "total_tax",
        "attributes.country": "shipping.country, else billing.country",
    },
    "returns": {"order_id": "id", "refund": "refunds.total"},
}
_STATUS = {
    "pending": "unpaid",
    "on-hold": "unpaid",
    "checkout-draft": "unpaid",
    "failed": "failed",
    "cancelled": "cancelled",
    "trash": "cancelled",
    "refunded": "refunded",
}


def reshape(given: Iterable[Given]) -> Iterator[Piece]:
    """Order by order. Everything is net of tax, and what coupons took off stands in the lines already."""
    for row in given:
        order = row.cells
        told = order_cells(order)
        lines = [_row_of(row, line) for line in _objects(order.get("line_items"))]
        for piece in added_up([Line(line, _line(line.cells)) for line in lines], "orders"):
            yield Row(piece.given, piece.table, told | piece.cells) if isinstance(piece, Row) else piece
        fees = [_row_of(row, fee) for fee in _objects(order.get("fee_lines"))]
        yield from (Left(fee, "orders", "not_goods") for fee in fees)
        if not lines and not fees:
            yield Row(row, "orders", told)  # an order of nothing: its lines cannot be named
        if told["status"] == "completed":
            yield from _refunds(row, order)


def _row_of(order: Given, line: dict[str, Any]) -> Given:
    return Given(order.file, order.line, {"order": order.cells.get("id"), **line})


def _objects(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401  (any JSON value)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _part(order: dict[str, Any], name: str) -> dict[str, Any]:
    part = order.get(name)
    return part if isinstance(part, dict) else {}


def order_cells(order: dict[str, Any]) -> dict[str, str]:
    """What is said of all of an order, under the names of our fields."""
    customer = text(order.get("customer_id"))
    address = _part(order, "billing")
    status = (text(order.get("status")) or "").casefold().removeprefix("wc-")
    moment = text(order.get("date_created_gmt"))
    return filled(
        {
            "order_id": order.get("id"),
            "placed_at": f"{moment}Z" if moment and not moment.endswith("Z") else moment or order.get("date_created"),
            "customer_id": email_of(address.get("email")) if customer in (None, "0") else customer,
            "currency": order.get("currency"),
            "channel": order.get("created_via"),
            "status": _STATUS.get(status, "completed"),
            "shipping": order.get("shipping_total"),
            "tax": order.get("total_tax"),
            "attributes.country": _part(order, "shipping").get("country") or address.get("country"),
        }
    )


def _line(line: dict[str, Any]) -> dict[str, str]:
    before, after = amount(line.get("subtotal")), amount(line.get("total"))
    off = None if before is None or after is None or before <= after else plain(before - after)
    return filled(
        {
            "item_id": line.get("sku") or _by_number(line) or line.get("name"),
            "title": line.get("name"),
            "quantity": line.get("quantity"),
            "line_total": line.get("total"),
            "line_discount": off,
        }
    )


def _by_number(line: dict[str, Any]) -> str | None:
    number = next(
        (said for name in ("variation_id", "product_id") if (said := text(line.get(name))) and said != "0"), None
    )
    return number and f"id:{number}"


def _refunds(row: Given, order: dict[str, Any]) -> Iterator[Piece]:
    """Refunds of parts, which name no line and, in the list of orders, no moment; their tax is taken out."""
    for refund in _objects(order.get("refunds")):
        total = abs(amount(refund.get("total")) or Decimal(0))
        if total:
            cells = {"order_id": text(order.get("id")) or "", "refund": plain(_without_tax(total, order))}
            yield Row(_row_of(row, refund), "returns", cells)


def _without_tax(refund: Decimal, order: dict[str, Any]) -> Decimal:
    """What the line came to whose sum with its tax this is; else less the tax that the order bears as a whole."""
    lines = [[amount(line.get(name)) for name in ("total", "total_tax")] for line in _objects(order.get("line_items"))]
    whole = {net for net, tax in lines if net is not None and net + (tax or Decimal(0)) == refund}
    if len(whole) == 1:
        return whole.pop()
    paid, tax = (amount(order.get(name)) or Decimal(0) for name in ("total", "total_tax"))
    return round(refund * (paid - tax) / paid, 4) if paid > tax >= 0 else refund


WOOCOMMERCE_ORDERS = Export(
    source="woocommerce",
    title="WooCommerce's list of orders (wc/v3)",
    page="https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-orders",
    seen="November 2026",
    marks=(frozenset({"order_key", "date_created_gmt", "line_items.product_id", "line_items.variation_id"}),),
    fields=_FIELDS,
    reshape=reshape,
    member="order_key",
    net=True,
)
