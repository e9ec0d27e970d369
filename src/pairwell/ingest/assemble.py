"""Sales and returns as tables of the dataset."""

from __future__ import annotations

import ibis
import pyarrow as pa

from pairwell.dataset.tables import TABLES
from pairwell.engines.duckdb import local_time, micros
from pairwell.ingest.titles import usual_titles

_SELLING_DAYS = 90
_QUARTER = 900_000_000  # microseconds


def orders(sales: ibis.Table) -> ibis.Table:
    """One row for each order with a sale. What exports repeat on every line is taken once: its largest value."""
    first = {name: sales[name].first(order_by=sales.seq) for name in ("channel", "seller_id", "currency", "rate")}
    sums = {name: sales[name].max().fill_null(0) for name in ("discount_minor", "shipping_minor", "tax_minor")}
    return sales.group_by("order_id").aggregate(
        customer_id=sales.customer_id.min(), placed_at=sales.placed_at.min(), **first, **sums
    )


def customers(sales: ibis.Table) -> ibis.Table:
    """One row for each customer who bought, valid from the first of these orders."""
    known = sales.filter(sales.customer_id.notnull())
    return known.group_by("customer_id").aggregate(
        valid_from=known.placed_at.min(),
        account_id=ibis.null("string"),
        attributes=known.attributes.last(order_by=[known.placed_at, known.seq]),
    )


def items(sales: ibis.Table, timezone: str) -> ibis.Table:
    """One row for each item sold, worked out from its lines and marked as derived; days are those of `timezone`."""
    newest = [sales.placed_at, sales.seq]
    texts = {name: sales[name].last(order_by=newest) for name in ("category", "brand", "family", "unit_cost_minor")}
    facts = sales.group_by("item_id").aggregate(
        valid_from=sales.placed_at.min(), attributes=sales.item_attributes.last(order_by=newest), **texts
    )
    priced = sales.filter(~sales.price_from_item)
    titled = facts.left_join(usual_titles(sales), "item_id").drop("item_id_right")
    full = titled.left_join(recent_prices(priced, timezone), "item_id").drop("item_id_right")
    return full.rename(cost_minor="unit_cost_minor").mutate(derived=True, published=True)


def recent_prices(sales: ibis.Table, timezone: str, *, orders: ibis.Table | None = None) -> ibis.Table:
    """Item id and `price_minor`: the median of its prices on the last 90 days of `timezone` on which it sold.

    `orders` says by `order_id` when they were placed where the sales do not.
    """
    priced = sales.filter(sales.unit_price_minor.notnull() & (sales.unit_price_minor > 0) & (sales.quantity > 0))
    asked = priced.select("item_id", "unit_price_minor", "placed_at" if orders is None else "order_id")
    ever = asked.group_by("item_id").aggregate(
        price_minor=asked.unit_price_minor.min(), most=asked.unit_price_minor.max()
    )
    steady = ever.price_minor == ever.most  # the median of one price: no matter when, and nothing to sort
    moved = asked.semi_join(ever.filter(~steady), "item_id")
    dated = moved if orders is None else moved.join(orders, "order_id").drop("order_id")
    return ever.filter(steady).drop("most").union(_recent_medians(dated, timezone))


def _recent_medians(priced: ibis.Table, timezone: str) -> ibis.Table:
    day = _with_day(priced, timezone)
    recent = day.mutate(age=ibis.dense_rank().over(group_by="item_id", order_by=day.day.desc()))
    kept = recent.filter(recent.age < _SELLING_DAYS)
    return kept.group_by("item_id").aggregate(price_minor=kept.unit_price_minor.median().round().cast("int64"))


def _with_day(rows: ibis.Table, timezone: str) -> ibis.Table:
    """`rows` with their local `day` in place of `placed_at`."""
    # The calendar of a zone is slow to ask, and no zone's day has begun between two quarters of an hour since 1972.
    quarters = rows.mutate(quarter=micros(rows.placed_at) // _QUARTER).drop("placed_at")
    known = quarters.select("quarter").distinct()
    start = (known.quarter * (_QUARTER // 1_000_000)).as_timestamp("s").cast("timestamp('UTC', 6)")
    days = known.select("quarter", day=local_time(timezone, start).date())
    return quarters.join(days, "quarter").drop("quarter")


def shaped(rows: ibis.Table, name: str) -> ibis.Table:
    """`rows` with exactly the columns and types of table `name`; columns it lacks are null."""
    schema = TABLES[name].schema
    have = set(rows.columns)
    return rows.select(
        **{
            field.name: (rows[field.name] if field.name in have else ibis.null()).cast(_ibis_type(field.type))
            for field in schema
        }
    )


def _ibis_type(kind: pa.DataType) -> str:
    return (
        "timestamp('UTC', 6)"
        if pa.types.is_timestamp(kind)
        else {pa.string(): "string", pa.int64(): "int64", pa.float64(): "float64", pa.bool_(): "boolean"}[kind]
    )
