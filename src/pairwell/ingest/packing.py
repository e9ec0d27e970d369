"""Millions of purchases to one text for each customer, without a value of them becoming one of Python."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir
import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.engines.functions import micros
from pairwell.facts.ownership import Ownership

_LINES_AT_A_TIME = 1_000_000
_MOST_KEYS = 2**63 - 1

Numbers = npt.NDArray[np.int64]


class Bought(msgspec.Struct, frozen=True, kw_only=True):
    """Order lines of known customers."""

    lines: ir.Table  # order_id, item_id; also of other orders
    orders: ir.Table  # order_id, customer_id, placed_at; each order once

    def rows(self) -> ir.Table:
        """Each line with the customer and the moment of its order."""
        return self.lines.join(self.orders, "order_id")


def pack(bought: Bought) -> Iterator[Ownership]:
    """Every customer's items with the last moment and the number of orders, customers by id."""
    orders = bought.orders.order_by("customer_id", "placed_at").mutate(at=micros(bought.orders.placed_at)).to_pyarrow()
    items = bought.lines.select("item_id").distinct().to_pyarrow()
    order, item = _numbered_lines(bought.lines, orders["order_id"], items["item_id"])
    purchases = _Purchases(orders, order, item, len(items))
    texts = pa.array([msgspec.json.encode(item_id).decode() for item_id in items["item_id"].to_pylist()], pa.string())
    for begin, end in purchases.parts():
        yield from purchases.pack(begin, end, texts)


def _numbered_lines(lines: ir.Table, order_ids: pa.ChunkedArray, item_ids: pa.ChunkedArray) -> tuple[Numbers, ...]:
    """For each line the place of its order and of its item in these lists."""
    joined = lines
    for name, ids in (("order_id", order_ids), ("item_id", item_ids)):
        places = pa.array(np.arange(len(ids), dtype=np.int32))
        joined = joined.join(ibis.memtable(pa.table({name: ids, f"{name}_place": places})), name)
    batches = [*joined.select("order_id_place", "item_id_place").to_pyarrow_batches(chunk_size=_LINES_AT_A_TIME)]
    columns = ([batch.column(place).to_numpy() for batch in batches] for place in range(2))
    return tuple(np.concatenate([np.empty(0, np.int32), *column]) for column in columns)


class _Purchases:
    """Lines by number of order and item; orders stand by customer and, of one customer, by time."""

    def __init__(self, orders: pa.Table, order: Numbers, item: Numbers, n_items: int) -> None:
        coded = orders["customer_id"].combine_chunks().dictionary_encode()  # in order of appearance: by id
        self._customers = coded.dictionary
        self._customer = coded.indices.to_numpy()  # by order
        self._first = np.flatnonzero(np.diff(self._customer, prepend=-1, append=-1))  # order, by customer
        self._at = orders["at"].to_numpy()
        self._order, self._item, self._n_items = order, item, n_items
        self._depth = int(np.diff(self._first).max(initial=1))  # orders of one customer at most

    def parts(self) -> Iterator[tuple[int, int]]:
        """Ranges of customers that hold some lines each."""
        lines = np.cumsum(np.bincount(self._customer[self._order], minlength=len(self._customers)))
        most = max(_MOST_KEYS // (max(self._n_items, 1) * self._depth), 1)
        begin = 0
        while begin < len(self._customers):
            before = lines[begin - 1] if begin else 0
            end = int(np.searchsorted(lines, before + _LINES_AT_A_TIME, side="right"))
            end = min(max(end, begin + 1), begin + most, len(self._customers))
            yield begin, end
            begin = end

    def pack(self, begin: int, end: int, texts: pa.Array) -> Iterator[Ownership]:
        """Those of the customers from `begin` to before `end`; `texts`: the items as JSON."""
        low, high = self._first[begin], self._first[end]
        mine = (self._order >= low) & (self._order < high)
        order, item = self._order[mine], self._item[mine].astype(np.int64)
        customer = self._customer[order]
        # One number tells customer, item and order: sorting numbers is what is fast. An order that has an item twice
        # counts once, and the last order of each pair is the newest.
        pair = (customer - begin) * self._n_items + item
        key = np.sort(pair * self._depth + (order - self._first[customer]))
        pair, place = np.divmod(key[np.diff(key, prepend=-1) > 0], self._depth)
        last = np.flatnonzero(np.diff(pair, append=-1))
        customer, item = np.divmod(pair[last], self._n_items)
        customer += begin
        moments, counts = self._at[self._first[customer] + place[last]], np.diff(last, prepend=-1)
        starts = np.flatnonzero(np.diff(customer, prepend=-1))
        offsets = pa.array(np.append(starts, len(customer)).astype(np.int32))
        packed = _as_json(offsets, texts.take(pa.array(item)), pa.array(moments), pa.array(counts))
        ids = self._customers.take(pa.array(customer[starts]))
        return map(Ownership, ids.to_pylist(), packed.cast(pa.binary()).to_pylist())


def _as_json(offsets: pa.Array, item_ids: pa.Array, last_bought_at: pa.Array, orders: pa.Array) -> pa.Array:
    """What `pairwell.facts.ownership.Purchases` is as text, a list from each offset to the next."""
    lists = [
        pc.binary_join(pa.ListArray.from_arrays(offsets, values.cast(pa.string())), ",")
        for values in (item_ids, last_bought_at, orders)
    ]
    names = ('{"item_ids":[', '],"last_bought_at":[', '],"orders":[')
    named = [part for pair in zip(names, lists, strict=True) for part in pair]
    return pc.binary_join_element_wise(*named, "]}", "")
