"""One stored file of orders or of order lines as numbers beside the texts they stand for."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.dataset.columns import read_columns
from pairwell.learn.baskets import Array
from pairwell.learn.encoded.rows import settle_rows

TEXT = pa.large_string()  # a column of them may hold more than two gigabytes


class EncodedHeads(msgspec.Struct, frozen=True, kw_only=True):
    """The orders of a file, ascending by id. A customer is a place in `customer_ids`, -1 where nobody is named."""

    order_ids: pa.LargeStringArray
    placed_at: Array  # microseconds since 1970
    customers: Array
    customer_ids: pa.LargeStringArray


class EncodedLines(msgspec.Struct, frozen=True, kw_only=True):
    """The baskets of a file, ascending by order id; items are places in `item_ids`, distinct in each order.

    `offered`: whether every line of that item in that order came from an offer of our own.
    """

    order_ids: pa.LargeStringArray
    sizes: Array
    items: Array
    offered: Array
    item_ids: pa.LargeStringArray


def encode_heads(path: Path) -> EncodedHeads:
    """Encode a stored file of orders. Raises `StorageError` where it is gone or damaged."""
    batches = list(read_columns(path, ("order_id", "placed_at", "customer_id"), coded=("customer_id",)))
    customers, customer_ids = _coded([batch.column("customer_id") for batch in batches])
    placed = [batch.column("placed_at").cast(pa.timestamp("us", "UTC")).cast(pa.int64()) for batch in batches]
    return EncodedHeads(
        order_ids=texts([batch.column("order_id") for batch in batches]),
        placed_at=joined([moments.to_numpy() for moments in placed], np.int64),
        customers=customers,
        customer_ids=customer_ids,
    )


def encode_lines(path: Path) -> EncodedLines:
    """Encode a stored file of order lines, which lie order by order. Raises `StorageError` as `encode_heads`."""
    batches = read_columns(path, ("order_id", "item_id", "decision_id"), coded=("order_id", "item_id"))
    lines = _Lines()
    for batch in batches:
        lines.add(batch)
    return lines.finish()


class _Lines:
    """Collects batches of lines; an order may go on from one batch to the next."""

    def __init__(self) -> None:
        self._starts: list[Array] = []
        self._ids: list[pa.Array] = []
        self._items: list[pa.Array] = []
        self._offered: list[Array] = []
        self._rows = 0
        self._last: str | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        if not batch.num_rows:
            return
        orders = batch.column("order_id")
        codes = orders.indices.to_numpy()
        new = np.concatenate(([orders[0].as_py() != self._last], codes[1:] != codes[:-1]))
        starts = np.flatnonzero(new)
        self._starts.append(starts + self._rows)
        self._ids.append(orders.dictionary.take(pa.array(codes[starts])))
        self._items.append(batch.column("item_id"))
        self._offered.append(batch.column("decision_id").is_valid().to_numpy(zero_copy_only=False))
        self._rows += batch.num_rows
        self._last = orders[-1].as_py()

    def finish(self) -> EncodedLines:
        items, item_ids = _coded(self._items)
        self._items.clear()
        offsets = np.append(joined(self._starts, np.int64), self._rows)
        sizes, items, offered = settle_rows(offsets, items, joined(self._offered, np.bool_))
        return EncodedLines(order_ids=texts(self._ids), sizes=sizes, items=items, offered=offered, item_ids=item_ids)


def texts(parts: list[pa.Array]) -> pa.LargeStringArray:
    """Arrays of texts as one."""
    return pa.chunked_array([part.cast(TEXT) for part in parts], TEXT).combine_chunks()


def joined(parts: list[Array], kind: type) -> Array:
    """Arrays of numbers as one; empty, of this kind, where there are none."""
    return np.concatenate(parts) if parts else np.empty(0, dtype=kind)


def places(values: pa.Array, among: pa.Array) -> Array:
    """Where each of `values` stands in `among`; -1 where it does not, or is null."""
    found: Array = pc.index_in(values, value_set=among, skip_nulls=True).fill_null(-1).to_numpy()
    return found


def ascending(values: pa.Array) -> pa.Array:
    """The distinct values, sorted as the dataset sorts texts: by their bytes."""
    distinct = pc.drop_null(pc.unique(values))
    return distinct.take(pc.sort_indices(distinct))


def _coded(parts: list[pa.DictionaryArray]) -> tuple[Array, pa.LargeStringArray]:
    """Places in one ascending dictionary for all parts; -1 for null."""
    if not parts:
        return np.empty(0, dtype=np.int32), pa.array([], TEXT)
    long = (pa.DictionaryArray.from_arrays(part.indices, part.dictionary.cast(TEXT)) for part in parts)
    alike = pa.chunked_array(long).unify_dictionaries()
    names = alike.chunk(0).dictionary
    order = pc.sort_indices(names)
    codes = np.full(len(names) + 1, -1, dtype=np.int32)  # the last place: for null
    codes[order.to_numpy()] = np.arange(len(names), dtype=np.int32)
    return np.concatenate([codes[part.indices.fill_null(len(names)).to_numpy()] for part in alike.chunks]), names.take(
        order
    )
