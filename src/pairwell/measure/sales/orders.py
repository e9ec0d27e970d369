"""What each order came to: the sums that every metric is made of, one row an order."""

from __future__ import annotations

from typing import Final

import ibis
import msgspec

from pairwell.dataset.kept import Kept
from pairwell.engines.functions import local_time
from pairwell.measure.sales.growing import renewed_orders
from pairwell.measure.sales.lines import History, sold_lines
from pairwell.measure.sales.metrics import SUMS

_ROLE_BITS, _PRICE_BITS, _LINE_BITS = 58, 38, 20
_ROLES = {"primary": 0, "added": 2}
NEW, RETURNING, UNNAMED = "new", "returning", "unnamed"
_KEPT: Final = ("customer_id", "customer", "named", "placed_at", "day", "channel", "seller_id", "kind")
_FORM: Final = 2  # of what is kept; another where the same orders come to other sums


def items_of_orders(lines: ibis.Table) -> ibis.Table:
    """What each order holds of each item: one row an order and item, with its sums and `rank`.

    The item of the least rank is the primary one of its order: where lines state a role, the one that is primary, else
    one that is not an add-on; then the dearest by unit price, then the first line.
    """
    return (
        lines.mutate(rank=_rank(lines))
        .group_by("order_id", "item_id")
        .aggregate(
            rank=lambda rows: rows["rank"].min(),
            units=lines.quantity.sum(),
            **{name: total(lines[name]).fill_null(0.0) for name in ("revenue", "margin", "estimated", "refund")},
            returned=lines.returned.sum(),
            unpriced=total(lines.revenue.isnull()),
        )
    )


def total(column: ibis.Value) -> ibis.Value:
    """The sum of whole numbers as a real one, exact up to 2^53: sums of 128 bits take longer."""
    return column.cast("float64").sum()


def _rank(lines: ibis.Table) -> ibis.Value:
    """One whole number that sorts as (role, price falling, line) do."""
    roles = ibis.cases(*((lines.role == role, place) for role, place in _ROLES.items()), else_=1)
    most = 2**_PRICE_BITS - 1
    price = lines.unit_price_minor.fill_null(0).clip(0, most)
    return (
        roles.cast("int64") * 2**_ROLE_BITS + (most - price) * 2**_LINE_BITS + lines.line_no.clip(0, 2**_LINE_BITS - 1)
    )


def measured_orders(history: History, orders: ibis.Table, held: ibis.Table, *, whole: bool = False) -> ibis.Table:
    """The orders with what they hold, one row each; `whole`: they are all of their customers' orders.

    Columns: order_id, customer_id, `customer` (a number; an order without one is one of its own), named, placed_at,
    `day` (in the shop's time zone), channel, seller_id, `kind` (new, returning, unnamed), primary_item,
    primary_revenue, and the sums of `metrics.SUMS`.
    """
    sums = held.group_by("order_id").aggregate(
        primary_item=held.item_id.argmin(held["rank"]),
        primary_revenue=held.revenue.argmin(held["rank"]),
        items=held.count().cast("float64"),
        units=held.units.sum(),
        revenue=held.revenue.sum(),
        line_margin=held.margin.sum(),
        estimated=held.estimated.sum(),
        refunds=held.refund.sum(),
        returned=held.returned.sum(),
        unpriced=held.unpriced.sum(),
        roles=(held["rank"].min() < 2**_ROLE_BITS).cast("float64"),
    )
    joined = _with_kind(history, orders, whole=whole).left_join(sums, "order_id").drop("order_id_right")
    filled = joined.fill_null(
        dict.fromkeys(("items", "units", "revenue", "line_margin", "estimated", "refunds", "unpriced", "roles"), 0.0)
    )
    return filled.mutate(
        orders=ibis.literal(1).cast("float64"),  # the engine takes 1.0 for a decimal number
        named=filled.customer_id.notnull(),
        day=_local_day(filled.placed_at, history.shop.timezone),
        customer=filled.number.fill_null(-1 - ibis.row_number()),
        added_revenue=filled.revenue - filled.primary_revenue.fill_null(0.0),
        with_add_on=(filled["items"] > 1).cast("float64"),
        with_return=(filled.returned.fill_null(0) > 0).cast("float64"),
        margin=filled.line_margin - filled.discount_minor,
        discounts=filled.discount_minor.cast("float64"),
        converted=(filled.currency != history.shop.currency).cast("float64"),
    )


def _with_kind(history: History, orders: ibis.Table, *, whole: bool) -> ibis.Table:
    """With the `number` of its customer, and whether it is their first order of all that were not cancelled."""
    every = orders if whole else history.dataset.table("orders", snapshot=history.snapshot)
    named = every.filter(every.customer_id.notnull())
    first = named.group_by("customer_id").aggregate(first_at=named.placed_at.min())
    first = first.mutate(number=ibis.row_number())  # in any order: numbers are compared sooner than names
    joined = orders.left_join(first, "customer_id").drop("customer_id_right")
    kind = ibis.cases(
        (joined.customer_id.isnull(), UNNAMED), (joined.placed_at == joined.first_at, NEW), else_=RETURNING
    )
    return joined.mutate(kind=kind)


def _local_day(moment: ibis.Value, zone: str) -> ibis.Value:
    return (moment.cast("timestamp(6)") if zone == "UTC" else local_time(zone, moment)).date()


def kept_orders(history: History, *, make: bool) -> ibis.Table | None:
    """The measured orders of all time, as they were worked out once for this snapshot, without ids and primary items.

    To `make` them where they are not kept; where files were added since, only orders are worked out anew that those
    change, and the others of their customers. Else None: a few of many orders are worked out sooner by themselves.
    """
    shop = history.shop
    stated = (_FORM, shop.timezone, shop.currency, shop.margin_rate, shop.margin_rates, shop.return_cost_minor)
    kept = Kept(
        dataset=history.dataset,
        snapshot=history.snapshot,
        kind="orders",
        terms=msgspec.json.encode(stated, order="deterministic"),
    )
    found = kept.read()
    if found is not None or not make:
        return found
    earlier = kept.earlier()
    if earlier is not None:
        with renewed_orders(history, earlier) as renewed:
            if renewed is not None:
                summed = _summed(history, renewed.rows, sold_lines(history, renewed.rows))
                return kept.write(_grown(earlier.rows, summed, renewed.whose))
    every = history.dataset.table("orders", snapshot=history.snapshot)
    rows = _summed(history, every, sold_lines(history))
    return kept.write(rows.order_by("customer"))  # which is what reports group by


def _summed(history: History, orders: ibis.Table, lines: ibis.Table) -> ibis.Table:
    """What is kept of orders, which are all of their customers' orders, and of their lines."""
    measured = measured_orders(history, orders, items_of_orders(lines), whole=True)
    return measured.select(*_KEPT, **{name: measured[name].cast("float64") for name in SUMS})


def _grown(rows: ibis.Table, renewed: ibis.Table, customers: ibis.Table) -> ibis.Table:
    """The kept rows with those renewed in the place of those of the `customers`, who get numbers of their own."""
    ends = rows.aggregate(high=rows.customer.max(), low=rows.customer.min()).to_pyarrow().to_pylist()[0]
    above, below = max(ends["high"] or 0, 0) + 1, min(ends["low"] or 0, 0)
    number = ibis.ifelse(renewed.customer >= 0, renewed.customer + above, renewed.customer + below)
    names = [*_KEPT, *SUMS]
    standing = rows.anti_join(customers, "customer_id").select(*names)
    return standing.union(renewed.mutate(customer=number.cast("int64")).select(*names))
