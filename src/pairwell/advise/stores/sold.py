"""What sellers sold in a period, as chances that were taken or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import msgspec
import numpy as np
import pyarrow as pa

from pairwell.advise.stores.fair import Chances, Ints
from pairwell.engines.engine import storage_failures
from pairwell.measure.period import Period
from pairwell.measure.sales.lines import History, sold_lines
from pairwell.measure.sales.orders import items_of_orders, measured_orders


class Sold(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The orders of a period that name their seller."""

    history: History
    period: Period
    orders: ibis.Table  # as `measured_orders` has them
    held: ibis.Table  # one row an order and item
    sellers: Sequence[str]  # in alphabetical order
    unnamed: int  # orders that name nobody, which are left out


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a seller beside the sales."""

    store: str | None = None
    name: str | None = None


def read_sold(history: History, period: Period) -> Sold:
    """The orders of the period. Raises `StorageError` where files are damaged."""
    placed = history.orders(period)
    named = placed.filter(placed.seller_id.notnull())
    with storage_failures():
        held = items_of_orders(sold_lines(history, named)).cache()
        orders = measured_orders(history, named, held).cache()
        sellers = orders.select("seller_id").distinct().to_pyarrow()["seller_id"].to_pylist()
        every = int(placed.count().to_pyarrow().as_py())
        mine = int(orders.count().to_pyarrow().as_py())
    return Sold(history=history, period=period, orders=orders, held=held, sellers=sorted(sellers), unnamed=every - mine)


def read_told(history: History) -> dict[str, Told]:
    """The sellers that the shop told of, by id."""
    table = history.dataset.table("sellers", snapshot=history.snapshot).select("seller_id", "store", "name")
    with storage_failures():
        rows = table.to_pyarrow().to_pylist()
    return {row["seller_id"]: Told(store=row["store"], name=row["name"]) for row in rows}


def add_on_chances(sold: Sold) -> Chances:
    """One row an order: what it was for is its primary item; it was taken where another item is beside."""
    orders = sold.orders.select("seller_id", "customer", good="primary_item", taken="with_add_on")
    return _chances(sold, orders)


def add_ons_among(sold: Sold, primary_items: Sequence[str], item_id: str) -> Chances:
    """One row an order with one of these primary items; it was taken where it holds the item beside."""
    holding = sold.held.filter(sold.held.item_id == item_id).select("order_id", with_it=ibis.literal(1.0))
    chosen = sold.orders.filter(sold.orders.primary_item.isin(list(primary_items)), sold.orders.primary_item != item_id)
    joined = chosen.left_join(holding, "order_id").drop("order_id_right")
    taken = joined.with_it.fill_null(0.0)
    return _chances(sold, joined.select("seller_id", "customer", good="primary_item", taken=taken))


def fitting_chances(sold: Sold, fits: Mapping[str, Sequence[str]]) -> Chances:
    """One row an order with a primary item of `fits` (item -> what goes with it): taken is any of that."""
    pairs = [(good, item_id) for good, beside in fits.items() for item_id in beside]
    rows = pa.table(
        {
            "primary_item": pa.array([good for good, _ in pairs], pa.string()),
            "item_id": pa.array([item_id for _, item_id in pairs], pa.string()),
        }
    )
    table = ibis.memtable(rows)
    heads = sold.orders.semi_join(table, "primary_item").select("order_id", "seller_id", "customer", "primary_item")
    held = sold.held.select("order_id", "item_id").join(heads.select("order_id", "primary_item"), "order_id")
    taken = held.semi_join(table, ["primary_item", "item_id"]).select("order_id").distinct()
    joined = heads.left_join(taken.mutate(with_it=ibis.literal(1.0)), "order_id").drop("order_id_right")
    told = joined.select("seller_id", "customer", good="primary_item", taken=joined.with_it.fill_null(0.0))
    return _chances(sold, told)


def upgrade_chances(sold: Sold, steps: Mapping[str, str]) -> Chances:
    """One row an order and item of `steps` (item -> its upgrade) with just one of the two: taken is the upgrade."""
    rows = pa.table(
        {
            "good": pa.array(list(steps), pa.string()),
            "upgrade_id": pa.array(list(steps.values()), pa.string()),
        }
    )
    table, held = ibis.memtable(rows), sold.held
    low = held.join(table, held.item_id == table.good).select("order_id", "good", taken=ibis.literal(0.0))
    high = held.join(table, held.item_id == table.upgrade_id).select("order_id", "good", taken=ibis.literal(1.0))
    both = low.union(high)
    each = both.group_by("order_id", "good").aggregate(taken=both.taken.max(), n=both.count())
    heads = sold.orders.select("order_id", "seller_id", "customer")
    alone = each.filter(each.n == 1).join(heads, "order_id")
    return _chances(sold, alone.select("seller_id", "customer", "good", "taken"))


def _chances(sold: Sold, rows: ibis.Table) -> Chances:
    """Rows of seller_id, customer, good, taken; the group of a good is its category."""
    items = sold.history.items().select(good="item_id", group="category")
    joined = rows.left_join(items, "good").drop("good_right")
    with storage_failures():
        table = joined.select("seller_id", "customer", "good", "group", "taken").to_pyarrow()
    place = {name: number for number, name in enumerate(sold.sellers)}
    return Chances(
        seller=np.array([place[one] for one in table["seller_id"].to_pylist()], dtype=np.int64),
        customer=_numbered(table["customer"]),
        good=_numbered(table["good"]),
        group=_numbered(table["group"]),
        taken=table["taken"].to_numpy().astype(np.float64),
    )


def _numbered(column: pa.ChunkedArray) -> Ints:
    """Numbers from 0 on, in place of values; nothing is a value of its own."""
    codes = column.combine_chunks().dictionary_encode(null_encoding="encode")
    if isinstance(codes, pa.ChunkedArray):
        codes = codes.combine_chunks()
    return np.asarray(codes.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
