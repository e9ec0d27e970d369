"""What was sold of each item, category or brand, and which items were sold together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import ibis
import msgspec

from pairwell.engines.engine import storage_failures
from pairwell.measure.interval import Interval
from pairwell.measure.intervals import FEWEST_CUSTOMERS, FEWEST_FOR_MONEY, Spread, clustered_share
from pairwell.measure.sales.changes import Change, change_of
from pairwell.measure.sales.estimates import rounded
from pairwell.measure.sales.segments import UNKNOWN

_MOST_ITEMS = 500
LARGEST_ORDER: Final = 40  # different items; what stands in larger ones stands beside everything


class Sold(msgspec.Struct, frozen=True, kw_only=True):
    """What was sold of one kind of goods: orders that hold it, and its own money, in minor units."""

    name: str
    orders: int
    units: float
    revenue: int
    margin: int  # discounts of whole orders not deducted: they belong to no item
    refunds: int


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """How often an item was added to a primary item."""

    primary_item: str
    item_id: str
    orders: int  # with both
    primary_orders: int
    revenue: int  # of the added item in them
    interval: Interval | None  # of orders / primary_orders


class Pairs(msgspec.Struct, frozen=True, kw_only=True):
    """The pairs of items that most orders hold both of."""

    listed: Sequence[Together]
    certain: bool  # whether no other pair is in more orders
    too_large: int  # orders of more than `LARGEST_ORDER` items, which were left out


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """Two items, and the orders that hold both."""

    first: str
    second: str
    orders: int
    first_orders: int
    second_orders: int


def sum_goods(held: ibis.Table, items: ibis.Table, of: str) -> list[Sold]:
    """What orders hold of each `of` (category, brand or item), most revenue first."""
    named = held.left_join(items, "item_id").drop("item_id_right")
    name = named.item_id if of == "item" else named[of].fill_null(UNKNOWN)
    sums = {"units": "units", "revenue": "revenue", "margin": "margin", "refunds": "refund"}
    grouped = (
        named.mutate(name=name)
        .group_by("name", "order_id")
        .aggregate(**{key: named[column].sum() for key, column in sums.items()})
    )
    summed = grouped.group_by("name").aggregate(orders=grouped.count(), **{key: grouped[key].sum() for key in sums})
    return [_sold(row) for row in _rows(summed.order_by(ibis.desc("revenue"), "name"))]


def _sold(row: Mapping[str, Any]) -> Sold:
    money = {name: int(row[name]) for name in ("revenue", "margin", "refunds")}
    return Sold(name=row["name"], orders=row["orders"], units=rounded(row["units"]), **money)


def find_changes(held: ibis.Table, orders: ibis.Table, items: ibis.Table, of: str) -> dict[str, Change]:
    """By name, how sure is the revenue of the orders that are `current` less that of the others.

    The unit is the customer (`changes.compare_units`). Names that fewer than `FEWEST_FOR_MONEY` customers bought in
    either period have none.
    """
    heads = orders.select("order_id", "customer", "current")
    named = held.join(heads, "order_id").left_join(items, "item_id").drop("item_id_right")
    name = named.item_id if of == "item" else named[of].fill_null(UNKNOWN)
    signed = ibis.ifelse(named.current, named.revenue, -named.revenue)
    own = (
        named.mutate(name=name, signed=signed)
        .group_by("name", "customer")
        .aggregate(apart=lambda rows: rows.signed.sum(), now=named.current.any(), before=(~named.current).any())
    )
    apart = own.apart
    summed = own.group_by("name").aggregate(
        units=own.count(), now=own.now.sum(), before=own.before.sum(),
        above=apart.sum(), square=(apart * apart).sum(), cube=(apart * apart * apart).sum(),
    )  # fmt: skip
    found = {}
    for row in _rows(summed):
        spread = Spread(below=1.0, **{name: row[name] for name in ("units", "above", "square", "cube")})
        change = change_of(spread) if min(row["now"], row["before"]) >= FEWEST_FOR_MONEY else None
        if change is not None:
            found[row["name"]] = change
    return found


def find_primary(orders: ibis.Table, n: int) -> tuple[list[str], int]:
    """The `n` primary items of most orders, most first, and how many primary items there are."""
    told = orders.filter(orders.primary_item.notnull())
    counts = told.group_by("primary_item").aggregate(orders=told.count())
    ranked = counts.mutate(found=counts.count().over(ibis.window()))
    rows = _rows(ranked.order_by(ibis.desc("orders"), "primary_item").limit(n))
    return [row["primary_item"] for row in rows], rows[0]["found"] if rows else 0


def count_added(held: ibis.Table, orders: ibis.Table, primary_items: Sequence[str], n: int) -> tuple[list[Added], int]:
    """The `n` items added most often to each of these primary items, and how many pairs they make in all.

    An order counts where it holds the item beside its primary one; the interval is over customers. Ordered by the
    primary items most sold, then by how often the item was added.
    """
    orders = orders.filter(orders.primary_item.isin(list(primary_items)))
    heads = orders.select("order_id", "customer", "primary_item")
    per = heads.group_by("primary_item", "customer").aggregate(x=heads.count())
    beside = held.join(heads, "order_id").filter(lambda rows: rows.item_id != rows.primary_item)
    mine = beside.group_by("primary_item", "item_id", "customer").aggregate(
        y=beside.count(), revenue=beside.revenue.sum()
    )
    both = mine.join(per, ["primary_item", "customer"])
    summed = both.group_by("primary_item", "item_id").aggregate(
        orders=both.y.sum(), revenue=both.revenue.sum(), yy=(both.y * both.y).sum(), xy=(both.x * both.y).sum()
    )
    totals = per.group_by("primary_item").aggregate(
        primary_orders=per.x.sum(), units=per.count(), xx=(per.x * per.x).sum()
    )
    order = [ibis.desc("orders"), "item_id"]
    found = summed.mutate(
        place=ibis.row_number().over(ibis.window(group_by="primary_item", order_by=order)),
        found=summed.count().over(ibis.window()),
    )
    kept = found.filter(found.place < n).join(totals, "primary_item")
    rows = _rows(kept.order_by(ibis.desc("primary_orders"), "primary_item", *order))
    return [_added(row) for row in rows], rows[0]["found"] if rows else 0


def _added(row: Mapping[str, Any]) -> Added:
    return Added(
        **{name: row[name] for name in ("primary_item", "item_id", "orders", "primary_orders")},
        revenue=int(row["revenue"]),
        interval=_attach_interval(row),
    )


def _attach_interval(row: Mapping[str, Any]) -> Interval | None:
    """From sums of whole numbers, which are exact; customers who never added it are among the units."""
    if row["units"] < FEWEST_CUSTOMERS:
        return None
    above, below = row["orders"], row["primary_orders"]
    square = row["yy"] - 2 * above * row["xy"] / below + above * above * row["xx"] / (below * below)
    return clustered_share(Spread(units=row["units"], above=above, below=below, square=max(0.0, square)))


def count_together(held: ibis.Table, n: int) -> Pairs:
    """The `n` pairs of items that most orders hold both of.

    Only the items that most orders hold are paired; it is certain where no other item is in as many orders as the last
    pair. Orders of more than `LARGEST_ORDER` different items are left out, as all their items stand together.
    """
    sizes = held.group_by("order_id").aggregate(n=held.count())
    large = sizes.filter(sizes.n > LARGEST_ORDER)
    with storage_failures():
        too_large = int(large.count().to_pyarrow().as_py())
    held = held.anti_join(large, "order_id") if too_large else held
    counts = held.group_by("item_id").aggregate(orders=held.count())
    ranked = counts.order_by(ibis.desc("orders"), "item_id").limit(_MOST_ITEMS + 1)
    known = {row["item_id"]: row["orders"] for row in _rows(ranked)}
    left_out = list(known.values())[_MOST_ITEMS] if len(known) > _MOST_ITEMS else 0
    among = held.filter(held.item_id.isin(list(known)[:_MOST_ITEMS])).select("order_id", "item_id")
    other = among.view()
    both = among.join(other, ["order_id"]).filter(lambda rows: rows.item_id < rows.item_id_right)
    pairs = both.group_by("item_id", "item_id_right").aggregate(orders=both.count())
    found = _rows(pairs.order_by(ibis.desc("orders"), "item_id", "item_id_right").limit(n))
    listed = [
        Together(
            first=row["item_id"],
            second=row["item_id_right"],
            orders=row["orders"],
            first_orders=known[row["item_id"]],
            second_orders=known[row["item_id_right"]],
        )
        for row in found
    ]
    certain = left_out <= (listed[-1].orders if len(listed) == n else 0)
    return Pairs(listed=listed, certain=certain, too_large=too_large)


def _rows(table: ibis.Table) -> list[dict[str, Any]]:
    with storage_failures():
        return table.to_pyarrow().to_pylist()  # type: ignore[no-any-return]
