"""What can be learned from what is in, and what is missing, in plain words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ibis
import msgspec

from pairwell.config.settings import Learn
from pairwell.dataset.holdings import Gate, Holdings
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import DATED_FROM, TABLES
from pairwell.engines.engine import storage_failures
from pairwell.wording import counted

_ENOUGH = 0.5  # share of the items that must be known before a gate on items opens
_USUAL = Learn()
_COUNTED = ("orders", "order_lines", "items", "events", "customers", "returns")  # beside their rows
_MOMENTS = ("first_order", "last_order", "first_event", "last_event")


class _Counts(msgspec.Struct, frozen=True, kw_only=True):
    orders: int
    named: int  # orders that name their customer
    dated: int
    first_order: datetime | None
    last_order: datetime | None
    baskets: int  # orders of two or more different items
    customers: int
    items: int
    priced: int
    costed: int
    grouped: int  # items with a category or a family
    returns: int
    events: int
    told: int  # events that name an item and somebody
    first_event: datetime | None
    last_event: datetime | None


def describe(dataset: Dataset, learn: Learn = _USUAL) -> Holdings:
    """Count what the newest snapshot holds and say which gates it opens for learning by `learn`."""
    snapshot = dataset.newest()
    stored = [name for name in TABLES if snapshot.tables.get(name)]
    tables = {name: dataset.table(name, snapshot=snapshot) for name in {*stored, *_COUNTED}}
    with storage_failures():
        rows = dict.fromkeys(TABLES, 0) | {name: int(tables[name].count().to_pyarrow().as_py()) for name in stored}
        counts = _count(tables)
    return Holdings(
        tables=rows,
        first_order=counts.first_order,
        last_order=counts.last_order,
        orders=counts.orders,
        customers=counts.customers,
        items=counts.items,
        gates=[_orders(counts), _pairs(counts, learn.min_together), *(gate(counts) for gate in _OTHER_GATES)],
    )


def _count(tables: dict[str, ibis.Table]) -> _Counts:
    orders, lines, items = tables["orders"], tables["order_lines"], tables["items"]
    undated_until = ibis.literal(DATED_FROM, type="timestamp('UTC', 6)")
    dated = orders.placed_at >= undated_until
    of_orders = orders.aggregate(
        orders=orders.count(),
        named=orders.customer_id.count(),
        dated=dated.sum(),
        first_order=orders.placed_at.min(where=dated),
        last_order=orders.placed_at.max(where=dated),
    )
    events = tables["events"]
    of_events = events.aggregate(
        events=events.count(),
        told=(events.item_id.notnull() & (events.customer_id.notnull() | events.visitor_id.notnull())).sum(),
        first_event=events["at"].min(),
        last_event=events["at"].max(),
    )
    of_items = items.aggregate(
        priced=(items.price_minor > 0).sum(),
        costed=items.cost_minor.count(),
        grouped=(items.category.notnull() | items.family.notnull()).sum(),
    )
    spread = lines.group_by("order_id").aggregate(low=lines.item_id.min(), high=lines.item_id.max())
    return _Counts(
        **_first_row(of_orders),
        **_first_row(of_items),
        **_first_row(of_events),
        baskets=_number(spread.filter(spread.low < spread.high)),
        customers=_number(_ids("customer_id", tables["customers"], orders)),
        items=_number(_ids("item_id", items, lines)),
        returns=_number(tables["returns"]),
    )


def _first_row(aggregates: ibis.Table) -> dict[str, Any]:
    row = aggregates.to_pyarrow().to_pylist()[0]
    return {name: 0 if value is None and name not in _MOMENTS else value for name, value in row.items()}


def _number(rows: ibis.Table) -> int:
    return int(rows.count().to_pyarrow().as_py())


def _ids(name: str, *tables: ibis.Table) -> ibis.Table:
    ids = ibis.union(*(table.select(name) for table in tables), distinct=True)
    return ids.filter(ids[name].notnull())


# --- the gates, in the order in which they matter -------------------------------------------------


def _orders(counts: _Counts) -> Gate:
    return Gate(
        name="orders",
        open=counts.orders > 0,
        found=f"{counted(counts.orders, 'order')} of {counted(counts.items, 'item')}",
        needed="orders; some thousands make most pairs visible",
        next_step="" if counts.orders else "Run `pairwell ingest orders FILE`.",
    )


def _pairs(counts: _Counts, fewest: int) -> Gate:
    enough = counts.baskets >= fewest  # with fewer, no pair can rise above the evidence floor
    return Gate(
        name="pairs",
        open=enough,
        found=f"{counted(counts.baskets, 'order')} with two or more different items",
        needed=f"{fewest} such orders at the very least",
        next_step="" if enough else "Ingest more orders, with all lines of each.",
    )


def _customers(counts: _Counts) -> Gate:
    return Gate(
        name="customers",
        open=counts.named > 0,
        found=f"{_of(counts.named, counts.orders, 'order')}; {counted(counts.customers, 'customer')} known",
        needed="orders that name their customer: for what is owned already, and for the holdout",
        next_step="" if counts.named else "Map a column to customer_id and ingest the orders again.",
    )


def _times(counts: _Counts) -> Gate:
    return Gate(
        name="times",
        open=counts.dated > 0,
        found=_of(counts.dated, counts.orders, "order"),
        needed="orders with a date; without one the order of rows stands in and nothing ages",
        next_step="" if counts.dated else "Map a column to placed_at and ingest the orders again.",
    )


def _prices(counts: _Counts) -> Gate:
    return _item_gate(
        "prices",
        counts.priced,
        counts.items,
        needed="a price for at least half of the items; those without are not offered",
        next_step="Run `pairwell ingest items FILE` with a price, or map unit_price in the orders.",
    )


def _costs(counts: _Counts) -> Gate:
    return _item_gate(
        "costs",
        counts.costed,
        counts.items,
        needed="a cost for at least half of the items; elsewhere shop.margin_rate or that of the category stands in",
        next_step="Run `pairwell ingest items FILE` with a cost, or check shop.margin_rate and [shop.margin_rates].",
    )


def _upgrades(counts: _Counts) -> Gate:
    return _item_gate(
        "upgrades and variants",
        counts.grouped,
        counts.items,
        needed="a category or family for at least half of the items; elsewhere titles must tell what is comparable",
        next_step="Run `pairwell ingest items FILE` with category or family.",
    )


def _returns(counts: _Counts) -> Gate:
    return Gate(
        name="returns",
        open=counts.returns > 0,
        found=counted(counts.returns, "returned line"),
        needed="returns, so that what comes back is not counted as earned",
        next_step="" if counts.returns else "Run `pairwell ingest returns FILE`, where the shop has returns.",
    )


def _events(counts: _Counts) -> Gate:
    days = f", {counts.first_event:%Y-%m-%d}..{counts.last_event:%Y-%m-%d}" if counts.last_event else ""
    return Gate(
        name="sessions",
        open=counts.told > 0,
        found=f"{_of(counts.told, counts.events, 'event')}{days}",
        needed="events that name an item and a customer or visitor; elsewhere orders say what comes next",
        next_step="" if counts.told else "Run `pairwell ingest events FILE`, where the shop logs what is viewed.",
    )


_OTHER_GATES = (_customers, _times, _prices, _costs, _upgrades, _returns, _events)


def _item_gate(name: str, known: int, items: int, *, needed: str, next_step: str) -> Gate:
    enough = items > 0 and known >= _ENOUGH * items
    return Gate(
        name=name, open=enough, found=_of(known, items, "item"), needed=needed, next_step="" if enough else next_step
    )


def _of(count: int, total: int, thing: str) -> str:
    if not total:
        return f"no {thing}s yet"
    # Rounding must not write some as none, nor most as all.
    percent = min(max(round(100 * count / total), 1), 99) if 0 < count < total else 100 * count // total
    return f"{count:,} of {counted(total, thing)} ({percent} %)"
