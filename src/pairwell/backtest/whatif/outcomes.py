"""What came of logged requests: the customer's orders soon after, and what of them the slate had offered."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from pairwell.config.settings import Shop
from pairwell.dataset.store import Dataset
from pairwell.decide.money import earnings, service_value
from pairwell.engines.engine import storage_failures
from pairwell.facts.past import PastItems
from pairwell.journal.opportunities import read_orders_of_visitors
from pairwell.operations.database import Database

_CUSTOMER = "c:"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A logged request, as far as purchases are told to be its outcome."""

    decision_id: str
    unit: str  # whose it is
    at: datetime
    offered: list[list[str]]  # the items of each offer of its slate, shown or not, by offer number
    ships_again: bool = False  # whether what is bought there goes out by itself


class Outcome(msgspec.Struct, kw_only=True):
    """What was bought after a request. Money in minor units, by the shop's objective."""

    units: dict[int, float] = msgspec.field(default_factory=dict)  # by offer number; what came back too
    earned_minor: float = 0.0  # by whole orders, less what came back, its returns and second parcels
    orders: int = 0


class _Bought(msgspec.Struct, frozen=True, kw_only=True):
    item_id: str
    units: float
    earned_minor: float  # by all that was kept of the line, less what the others cost to come back


class _Order(msgspec.Struct, frozen=True, kw_only=True):
    unit: str  # whose it is: "c:ID", "v:ID"
    at: datetime
    lines: list[_Bought]


class Till(msgspec.Struct, frozen=True, kw_only=True):
    """Where purchases are read, and how they count."""

    dataset: Dataset
    database: Database
    items: PastItems
    shop: Shop
    window: timedelta  # from a request to the orders that count as its outcome
    now: datetime  # up to which orders are known

    def is_over(self, at: datetime) -> bool:
        """Whether the outcome of a request at that moment is known."""
        return at + self.window <= self.now


def find_outcomes(asked: Sequence[Asked], till: Till) -> dict[str, Outcome]:
    """The outcome of each request, by decision.

    An order counts for the last request of its customer, or of its visitor, within the window before it, so that no
    order counts twice; a line for the last slate within the window that held its item. Slates that were shown and
    those that were not are met alike: that lines name offers, which only those shown can have, changes nothing. Pieces
    that came back earn an order nothing and cost what a return costs; in what an offer earns, returns are as expected.
    An order after a request in a placement that ships again costs a parcel.
    """
    outcomes = {one.decision_id: Outcome() for one in asked}
    if not asked:
        return outcomes
    moments = [one.at for one in asked]
    book = _Book(asked, outcomes, till)
    for order in _read_orders(till, min(moments), max(moments) + till.window):
        book.add(order)
    return outcomes


class _Book:
    def __init__(self, asked: Iterable[Asked], outcomes: Mapping[str, Outcome], till: Till) -> None:
        self._outcomes, self._window, self._parcel_minor = outcomes, till.window, till.shop.shipping_minor
        self._of: defaultdict[str, list[Asked]] = defaultdict(list)
        for one in sorted(asked, key=lambda one: (one.at, one.decision_id)):
            self._of[one.unit].append(one)

    def add(self, order: _Order) -> None:
        before = self._before(order)
        if before:
            last = self._outcomes[before[-1].decision_id]
            last.earned_minor += sum(line.earned_minor for line in order.lines)
            last.earned_minor -= self._parcel_minor if before[-1].ships_again else 0.0
            last.orders += 1
        for line in order.lines:
            self._count(line, before)

    def _before(self, order: _Order) -> list[Asked]:
        """The requests within the window before an order of the one who placed it, oldest first."""
        asked = self._of.get(order.unit, [])
        start = bisect_left(asked, order.at - self._window, key=lambda one: one.at)
        return asked[start : bisect_left(asked, order.at, key=lambda one: one.at)]

    def _count(self, line: _Bought, before: Sequence[Asked]) -> None:
        for one in reversed(before):
            if (place := next((n for n, ids in enumerate(one.offered) if line.item_id in ids), None)) is not None:
                self._add(one, place, line.units)
                return

    def _add(self, one: Asked, place: int, bought: float) -> None:
        """A part of a bundle counts as its share of it."""
        units = self._outcomes[one.decision_id].units
        units[place] = units.get(place, 0.0) + bought / len(one.offered[place])


def _read_orders(till: Till, since: datetime, until: datetime) -> list[_Order]:
    with storage_failures():
        snapshot = till.dataset.newest()
        orders = till.dataset.table("orders", snapshot=snapshot)
        chosen = orders.filter((orders.placed_at >= since) & (orders.placed_at <= until))
        heads = chosen.select("order_id", "customer_id", "placed_at").to_pyarrow().to_pylist()
        lines = till.dataset.table("order_lines", snapshot=snapshot).semi_join(chosen, "order_id")
        returned = till.dataset.table("returns", snapshot=snapshot).semi_join(chosen, "order_id")
        rows = lines.to_pyarrow().to_pylist()
        back: defaultdict[tuple[str, int], float] = defaultdict(float)
        for row in returned.select("order_id", "line_no", "quantity").to_pyarrow().to_pylist():
            back[row["order_id"], row["line_no"]] += row["quantity"]
    by_order: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["order_id"], row["line_no"])):
        by_order[row["order_id"]].append(row | {"back": back.get((row["order_id"], row["line_no"]), 0.0)})
    till.items.fetch({row["item_id"] for row in rows})
    visitors = read_orders_of_visitors(till.database, since=since, until=until)
    met = ((_whose(head, visitors), head) for head in sorted(heads, key=_by_moment))
    return [_order(unit, head["placed_at"], by_order[head["order_id"]], till) for unit, head in met if unit is not None]


def _whose(head: Mapping[str, Any], visitors: Mapping[str, str]) -> str | None:
    """None for an order of nobody."""
    customer_id = head["customer_id"]
    return visitors.get(head["order_id"]) if customer_id is None else f"{_CUSTOMER}{customer_id}"


def _by_moment(head: Mapping[str, Any]) -> tuple[datetime, str]:
    return head["placed_at"], head["order_id"]


def _order(unit: str, at: datetime, rows: Iterable[Mapping[str, Any]], till: Till) -> _Order:
    return _Order(unit=unit, at=at, lines=[_line(row, at, till) for row in rows])


def _line(row: Mapping[str, Any], at: datetime, till: Till) -> _Bought:
    item = till.items.as_of([row["item_id"]], at).get(row["item_id"])
    price = row["unit_price_minor"] if row["unit_price_minor"] is not None else item.price_minor if item else None
    quantity = row["quantity"]
    back = min(quantity, row["back"])
    net = (price or 0.0) - (row["discount_minor"] / quantity if quantity else 0.0)
    stated = row["unit_cost_minor"]
    by_item = stated is None or till.shop.objective == "revenue"
    unit = earnings(net, item, till.shop) if by_item else net - stated + service_value(item, till.shop)
    return _Bought(
        item_id=row["item_id"],
        units=quantity,
        earned_minor=((quantity - back) * unit if price is not None else 0.0) - back * till.shop.return_cost_minor,
    )
