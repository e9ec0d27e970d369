"""WooCommerce's webhooks: orders and products as its REST API shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from pairwell.ingest.vendors.cells import amount, text
from pairwell.ingest.vendors.export import Given, Piece, Row
from pairwell.ingest.vendors.woocommerce_orders import order_cells
from pairwell.ingest.vendors.woocommerce_orders import reshape as reshape_orders
from pairwell.ingest.vendors.woocommerce_products import reshape as reshape_products
from pairwell.serve.online.feeds.items import gone_events, item_body, item_event
from pairwell.serve.online.feeds.returns import Returns
from pairwell.serve.online.feeds.sales import Order, Seller, order_events, read_order
from pairwell.serve.online.feeds.told import Cells, EventBody, Terms, Told
from pairwell.serve.online.feeds.values import count, minor, moment, name_of

SOURCE: Final = "woocommerce"
_DELIVERY: Final = "x-wc-webhook-delivery-id"


def _tell_order(payload: Cells, _delivery: str, terms: Terms) -> Told:
    """An order as of when it was changed last, and its refunds."""
    return _tell_version(payload, _changed_at(payload, terms), terms)


def _tell_restored_order(payload: Cells, _delivery: str, terms: Terms) -> Told:
    """An order that was thrown away and is back: as of now, since throwing it away names no moment but its telling."""
    return _tell_version(payload, max(_changed_at(payload, terms), terms.now), terms)


def _tell_version(payload: Cells, version: datetime, terms: Terms) -> Told:
    seller = Seller(
        source=SOURCE,
        currency=terms.currency,
        zone=terms.zone,
        net=True,
        key_of=lambda given: text(given.cells.get("id")),
    )
    cells = order_cells(payload)
    # Refunds are told of what is a sale; of one that was paid back whole, too, since parts of it may have been before.
    sold = {**payload, "status": "completed"} if cells["status"] == "refunded" else payload
    pieces = list(reshape_orders([Given(SOURCE, 0, sold)])) if payload.get("line_items") else []
    order = read_order(pieces, cells, seller)
    told = order_events(order, version)
    return Told(events=[*told, *_returns(order, pieces, payload)], left=dict(order.left))


def _returns(order: Order, pieces: list[Piece], payload: Cells) -> list[EventBody]:
    """Each refund meets the only line there is, or the only one that it paid for; by the day of the order, as in files.

    A refund names no line and no day here. One of all that was paid says no more than the order's status does.
    """
    at = order.placed_at
    if at is None or not order.lines or order.cells.get("status") not in {"completed", "refunded"}:
        return []
    returns = Returns(order)
    paid = amount(payload.get("total"))
    for piece in pieces:
        if isinstance(piece, Row) and piece.table == "returns":
            whole = abs(amount(piece.given.cells.get("total")) or Decimal(0)) == paid
            if not whole or order.cells.get("status") != "refunded":
                _meet(order, returns, piece, at)
    if order.cells.get("status") == "refunded":
        returns.add_rest(at)
    return returns.events


def _meet(order: Order, returns: Returns, refund: Row, at: datetime) -> None:
    stated = minor(refund.cells.get("refund"), order.currency)
    every = range(1, len(order.lines) + 1)
    fitting = list(every) if len(order.lines) == 1 else [one for one in every if order.paid(one) == stated]
    if len(fitting) != 1:
        order.left["return_line_unclear"] += 1
        return
    (number,) = fitting
    left = returns.left_of(number)
    returns.add(number, max(left, 1), at, refund=stated, name=refund.given.cells.get("id"))


def _tell_deleted_order(payload: Cells, delivery: str, terms: Terms) -> Told:
    """An order that was thrown away, of which no more is told than its number. The topic is not signed, the body is."""
    if "status" in payload or "line_items" in payload:
        return Told(left={"not_deleted": 1})
    order_id = text(payload.get("id"))
    event: EventBody = {
        "event_id": name_of(SOURCE, "deleted", order_id, delivery),
        "type": "status",
        "at": terms.now,
        "status": {"order_id": order_id, "status": "cancelled"},
    }
    return Told(events=[event])


def _tell_product(payload: Cells, _delivery: str, terms: Terms) -> Told:
    """Price, stock and publication of a product or of one variation."""
    row = {name: cell for name, cell in _row(payload).items() if cell not in (None, "")}
    left: dict[str, int] = {}
    events: list[EventBody] = []
    for piece in reshape_products([Given(SOURCE, 0, row)]):
        if not isinstance(piece, Row):
            left[piece.rule] = left.get(piece.rule, 0) + 1
            continue
        stock = {"stock": int(piece.cells["stock"]) if "stock" in piece.cells else None}
        item = item_body(piece.cells, stock=stock, currency=terms.currency)
        events.append(item_event((SOURCE, payload.get("id")), item, _changed_at(payload, terms)))
    return Told(events=events, left=left)


def _tell_deleted_product(payload: Cells, delivery: str, terms: Terms) -> Told:
    """A product that was thrown away, of which no more is told than its number."""
    return gone_events(SOURCE, text(payload.get("id")) or "", delivery, terms)


def _row(payload: Cells) -> Cells:
    """The row of the export that tells of the product."""
    status = text(payload.get("status")) or "publish"
    counted = payload.get("manage_stock") not in (None, False)
    parent = text(payload.get("parent_id"))
    return {
        "ID": payload.get("id"),
        "Type": payload.get("type"),
        "SKU": payload.get("sku"),
        "Name": payload.get("name"),
        "Parent": f"id:{parent}" if parent not in (None, "0") else None,
        "Published": "1" if status == "publish" else "0",
        "Visibility in catalog": payload.get("catalog_visibility"),
        "In stock?": "0" if payload.get("stock_status") == "outofstock" else "1",
        "Stock": count(payload.get("stock_quantity")) if counted else None,
        "Backorders allowed?": payload.get("backorders"),
        "Regular price": payload.get("regular_price") or payload.get("price"),
        "Sale price": payload.get("sale_price"),
        "Date sale price starts": payload.get("date_on_sale_from_gmt"),
        "Date sale price ends": payload.get("date_on_sale_to_gmt"),
    }


def _changed_at(payload: Cells, terms: Terms) -> datetime:
    """When it was changed last: that of Greenwich first, since the other names no time zone."""
    return moment(payload.get("date_modified_gmt")) or moment(payload.get("date_modified"), terms.zone) or terms.now


_READERS: Final[Mapping[str, Callable[[Cells, str, Terms], Told]]] = MappingProxyType(
    {
        **dict.fromkeys(("order.created", "order.updated"), _tell_order),
        "order.restored": _tell_restored_order,
        "order.deleted": _tell_deleted_order,
        **dict.fromkeys(("product.created", "product.updated", "product.restored", "product.published"), _tell_product),
        "product.deleted": _tell_deleted_product,
    }
)
TOPICS: Final = tuple(_READERS)


def tell_woocommerce(topic: str, payload: Cells, headers: Mapping[str, str], terms: Terms) -> Told:
    """What a delivery tells. A topic that is not taken tells nothing."""
    reader = _READERS.get(topic.casefold())
    if reader is None:
        return Told(left={"topic_not_taken": 1})
    return reader(payload, headers.get(_DELIVERY, ""), terms)
