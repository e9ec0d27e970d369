"""What the units of decisions bought in a period, line by line, and what that earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.config.settings import Shop
from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.measure.offers.estimates import Floats, Ints
from pairwell.measure.offers.rows import Lines
from pairwell.measure.period import Period
from pairwell.measure.sales.lines import History, sold_lines

_CUSTOMER = "c:"
_KEYS = ("order_id", "customer_id", "placed_at", "line_no", "item_id")
_NUMBERS = ("quantity", "returned", "revenue", "refund", "margin", "estimated", "order_discount")


class Buyers(msgspec.Struct, frozen=True, kw_only=True):
    """Whose orders matter, and by order that names no customer whose it is."""

    units: Sequence[str]  # "c:ID", "v:ID"
    visitors: Mapping[str, str]


def read_lines(dataset: Dataset, buyers: Buyers, period: Period, shop: Shop) -> Lines:
    """Lines of these units' orders, cancelled ones left out, in order of time.

    Money is what the overview says, to the last minor unit: `sold_lines` reckons both. Here each line bears its share
    of the discount of its order, too.
    """
    wanted = _select(dataset, buyers, period, shop)
    with storage_failures():
        anybody = buyers.units or buyers.visitors
        found = wanted.to_pyarrow() if anybody else wanted.schema().to_pyarrow().empty_table()
    units = _units(found, buyers)
    there = np.flatnonzero(units >= 0)
    rows = found.take(pa.array(there))
    return _lines(rows, units[there])


def _select(dataset: Dataset, buyers: Buyers, period: Period, shop: Shop) -> ibis.Table:
    history = History(dataset=dataset, snapshot=dataset.newest(), shop=shop)
    orders = history.orders(period)
    within = orders.select("order_id", "customer_id", "placed_at", order_discount=orders.discount_minor)
    ids = [unit[len(_CUSTOMER) :] for unit in buyers.units if unit.startswith(_CUSTOMER)]
    named = within.semi_join(_texts("customer_id", ids), "customer_id")
    unnamed = within.filter(within.customer_id.isnull())
    both = named.union(unnamed.semi_join(_texts("order_id", sorted(buyers.visitors)), "order_id"))
    whole = sold_lines(history, both).inner_join(both, "order_id")
    numbers = {name: whole[name].cast("float64") for name in _NUMBERS}
    return whole.select(*_KEYS, **numbers).order_by("placed_at", "order_id", "line_no")


def _units(rows: pa.Table, buyers: Buyers) -> Ints:
    """Of each line the place of its unit; -1 where that is none of them."""
    known = pa.array(list(buyers.units), pa.string())
    by_order = pa.array(list(buyers.visitors), pa.string()), pa.array(list(buyers.visitors.values()), pa.string())
    at = pc.index_in(rows["order_id"], value_set=by_order[0])
    named = pc.binary_join_element_wise(pa.scalar(_CUSTOMER), rows["customer_id"], "")
    return _places(pc.coalesce(named, by_order[1].take(at.combine_chunks())), known)


def _lines(rows: pa.Table, unit: Ints) -> Lines:
    orders = rows["order_id"].combine_chunks().dictionary_encode()
    items = rows["item_id"].combine_chunks().dictionary_encode()
    order = np.asarray(orders.indices, dtype=np.int64)
    quantity, told = _numbers(rows["quantity"]), _numbers(rows["revenue"])
    gross, margin = np.nan_to_num(told), np.nan_to_num(_numbers(rows["margin"]))
    return Lines(
        order=order,
        unit=unit,
        at=np.asarray(rows["placed_at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy()),
        item=np.asarray(items.indices, dtype=np.int64),
        items=items.dictionary.to_pylist(),
        quantity=quantity,
        kept=np.maximum(quantity - _numbers(rows["returned"]), 0.0),
        gross=gross,
        revenue=gross - _numbers(rows["refund"]),
        margin=margin - share_out(_numbers(rows["order_discount"]), gross, order),
        cost_known=np.nan_to_num(_numbers(rows["estimated"])) == 0,
        priced=~np.isnan(told),
    )


def share_out(amount: Floats, by: Floats, order: Ints) -> Floats:
    """Of each line its part of the amount of its order, whole minor units that add up to it.

    By what the lines bring, as far as that is above 0; where none does, in equal parts. The lines of an order stand in
    a row, all with its amount.
    """
    above = np.maximum(by, 0.0)
    first = np.flatnonzero(np.diff(order, prepend=-1))
    sizes = np.diff(np.append(first, len(order)))
    sums = np.repeat(np.add.reduceat(above, first), sizes) if len(first) else above
    share = np.where(sums > 0, above, 1.0)
    whole = np.where(sums > 0, sums, np.repeat(sizes, sizes))
    run = np.cumsum(share)
    until = run - np.repeat(run[first] - share[first], sizes)  # the shares of the order up to this line
    parts: Floats = np.rint(amount * until / whole) - np.rint(amount * (until - share) / whole)
    return parts


def _numbers(column: pa.ChunkedArray) -> Floats:
    """As floats, NaN where nothing is."""
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _places(column: Any, among: pa.Array) -> Ints:  # noqa: ANN401 - Arrow's columns have no types
    found = pc.index_in(column, value_set=among)
    return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int64)


def _texts(name: str, values: list[str]) -> ibis.Table:
    return ibis.memtable(pa.table({name: pa.array(values, pa.string())}))
