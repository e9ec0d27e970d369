"""What the units of decisions bought in a period, line by line, and what that earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import ibis
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.config.categories import ByCategory
from pairwell.config.settings import Shop
from pairwell.dataset.store import Dataset
from pairwell.engines.duckdb import storage_failures
from pairwell.measure.offers.estimates import Bools, Floats, Ints
from pairwell.measure.offers.rows import Lines

_CUSTOMER = "c:"
_LINES = (
    "order_id", "customer_id", "placed_at", "line_no", "item_id", "quantity", "back", "unit_price_minor",
    "discount_minor", "unit_cost_minor",
)  # fmt: skip


class Buyers(msgspec.Struct, frozen=True, kw_only=True):
    """Whose orders matter, and by order that names no customer whose it is."""

    units: Sequence[str]  # "c:ID", "v:ID"
    visitors: Mapping[str, str]


class Between(msgspec.Struct, frozen=True):
    """From a moment up to before another."""

    since: datetime
    until: datetime


class _Goods(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """By item, in ascending order of ids; NaN where nobody states it."""

    item_ids: pa.Array
    price: Floats
    cost: Floats
    rate: Floats  # share of the net price that is margin where no cost is known


def read_lines(dataset: Dataset, buyers: Buyers, between: Between, shop: Shop) -> Lines:
    """Lines of these units' orders, cancelled ones left out, in order of time.

    What nobody tells of a line is its item's today: its price, and its cost; without a cost the margin is a share of
    the price, by category. What came back counts by quantity, and each unit of it costs what the settings say.
    """
    with storage_failures():
        found = _select(dataset, buyers, between).to_pyarrow()
        stated = dataset.table("items").select("item_id", "category", "price_minor", "cost_minor").to_pyarrow()
    goods = _goods(stated, found["item_id"], shop)
    units = _units(found, buyers)
    there = np.flatnonzero(units >= 0)
    rows = found.take(pa.array(there))
    orders = rows["order_id"].combine_chunks().dictionary_encode()
    item = _places(rows["item_id"], goods.item_ids)
    return _priced(rows, (np.asarray(orders.indices, dtype=np.int64), units[there], item), goods, shop)


def _select(dataset: Dataset, buyers: Buyers, between: Between) -> ibis.Table:
    snapshot = dataset.newest()
    orders = dataset.table("orders", snapshot=snapshot).select("order_id", "customer_id", "placed_at")
    within = orders.filter(orders.placed_at >= between.since, orders.placed_at < between.until)
    ids = [unit[len(_CUSTOMER) :] for unit in buyers.units if unit.startswith(_CUSTOMER)]
    named = within.semi_join(_texts("customer_id", ids), "customer_id")
    unnamed = within.filter(within.customer_id.isnull())
    both = named.union(unnamed.semi_join(_texts("order_id", sorted(buyers.visitors)), "order_id"))
    returns = dataset.table("returns", snapshot=snapshot)
    back = returns.group_by("order_id", "line_no").aggregate(back=returns.quantity.sum())
    lines = dataset.table("order_lines", snapshot=snapshot)
    whole = both.inner_join(lines, "order_id").left_join(back, ["order_id", "line_no"])
    return whole.select(*_LINES).order_by("placed_at", "order_id", "line_no")


def _goods(stated: pa.Table, sold: pa.ChunkedArray, shop: Shop) -> _Goods:
    every = pc.unique(pa.chunked_array([*sold.chunks, *stated["item_id"].chunks], pa.string())).sort()
    place = pc.index_in(every, value_set=stated["item_id"].combine_chunks())
    rates = ByCategory(shop.margin_rates)
    categories = stated["category"].take(place).to_pylist()
    own = [shop.margin_rate if (found := rates.of(name)) is None else found for name in categories]
    return _Goods(
        item_ids=every,
        price=_numbers(stated["price_minor"].take(place)),
        cost=_numbers(stated["cost_minor"].take(place)),
        rate=np.array(own, dtype=np.float64),
    )


def _units(rows: pa.Table, buyers: Buyers) -> Ints:
    """Of each line the place of its unit; -1 where that is none of them."""
    known = pa.array(list(buyers.units), pa.string())
    by_order = pa.array(list(buyers.visitors), pa.string()), pa.array(list(buyers.visitors.values()), pa.string())
    at = pc.index_in(rows["order_id"], value_set=by_order[0])
    named = pc.binary_join_element_wise(pa.scalar(_CUSTOMER), rows["customer_id"], "")
    return _places(pc.coalesce(named, by_order[1].take(at.combine_chunks())), known)


def _priced(rows: pa.Table, places: tuple[Ints, Ints, Ints], goods: _Goods, shop: Shop) -> Lines:
    order, unit, item = places
    quantity, back = _numbers(rows["quantity"]), np.nan_to_num(_numbers(rows["back"]))
    back = np.minimum(back, quantity)
    price = _or(_numbers(rows["unit_price_minor"]), goods.price[item])
    cost = _or(_numbers(rows["unit_cost_minor"]), goods.cost[item])
    priced: Bools = ~np.isnan(price)
    gross = np.where(priced, quantity * np.nan_to_num(price) - _numbers(rows["discount_minor"]), 0.0)
    kept = quantity - back
    revenue = gross * np.divide(kept, quantity, out=np.zeros_like(kept), where=quantity > 0)
    earned = np.where(np.isnan(cost), revenue * goods.rate[item], revenue - kept * np.nan_to_num(cost))
    return Lines(
        order=order,
        unit=unit,
        at=np.asarray(rows["placed_at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy()),
        item=item,
        items=goods.item_ids.to_pylist(),
        quantity=quantity,
        kept=kept,
        gross=gross,
        revenue=revenue,
        margin=np.where(priced, earned, 0.0) - back * shop.return_cost_minor,
        cost_known=~np.isnan(cost),
        priced=priced,
    )


def _or(told: Floats, else_: Floats) -> Floats:
    return np.where(np.isnan(told), else_, told)


def _numbers(column: pa.ChunkedArray) -> Floats:
    """As floats, NaN where nothing is."""
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _places(column: Any, among: pa.Array) -> Ints:  # noqa: ANN401 - Arrow's columns have no types
    found = pc.index_in(column, value_set=among)
    return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int64)


def _texts(name: str, values: list[str]) -> ibis.Table:
    return ibis.memtable(pa.table({name: pa.array(values, pa.string())}))
