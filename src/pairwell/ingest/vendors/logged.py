"""Events of a vendor's log: behaviour, orders, returns and ends of orders, each into its own table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pairwell.ingest.vendors.cells import filled, text
from pairwell.ingest.vendors.export import Given, Left, Piece, Row
from pairwell.ingest.vendors.lines import Line, added_up


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """One event, whatever log it stands in; the cells of its table as far as they are no line's."""

    given: Given
    name: str  # what the log calls it
    at: str | None
    who: Mapping[str, str]  # customer_id, visitor_id, session_id
    event_id: str | None
    order: Mapping[str, Any]  # order_id, currency, shipping, tax, discount, channel; total
    lines: Sequence[Mapping[str, Any]]  # item_id, title, quantity, unit_price, category, brand, line_discount


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What a log calls things."""

    behaviour: Mapping[str, str]  # the log's name -> ours
    ordered: str
    refunded: str
    cancelled: str | None = None


class Telling:
    """Turns the events of one log into pieces of `events`, or of `orders` and what is beside them.

    Purchases are no behaviour, and who takes orders from the shop itself must not get them twice: a log is asked for
    each by itself. An order that was told of before is told once.
    """

    def __init__(self, words: Words, table: str) -> None:
        self._words = words
        self._table = table
        self._ordered: set[str] = set()

    def pieces(self, event: Logged) -> Iterator[Piece]:
        """The pieces of one event: one of the table, or one for each item, and those beside it."""
        words = self._words
        if self._table == "events":
            yield from _behaviour(event, words)
        elif event.name == words.ordered:
            yield from self._order(event)
        else:
            yield Left(event.given, "orders", "of_another_table")
            if event.name == words.refunded:
                yield from _returns(event)
            elif event.name == words.cancelled:
                cells = {"order_id": event.order.get("order_id"), "status": "cancelled", "at": event.at}
                yield Row(event.given, "order_status", filled(cells))

    def _order(self, event: Logged) -> Iterator[Piece]:
        order_id = text(event.order.get("order_id"))
        if order_id is not None and order_id in self._ordered:
            yield Left(event.given, "orders", "repeated_order")
            return
        self._ordered |= {order_id} if order_id else set()
        shared = {name: cell for name, cell in event.order.items() if name != "total"}
        customer = event.who.get("customer_id")
        told = filled({**shared, "placed_at": event.at, "customer_id": customer, "status": "completed"})
        lines = [Line(event.given, filled(line)) for line in event.lines] or [Line(event.given, {})]
        for piece in added_up(lines, "orders"):
            yield Row(piece.given, piece.table, told | piece.cells) if isinstance(piece, Row) else piece


def _behaviour(event: Logged, words: Words) -> Iterator[Piece]:
    kind = words.behaviour.get(event.name)
    if kind is None:
        yield Left(event.given, "events", _no_behaviour(event.name, words))
        return
    for place, line in enumerate(event.lines or ({},)):
        event_id = event.event_id and (event.event_id if place == 0 else f"{event.event_id}/{place}")
        cells = {"type": kind, "at": event.at, "item_id": line.get("item_id"), "event_id": event_id, **event.who}
        yield Row(event.given, "events", filled(cells))


def _no_behaviour(name: str, words: Words) -> str:
    """The rule for an event that is none of behaviour."""
    if name == words.ordered:
        return "purchase_event"
    return "of_another_table" if name in {words.refunded, words.cancelled} else "unknown_event"


def _returns(event: Logged) -> Iterator[Piece]:
    """Lines that came back; without lines the money that was paid back."""
    shared = {"order_id": event.order.get("order_id"), "at": event.at}
    for line in event.lines or ({},):
        one = {"item_id": line.get("item_id"), "quantity": line.get("quantity")}
        money = {} if event.lines else {"refund": event.order.get("total")}
        yield Row(event.given, "returns", filled({**shared, **one, **money}))
