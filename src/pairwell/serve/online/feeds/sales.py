"""Orders as vendors' pieces tell them, the same that files are read into, as events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

import msgspec

from pairwell.ingest.vendors.cells import is_yes
from pairwell.ingest.vendors.export import Given, Left, Piece, Row
from pairwell.serve.online.feeds.told import EventBody
from pairwell.serve.online.feeds.values import minor, moment, name_of, whole, within_second

_SOLD = frozenset({"completed", "refunded"})
_RANKS = {"completed": 1, "refunded": 2, "cancelled": 3}  # of versions within one second; those nobody paid are 0
_MERGED = "part_of_line"
_encoder = msgspec.json.Encoder(order="deterministic")


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """Whose orders they are."""

    source: str  # the system
    currency: str  # of orders that name none: the shop's
    zone: tzinfo  # of moments that name none: the shop's
    net: bool  # its money is without tax
    key_of: Callable[[Given], Hashable]  # what it calls the line of a piece


class Order(msgspec.Struct, kw_only=True):
    """One version of an order: what is said of all of it, and its lines as events have them."""

    seller: Seller
    cells: Mapping[str, str]
    lines: list[dict[str, Any]] = []
    numbers: dict[Hashable, int] = {}  # of the system's lines: which of `lines` they became, from 1
    consents: list[Mapping[str, str]] = []
    left: Counter[str] = msgspec.field(default_factory=Counter)

    @property
    def currency(self) -> str:
        return self.cells.get("currency") or self.seller.currency

    @property
    def placed_at(self) -> datetime | None:
        return moment(self.cells.get("placed_at"), self.seller.zone)

    def paid(self, number: int) -> int | None:
        """Minor units that a line came to, as its price is stated; None where that is not known."""
        line = self.lines[number - 1]
        price, quantity, off = line["unit_price_minor"], line["quantity"], line["discount_minor"]
        known = isinstance(price, int) and isinstance(quantity, int) and isinstance(off, int)
        return price * quantity - off if known else None


def read_order(pieces: Iterable[Piece], cells: Mapping[str, str], seller: Seller) -> Order:
    """The order that pieces tell; `cells`: what is said of all of it, also where no line of it is a sale."""
    order = Order(seller=seller, cells=cells)
    number = 0  # of the line that the last piece became
    for piece in pieces:
        if isinstance(piece, Left):
            if piece.table == "orders" and piece.rule == _MERGED and number:
                order.numbers[seller.key_of(piece.given)] = number
            elif piece.rule != _MERGED:
                order.left[piece.rule] += 1
        elif piece.table == "consents":
            order.consents.append(piece.cells)
        elif piece.table == "orders":
            number = _add_line(order, piece)
            order.cells = {**cells, **{name: piece.cells[name] for name in ("discount",) if name in piece.cells}}
    return order


def _add_line(order: Order, piece: Row) -> int:
    """The number of the line; 0 where it is no sale, by the rules of files."""
    line = _line(piece.cells, order.currency)
    rule = _no_sale(line)
    if rule is not None:
        order.left[rule] += 1
        return 0
    order.lines.append(line)
    number = len(order.lines)
    order.numbers[order.seller.key_of(piece.given)] = number
    return number


def _line(cells: Mapping[str, str], currency: str) -> dict[str, Any]:
    quantity = whole(cells.get("quantity", "1"))
    off = minor(cells.get("line_discount"), currency) or 0
    off = abs(off) if isinstance(off, int) else off
    price = minor(cells.get("unit_price"), currency)
    total = minor(cells.get("line_total"), currency)
    if price is None and isinstance(total, int) and isinstance(off, int) and isinstance(quantity, int) and quantity:
        price = round((total + off) / quantity)
    return {
        "item_id": cells.get("item_id") or cells.get("title"),
        "quantity": quantity,
        "unit_price_minor": total if price is None else price,
        "discount_minor": off,
    }


def _no_sale(line: Mapping[str, Any]) -> str | None:
    """The rule that leaves a line out."""
    price, quantity = line["unit_price_minor"], line["quantity"]
    if line["item_id"] is None:
        return "no_item_id"
    if quantity == 0:
        return "zero_quantity"
    if isinstance(price, int) and price <= 0:
        return "zero_price" if price == 0 else "negative_price"
    return None


def order_events(order: Order, version: datetime) -> list[EventBody]:
    """The order and what became of it, as of a version; one that is no sale, or not yet, as cancelled.

    So its lines stay those of the last version that was a sale, and count nowhere until it is one again.
    """
    status = order.cells.get("status", "completed")
    sold = status in _SOLD and bool(order.lines)
    at = within_second(version, _RANKS.get(status, 0), _encoder.encode([status, order.cells, order.lines]))
    source, order_id = order.seller.source, order.cells.get("order_id")
    shared = {"at": at, "customer_id": order.cells.get("customer_id")}
    told = {"order_id": order_id, "status": "completed" if sold else "cancelled"}
    events: list[EventBody] = [
        {"event_id": name_of(source, "status", order_id, at), "type": "status", "status": told, **shared}
    ]
    if sold:
        whole_order = {"event_id": name_of(source, "order", order_id, at), "type": "order", "order": _whole(order)}
        events.insert(0, {**whole_order, **shared})
    return events


def _whole(order: Order) -> dict[str, Any]:
    def money(name: str) -> int | str:
        said = minor(order.cells.get(name), order.currency) or 0
        return abs(said) if isinstance(said, int) else said

    return {
        "order_id": order.cells.get("order_id"),
        "lines": order.lines,
        "currency": order.cells.get("currency"),
        "placed_at": order.placed_at or order.cells.get("placed_at"),
        "channel": order.cells.get("channel"),
        "discount_minor": money("discount"),
        "shipping_minor": money("shipping"),
        "tax_minor": money("tax"),
        "net": order.seller.net,
    }


def consent_events(order: Order) -> list[EventBody]:
    """What the customer said of a channel with the order."""
    return [
        {
            "event_id": name_of(order.seller.source, "consent", order.cells.get("order_id"), cells.get("given")),
            "type": "consent",
            "at": cells.get("at"),
            "customer_id": cells.get("customer_id"),
            "consent": {"channel": cells.get("channel"), "given": is_yes(cells.get("given"))},
        }
        for cells in order.consents
    ]
