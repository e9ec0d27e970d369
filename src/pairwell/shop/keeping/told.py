"""Events as rows of the dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from babel.numbers import get_currency_precision

from pairwell.config.settings import Settings
from pairwell.events import BEHAVIOUR_TYPES, Event, EventOrder, EventReturn
from pairwell.facts.heard import Feedback, feedback_id
from pairwell.facts.order_state import OrderState
from pairwell.ingest.money import Kind, money_of
from pairwell.plans import meter_name

Row = dict[str, Any]
Rows = dict[str, list[Row]]
ItemsOf = Mapping[str, Sequence[tuple[int, str]]]
"""By order what the dataset holds of it: number and item of each line."""
_NEAR = Decimal(1).scaleb(-6)


class Prices:
    """What customers pay, as the dataset keeps it: net, in the shop's currency."""

    def __init__(self, settings: Settings) -> None:
        self._money = money_of(settings)

    def currency(self, named: str | None) -> tuple[str, float]:
        """The currency of an order and what one unit of it is worth in the shop's; that of a lost rate counts as 1."""
        currency = named or self._money.currency
        return currency, float(self._money.rates.get(currency, Decimal(1)))

    def net(self, minor: int | None, currency: str, kind: Kind = "taxed") -> int | None:
        """Minor units of `currency`, as they are paid or without tax, as net minor units of the shop's."""
        if minor is None or currency not in self._money.rates:
            return None
        exact = minor * self._money.factor(currency, kind) / Decimal(10) ** get_currency_precision(currency)
        # A factor such as 1 / 1.2 is itself cut: the first rounding takes that back, as where files are read.
        return round(exact.quantize(_NEAR))


def rows_of(event: Event) -> Iterator[tuple[str, Row]]:
    """The rows that one event makes by itself: all but what it tells of an order."""
    at, customer_id = event.at, event.customer_id
    if event.type in BEHAVIOUR_TYPES:
        names = ("event_id", "type", "at", "customer_id", "visitor_id", "item_id", "placement")
        yield "events", {name: getattr(event, name) for name in names}
    if customer_id is not None and event.consent is not None:
        said = event.consent
        yield "consents", {"customer_id": customer_id, "channel": said.channel.lower(), "given": said.given, "at": at}
    if customer_id is not None and event.need is not None:
        need = event.need
        yield "needs", {"customer_id": customer_id, "need": need.need.lower(), "how": need.how, "since": at}
    if event.feedback is not None:
        yield "feedback", _feedback(event)
    yield from usage_of(event)


def usage_of(event: Event) -> Iterator[tuple[str, Row]]:
    """What the event tells of use, under its own id."""
    if event.usage is not None:
        told = {"account_id": event.usage.account_id, "meter": meter_name(event.usage.meter)}
        yield "usage", {**told, "usage_id": event.event_id, "at": event.at, "quantity": event.usage.quantity}


def rows_of_order(state: OrderState, prices: Prices, known: ItemsOf) -> Iterator[tuple[str, Row]]:
    """The rows that all the events of one order make; of its lines only where an event told them."""
    currency, _ = prices.currency(None)
    if state.order is not None and state.order.order is not None:
        order = state.order.order
        currency, _ = prices.currency(order.currency)
        kind: Kind = "net" if order.net else "taxed"
        yield "orders", _order(state, order, prices)
        for line_no, line in enumerate(order.lines, start=1):
            yield (
                "order_lines",
                {
                    **{name: getattr(line, name) for name in ("item_id", "decision_id", "offer_no")},
                    "order_id": state.order_id,
                    "line_no": line_no,
                    "quantity": float(line.quantity),
                    "unit_price_minor": prices.net(line.unit_price_minor, currency, kind),
                    "discount_minor": prices.net(line.discount_minor, currency, kind) or 0,
                },
            )
    for event in state.statuses:
        if event.status is not None:
            yield "order_status", {"order_id": state.order_id, "status": event.status.status, "at": event.at}
    yield from _returns(state, prices, currency, known)


def once(table: str, rows: Iterable[Row], key: Sequence[str]) -> list[Row]:
    """The rows with each key once: of two words of one moment the more careful, else the later one."""
    kept: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        place = tuple(row[name] for name in key)
        before = kept.get(place)
        if before is None or not _is_careful(table, before):
            kept[place] = row
    return list(kept.values())


def _is_careful(table: str, row: Row) -> bool:
    return (table == "consents" and not row["given"]) or (table == "order_status" and row["status"] == "cancelled")


def _order(state: OrderState, order: EventOrder, prices: Prices) -> Row:
    currency, rate = prices.currency(order.currency)
    kind: Kind = "net" if order.net else "taxed"
    return {
        "order_id": state.order_id,
        "customer_id": state.customer_id,
        "placed_at": state.placed_at,
        "channel": order.channel,
        "discount_minor": prices.net(order.discount_minor, currency, kind) or 0,
        "shipping_minor": prices.net(order.shipping_minor, currency, kind) or 0,
        "tax_minor": prices.net(order.tax_minor, currency, "net") or 0,
        "currency": currency,
        "rate": rate,
    }


def _returns(state: OrderState, prices: Prices, currency: str, known: ItemsOf) -> Iterator[tuple[str, Row]]:
    lines = _lines(state) or known.get(state.order_id, ())
    together: Counter[tuple[int, datetime]] = Counter()
    refunds: dict[tuple[int, datetime], int] = {}
    for event in state.returns:
        line_no = None if event.returned is None else _line_of(event.returned, lines)
        if line_no is None or event.returned is None:
            continue  # of an order, or a line, that nobody told of
        key = line_no, event.at
        together[key] += event.returned.quantity
        refund = prices.net(event.returned.refund_minor, currency, "net" if event.returned.net else "taxed")
        if refund is not None:
            refunds[key] = refunds.get(key, 0) + refund
    for (line_no, at), quantity in together.items():
        yield (
            "returns",
            {
                "order_id": state.order_id,
                "line_no": line_no,
                "quantity": float(quantity),
                "at": at,
                "refund_minor": refunds.get((line_no, at)),
            },
        )


def _lines(state: OrderState) -> list[tuple[int, str]]:
    if state.order is None or state.order.order is None:
        return []
    return [(number, line.item_id) for number, line in enumerate(state.order.order.lines, start=1)]


def _line_of(back: EventReturn, lines: Sequence[tuple[int, str]]) -> int | None:
    if back.line_no is not None:
        return back.line_no if any(number == back.line_no for number, _ in lines) else None
    return next((number for number, item_id in lines if item_id == back.item_id), None)


def _feedback(event: Event) -> Row:
    told = msgspec.structs.asdict(event.feedback) if event.feedback is not None else {}
    said = Feedback(at=event.at, **told)
    row = {**told, "at": event.at, "customer_id": event.customer_id, "decision_id": event.decision_id}
    return {"feedback_id": feedback_id(event.customer_id or "", said), **row}
