"""Rows of items of different length, in one array: sorted, made distinct, put into another order."""

from __future__ import annotations

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import compiled

_FEW = 24  # up to here inserting one by one is the fastest way to sort


def settle_rows(offsets: Array, items: Array, offered: Array) -> tuple[Array, Array, Array]:
    """The sizes, items and marks of rows whose items are distinct and ascending; `items` is used up.

    Row i lies between `offsets[i]` and `offsets[i + 1]`. An item stays marked where it was marked each time.
    """
    keys = items.astype(np.int64) * 2 + offered
    sizes = np.empty(offsets.size - 1, dtype=np.int32)
    kept = keys[: _settle(offsets, keys, sizes)]
    return sizes, (kept >> 1).astype(np.int32), (kept & 1).astype(np.bool_)


def gather_rows(starts: Array, sizes: Array, values: Array) -> Array:
    """The rows that begin at `starts` and have `sizes`, one after the other."""
    gathered = np.empty(int(sizes.sum()), dtype=values.dtype)
    _gather(starts, sizes, values, gathered)
    return gathered


@compiled
def _settle(offsets: Array, keys: Array, sizes: Array) -> int:
    kept = 0
    for row in range(sizes.size):
        first, last = offsets[row], offsets[row + 1]
        if last - first > _FEW:
            keys[first:last].sort()
        else:
            _insert_each(keys, first, last)
        start = kept
        for place in range(first, last):
            # Of one item the line that is not marked comes first.
            if kept == start or keys[place] >> 1 != keys[kept - 1] >> 1:
                keys[kept] = keys[place]
                kept += 1
        sizes[row] = kept - start
    return kept


@compiled
def _insert_each(keys: Array, first: int, last: int) -> None:
    for place in range(first + 1, last):
        key = keys[place]
        before = place - 1
        while before >= first and keys[before] > key:
            keys[before + 1] = keys[before]
            before -= 1
        keys[before + 1] = key


@compiled
def _gather(starts: Array, sizes: Array, values: Array, gathered: Array) -> None:
    place = 0
    for row in range(starts.size):
        start = starts[row]
        for step in range(sizes[row]):
            gathered[place] = values[start + step]
            place += 1
