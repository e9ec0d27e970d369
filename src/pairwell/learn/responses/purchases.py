"""Who bought what when: from events and from files, every order once."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import ibis
import pyarrow as pa

from pairwell.clock import to_micros
from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.facts.order_state import OrderState, order_states
from pairwell.journal.opportunities import read_orders_of_visitors, read_orders_told
from pairwell.journal.passing import newest_event
from pairwell.operations.database import Database

_CUSTOMER = "c:"


class Span(NamedTuple):
    """Moments between which orders matter, both included."""

    since: datetime
    until: datetime


class _Row(NamedTuple):
    """An item of an order; None where the order holds nothing that is known."""

    order_id: str
    unit: str
    at: int
    item_id: str | None


class Purchases:
    """Orders by unit ("c:ID", "v:ID"), in order of time."""

    def __init__(self, rows: Iterable[_Row]) -> None:
        orders: dict[tuple[str, int, str], set[str]] = {}
        for row in rows:
            inside = orders.setdefault((row.unit, row.at, row.order_id), set())
            if row.item_id is not None:
                inside.add(row.item_id)
        self._moments: defaultdict[str, list[int]] = defaultdict(list)
        self._items: defaultdict[str, list[set[str]]] = defaultdict(list)
        for unit, at, order_id in sorted(orders):
            self._moments[unit].append(at)
            self._items[unit].append(orders[unit, at, order_id])

    def between(self, units: Collection[str], after: int, upto: int) -> set[str] | None:
        """What any of the units bought after a moment and up to another one; None where they placed no order."""
        found: set[str] | None = None
        for unit in units:
            moments = self._moments.get(unit)
            if moments is None:
                continue
            for place in range(bisect_right(moments, after), bisect_right(moments, upto)):
                found = (found or set()) | self._items[unit][place]
        return found


def read_purchases(dataset: Dataset, database: Database, units: Collection[str], span: Span) -> Purchases:
    """What these units bought within a span.

    The dataset holds what files told and what events told up to some number; of an order that later events are about,
    the events have the last word. A cancelled order is none.
    """
    newest, carried = newest_event(database), dataset.newest().carried
    after = carried.upto if carried is not None and carried.journal == newest.journal else 0
    told = order_states(read_orders_told(database, after=after))
    visitors = read_orders_of_visitors(database, since=span.since, until=span.until)
    rows = _stored(dataset, units, visitors, span)
    kept = (row for row in rows if row.order_id not in told or _stands(told[row.order_id]))
    return Purchases([*kept, *(row for state in told.values() for row in _told(state, visitors))])


def _stands(state: OrderState) -> bool:
    """Whether what is stored of an order stands: events say neither what was ordered nor that it was cancelled."""
    return state.order is None and not state.cancelled


def _told(state: OrderState, visitors: Mapping[str, str]) -> Iterator[_Row]:
    """The lines of an order that was not cancelled; one of nobody is met with nobody."""
    customer = None if state.customer_id is None else _CUSTOMER + state.customer_id
    unit = customer or visitors.get(state.order_id)
    if unit is None or state.cancelled or state.order is None or state.order.order is None:
        return
    at = to_micros(state.placed_at or state.order.at)
    for line in state.order.order.lines:
        yield _Row(state.order_id, unit, at, line.item_id)


def _stored(dataset: Dataset, units: Collection[str], visitors: Mapping[str, str], span: Span) -> Iterator[_Row]:
    """The items of the dataset's orders within the span."""
    customers = sorted(unit[len(_CUSTOMER) :] for unit in units if unit.startswith(_CUSTOMER))
    snapshot = dataset.newest()
    with storage_failures():
        orders = dataset.table("orders", snapshot=snapshot).select("order_id", "customer_id", "placed_at")
        within = orders.filter(orders.placed_at >= span.since, orders.placed_at <= span.until)
        named = within.semi_join(_texts("customer_id", customers), "customer_id")
        unnamed = within.filter(within.customer_id.isnull())
        both = named.union(unnamed.semi_join(_texts("order_id", sorted(visitors)), "order_id"))
        lines = dataset.table("order_lines", snapshot=snapshot).select("order_id", "item_id")
        table = both.left_join(lines, "order_id").select("order_id", "customer_id", "placed_at", "item_id")
        found = table.to_pyarrow()
    for batch in found.to_batches():
        yield from _rows(batch, visitors)


def _rows(batch: Any, visitors: Mapping[str, str]) -> Iterator[_Row]:  # noqa: ANN401 - a batch of `_stored`
    moments = batch["placed_at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_pylist()
    columns = (batch[name].to_pylist() for name in ("order_id", "customer_id", "item_id"))
    for at, order_id, customer_id, item_id in zip(moments, *columns, strict=True):
        unit = visitors.get(order_id) if customer_id is None else _CUSTOMER + customer_id
        if unit is not None:
            yield _Row(order_id, unit, at, item_id)


def _texts(name: str, values: list[str]) -> ibis.Table:
    return ibis.memtable(pa.table({name: pa.array(values, pa.string())}))
