"""The encoded files of one snapshot as one history of orders."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.encoded.files import TEXT, EncodedHeads, EncodedLines, ascending, joined, places, texts
from pairwell.learn.encoded.rows import gather_rows

_NONE = pa.array([], TEXT)


class MergedOrders(msgspec.Struct, frozen=True, kw_only=True):
    """Orders that hold anything, oldest first, those of one moment by id."""

    baskets: Baskets
    order_ids: pa.LargeStringArray
    customers: Array  # places in `customer_ids`, -1 where nobody is named
    customer_ids: pa.LargeStringArray


class _Heads(msgspec.Struct, frozen=True, kw_only=True):
    order_ids: pa.LargeStringArray
    placed_at: Array
    customers: Array


class _Rows(msgspec.Struct, frozen=True, kw_only=True):
    order_ids: pa.LargeStringArray
    starts: Array
    sizes: Array
    items: Array
    offered: Array


def merge_files(
    heads: Sequence[EncodedHeads],
    lines: Sequence[EncodedLines],
    *,
    listed: pa.Array,
    until: int | None,
    cancelled: pa.Array = _NONE,
) -> MergedOrders:
    """Bring every line to its order. Items are those sold and those `listed`.

    Orders placed after `until` (microseconds since 1970) are left out, those `cancelled` (ids) too, and lines whose
    order is not there.
    """
    customer_ids = ascending(texts([file.customer_ids for file in heads]))
    item_ids = ascending(texts([*(file.item_ids for file in lines), listed]))
    joined_heads, rows = _join_heads(heads, customer_ids), _join_lines(lines, item_ids)
    head_of = _heads_of(rows.order_ids, joined_heads.order_ids)
    counted = _counted(head_of, joined_heads.placed_at, until)
    if len(cancelled):
        counted &= places(rows.order_ids, cancelled) < 0
    chosen = np.flatnonzero(counted)
    chosen = chosen[_oldest_first(joined_heads.placed_at[head_of[chosen]], rows.order_ids, chosen)]
    starts, sizes = rows.starts[chosen], rows.sizes[chosen]
    baskets = Baskets(
        item_ids=item_ids.to_pylist(),
        offsets=np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))),
        items=gather_rows(starts, sizes, rows.items),
        placed_at=joined_heads.placed_at[head_of[chosen]],
        offered=gather_rows(starts, sizes, rows.offered) if rows.offered.any() else None,
    )
    customers, customer_ids = _only_named(joined_heads.customers[head_of[chosen]], customer_ids)
    return MergedOrders(
        baskets=_only_known(baskets, item_ids, listed),
        order_ids=rows.order_ids.take(pa.array(chosen)),
        customers=customers,
        customer_ids=customer_ids,
    )


def _only_known(baskets: Baskets, item_ids: pa.Array, listed: pa.Array) -> Baskets:
    """The same baskets, their items numbered among those sold and those `listed` alone."""
    known = baskets.item_orders() > 0
    known[places(listed, item_ids)] = True
    if known.all():
        return baskets
    names = item_ids.filter(pa.array(known)).to_pylist()
    return msgspec.structs.replace(baskets, item_ids=names, items=_numbers(known)[baskets.items])


def _only_named(customers: Array, customer_ids: pa.Array) -> tuple[Array, pa.Array]:
    """The same customers, numbered among those who ordered."""
    named = np.zeros(len(customer_ids) + 1, dtype=bool)
    named[customers] = True  # the last place: for nobody
    if named[:-1].all():
        return customers, customer_ids
    numbers = np.append(_numbers(named[:-1]), -1).astype(np.int32)
    return numbers[customers], customer_ids.filter(pa.array(named[:-1]))


def _numbers(kept: Array) -> Array:
    return (np.cumsum(kept) - 1).astype(np.int32)


def _join_heads(heads: Sequence[EncodedHeads], customer_ids: pa.Array) -> _Heads:
    customers = [_renumbered(file.customers, file.customer_ids, customer_ids) for file in heads]
    return _Heads(
        order_ids=texts([file.order_ids for file in heads]),
        placed_at=joined([file.placed_at for file in heads], np.int64),
        customers=joined(customers, np.int32),
    )


def _join_lines(lines: Sequence[EncodedLines], item_ids: pa.Array) -> _Rows:
    sizes = joined([file.sizes for file in lines], np.int32)
    return _Rows(
        order_ids=texts([file.order_ids for file in lines]),
        starts=np.cumsum(sizes, dtype=np.int64) - sizes,
        sizes=sizes,
        items=joined([_renumbered(file.items, file.item_ids, item_ids) for file in lines], np.int32),
        offered=joined([file.offered for file in lines], np.bool_),
    )


def _renumbered(codes: Array, names: pa.Array, among: pa.Array) -> Array:
    if names.equals(among):
        return codes
    return np.append(places(names, among), -1).astype(np.int32)[codes]  # the last place: for nobody


def _heads_of(order_ids: pa.Array, among: pa.Array) -> Array:
    # Files that came in together hold the same orders in the same order: no search then.
    return np.arange(len(order_ids)) if order_ids.equals(among) else places(order_ids, among)


def _counted(head_of: Array, placed_at: Array, until: int | None) -> Array:
    there: Array = head_of >= 0
    if until is not None:
        there[there] = placed_at[head_of[there]] <= until
    return there


def _oldest_first(placed_at: Array, order_ids: pa.Array, chosen: Array) -> Array:
    """The order of the `chosen` orders by moment, then by id."""
    order = np.argsort(placed_at, kind="stable")
    ties = np.concatenate(([False], np.diff(placed_at[order]) == 0))
    ties[:-1] |= ties[1:]
    among = np.flatnonzero(ties)
    ids = order_ids.take(pa.array(chosen[order[among]]))
    again = np.lexsort((_ranks(ids), placed_at[order[among]]))
    order[among] = order[among[again]]
    return order


def _ranks(ids: pa.Array) -> Array:
    if len(ids) < 2 or pc.all(pc.less(ids[:-1], ids[1:])).as_py():  # noqa: PLR2004 - nothing to compare
        return np.arange(len(ids))
    ranks = np.empty(len(ids), dtype=np.int64)
    ranks[pc.sort_indices(ids).to_numpy()] = np.arange(len(ids))
    return ranks
