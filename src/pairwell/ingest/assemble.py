"""Sales and returns as tables of the dataset."""

from __future__ import annotations

import ibis
import pyarrow as pa

from pairwell.dataset.tables import TABLES
from pairwell.ingest.prices import recent_prices
from pairwell.ingest.titles import usual_titles


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
