"""The usual price of items: the median of what they sold for on their last 90 selling days."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime

import ibis
import ibis.expr.types as ir

from pairwell.engines.functions import local_time, micros

_SELLING_DAYS = 90
_QUARTER = 900_000_000  # microseconds
_MANY = 500_000  # rows of which it pays to look at the newest first
_NEWEST = 0.25  # of all rows


def recent_prices(
    sales: ibis.Table, timezone: str, *, orders: ibis.Table | None = None, among: ibis.Table | None = None
) -> ibis.Table:
    """Item id and `price_minor`: the median of its prices on the last 90 days of `timezone` on which it sold.

    `orders` says by `order_id` when they were placed where the sales do not; `among` names the items asked for.
    Computed at once.
    """
    priced = sales.filter((sales.unit_price_minor > 0) & (sales.quantity > 0))
    rows = priced.select("item_id", "unit_price_minor", "placed_at" if orders is None else "order_id")
    with ExitStack() as kept:
        ever = kept.enter_context(_ranges(_of(rows, among)).cache())
        found = [_steady(ever)]  # the median of one price: no matter when, and nothing to sort
        moved = _moved(ever).select("item_id")
        if (since := _newest_since(sales if orders is None else orders)) is not None:
            newest = kept.enter_context(_by_day(_dated_since(since, _of(rows, moved), orders), timezone).cache())
            settled = kept.enter_context(_settled(newest).cache())
            found.append(_recent_medians(newest.semi_join(settled, "item_id")))
            moved = moved.anti_join(settled, "item_id")
        found.append(_recent_medians(_by_day(_dated(_of(rows, moved), orders), timezone)))
        return ibis.memtable(ibis.union(*found).to_pyarrow())


def _of(rows: ibis.Table, items: ibis.Table | None) -> ibis.Table:
    return rows if items is None else rows.semi_join(items, "item_id")


def _ranges(rows: ibis.Table) -> ibis.Table:
    price = rows.unit_price_minor
    return rows.group_by("item_id").aggregate(price_minor=price.min(), most=price.max())


def _steady(ranges: ibis.Table) -> ibis.Table:
    return ranges.filter(ranges.price_minor == ranges.most).drop("most")


def _moved(ranges: ibis.Table) -> ibis.Table:
    return ranges.filter(ranges.price_minor != ranges.most)


def _newest_since(rows: ibis.Table) -> datetime | None:
    """When the newest quarter of many rows begins; None for few. Prices do not depend on it, only the work."""
    if rows.count().to_pyarrow().as_py() < _MANY:
        return None
    found: datetime | None = rows.placed_at.quantile(1 - _NEWEST).to_pyarrow().as_py()
    return found


def _dated(rows: ibis.Table, orders: ibis.Table | None) -> ibis.Table:
    """`rows` with `placed_at`."""
    return rows if orders is None else rows.join(orders, "order_id").drop("order_id")


def _dated_since(since: datetime, rows: ibis.Table, orders: ibis.Table | None) -> ibis.Table:
    """Those placed `since`."""
    dates = rows if orders is None else orders
    newest = dates.filter(dates.placed_at >= ibis.literal(since, type="timestamp('UTC', 6)"))
    if orders is None:
        return newest
    # Stored rows lie by order: where the newer ids are greater, most of what is older is not even read.
    ids = newest.aggregate(first=newest.order_id.min(), last=newest.order_id.max()).to_pyarrow().to_pylist()[0]
    return _dated(rows.filter(rows.order_id.between(ids["first"], ids["last"])), newest)


def _by_day(rows: ibis.Table, timezone: str) -> ibis.Table:
    """`rows` with their local `day` in place of `placed_at`."""
    # The calendar of a zone is slow to ask, and no zone's day has begun between two quarters of an hour since 1972.
    quarters = rows.mutate(quarter=micros(rows.placed_at) // _QUARTER).drop("placed_at")
    known = quarters.select("quarter").distinct()
    start = (known.quarter * (_QUARTER // 1_000_000)).as_timestamp("s").cast("timestamp('UTC', 6)")
    days = known.select("quarter", day=local_time(timezone, start).date())
    return quarters.join(days, "quarter").drop("quarter")


def _settled(newest: ibis.Table) -> ibis.Table:
    """The items whose last selling days are all among `newest`, of which the first day may be cut."""
    days = newest.group_by("item_id").aggregate(days=newest.day.nunique())
    return days.filter(days.days > _SELLING_DAYS).select("item_id")


def _recent_medians(rows: ibis.Table) -> ibis.Table:
    days = rows.select("item_id", "day").distinct()
    since = days.group_by("item_id").aggregate(since=_greatest(days.day, _SELLING_DAYS).mins())
    recent = rows.join(since, "item_id").filter(lambda t: t.day >= t.since)
    return recent.group_by("item_id").aggregate(price_minor=recent.unit_price_minor.median().round().cast("int64"))


@ibis.udf.agg.builtin(name="max", signature=(("date", "int64"), "array<date>"))  # type: ignore[untyped-decorator]
def _greatest(days: ir.Value, count: int) -> ir.Value:
    """DuckDB's function: the greatest values, `count` of them where there are as many."""
