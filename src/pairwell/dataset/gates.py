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
from pairwell.said import Said, joined, phrase, phrase_count

_FIRM = '"kind":"firm"'  # among the attributes of a customer that is one
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
        firms = _number(tables["customers"].filter(tables["customers"].attributes.contains(_FIRM)))
    return Holdings(
        tables=rows,
        first_order=counts.first_order,
        last_order=counts.last_order,
        orders=counts.orders,
        customers=counts.customers,
        items=counts.items,
        accounts=firms,
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
        name=phrase("orders"),
        open=counts.orders > 0,
        found=phrase_count(
            "{count} order of {items}",
            "{count} orders of {items}",
            counts.orders,
            items=phrase_count("{count} item", "{count} items", counts.items),
        ),
        needed=phrase("orders; some thousands make most pairs visible"),
        next_step="" if counts.orders else phrase("Run `pairwell ingest orders FILE`."),
    )


def _pairs(counts: _Counts, fewest: int) -> Gate:
    enough = counts.baskets >= fewest  # with fewer, no pair can rise above the evidence floor
    return Gate(
        name=phrase("pairs"),
        open=enough,
        found=phrase_count(
            "{count} order with two or more different items",
            "{count} orders with two or more different items",
            counts.baskets,
        ),
        needed=phrase("{fewest} such orders at the very least", fewest=str(fewest)),
        next_step="" if enough else phrase("Ingest more orders, with all lines of each."),
    )


def _customers(counts: _Counts) -> Gate:
    known = phrase_count("{count} customer known", "{count} customers known", counts.customers)
    return Gate(
        name=phrase("customers"),
        open=counts.named > 0,
        found=joined(_of_orders(counts.named, counts.orders), known, between="; "),
        needed=phrase("orders that name their customer: for what is owned already, and for the holdout"),
        next_step="" if counts.named else phrase("Map a column to customer_id and ingest the orders again."),
    )


def _times(counts: _Counts) -> Gate:
    return Gate(
        name=phrase("times"),
        open=counts.dated > 0,
        found=_of_orders(counts.dated, counts.orders),
        needed=phrase("orders with a date; without one the order of rows stands in and nothing ages"),
        next_step="" if counts.dated else phrase("Map a column to placed_at and ingest the orders again."),
    )


def _prices(counts: _Counts) -> Gate:
    enough = _is_enough(counts.priced, counts.items)
    step = phrase("Run `pairwell ingest items FILE` with a price, or map unit_price in the orders.")
    return Gate(
        name=phrase("prices"),
        open=enough,
        found=_of_items(counts.priced, counts.items),
        needed=phrase("a price for at least half of the items; those without are not offered"),
        next_step="" if enough else step,
    )


def _costs(counts: _Counts) -> Gate:
    enough = _is_enough(counts.costed, counts.items)
    step = phrase("Run `pairwell ingest items FILE` with a cost, or check shop.margin_rate and [shop.margin_rates].")
    return Gate(
        name=phrase("costs"),
        open=enough,
        found=_of_items(counts.costed, counts.items),
        needed=phrase(
            "a cost for at least half of the items; elsewhere shop.margin_rate or that of the category stands in"
        ),
        next_step="" if enough else step,
    )


def _upgrades(counts: _Counts) -> Gate:
    enough = _is_enough(counts.grouped, counts.items)
    step = phrase("Run `pairwell ingest items FILE` with category or family.")
    return Gate(
        name=phrase("upgrades and variants"),
        open=enough,
        found=_of_items(counts.grouped, counts.items),
        needed=phrase(
            "a category or family for at least half of the items; elsewhere titles must tell what is comparable"
        ),
        next_step="" if enough else step,
    )


def _returns(counts: _Counts) -> Gate:
    return Gate(
        name=phrase("returns"),
        open=counts.returns > 0,
        found=phrase_count("{count} returned line", "{count} returned lines", counts.returns),
        needed=phrase("returns, so that what comes back is not counted as earned"),
        next_step="" if counts.returns else phrase("Run `pairwell ingest returns FILE`, where the shop has returns."),
    )


def _events(counts: _Counts) -> Gate:
    days = f"{counts.first_event:%Y-%m-%d}..{counts.last_event:%Y-%m-%d}" if counts.last_event else ""
    return Gate(
        name=phrase("sessions"),
        open=counts.told > 0,
        found=joined(_of_events(counts.told, counts.events), days, between=", "),
        needed=phrase("events that name an item and a customer or visitor; elsewhere orders say what comes next"),
        next_step=""
        if counts.told
        else phrase("Run `pairwell ingest events FILE`, where the shop logs what is viewed."),
    )


_OTHER_GATES = (_customers, _times, _prices, _costs, _upgrades, _returns, _events)


def _is_enough(known: int, items: int) -> bool:
    return items > 0 and known >= _ENOUGH * items


def _of_orders(count: int, total: int) -> Said:
    if not total:
        return phrase("no orders yet")
    share = _percent(count, total)
    return phrase_count(
        "{some} of {count} order ({percent} %)",
        "{some} of {count} orders ({percent} %)",
        total,
        some=count,
        percent=share,
    )


def _of_items(count: int, total: int) -> Said:
    if not total:
        return phrase("no items yet")
    share = _percent(count, total)
    return phrase_count(
        "{some} of {count} item ({percent} %)",
        "{some} of {count} items ({percent} %)",
        total,
        some=count,
        percent=share,
    )


def _of_events(count: int, total: int) -> Said:
    if not total:
        return phrase("no events yet")
    share = _percent(count, total)
    return phrase_count(
        "{some} of {count} event ({percent} %)",
        "{some} of {count} events ({percent} %)",
        total,
        some=count,
        percent=share,
    )


def _percent(count: int, total: int) -> int:
    # Rounding must not write some as none, nor most as all.
    return min(max(round(100 * count / total), 1), 99) if 0 < count < total else 100 * count // total
