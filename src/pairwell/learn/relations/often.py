"""Which items share a shelf often: a customer's, over days, or an order's."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import fetch_early, inlined, tight
from pairwell.learn.relations.counted import places_by_item
from pairwell.learn.relations.side_by_side import share_rows

_BITS = 26  # of a count of shelves; later and earlier stand in one number, below the stamp of the row
_COUNT = (1 << _BITS) - 1
_STAMPS = (1 << (62 - 2 * _BITS)) - 1
_ROOM = 1 << 18  # pairs found at a time
_AHEAD = 6  # holders whose shelves are fetched before it is their turn
_FETCHED, _LINE = 32, 16  # items of them, and those that one fetch brings


class Shelves(NamedTuple):
    """Items shelf by shelf, ascending in each, with a time each; shelf i begins at `offsets[i]`."""

    offsets: Array
    items: Array  # int32
    times: Array  # int32


def often_together(shelves: Shelves, n_items: int, least: int) -> Array:
    """Pairs that are on `least` shelves or more at different times, each pair once: rows of numbers, by item number.

    The columns are the lower and the higher item, and the shelves with the higher one later, and earlier. Memory is
    bounded by what is found, not by the pairs there are.
    """
    held_at, held = places_by_item(shelves.items, n_items)
    ends = np.repeat(shelves.offsets[1:].astype(held.dtype), np.diff(shelves.offsets))

    def follow(first: int, last: int) -> Array:
        parts, next_at = [np.empty((0, 4), dtype=np.int64)], np.array([first, 0])
        counts, touched = np.zeros(n_items, dtype=np.int64), np.empty(n_items + 1, dtype=np.int32)
        while next_at[0] < last:
            found = np.empty((_ROOM + n_items, 4), dtype=np.int64)
            _follow(last, least, shelves.items, shelves.times, ends, held_at, held, counts, touched, next_at, found)
            parts.append(found[: next_at[1]].copy())
        return np.concatenate(parts)

    found = np.concatenate(share_rows(held_at, follow))
    return found[np.argsort(found[:, 0] * n_items + found[:, 1])]


@tight
def _follow(  # noqa: PLR0913, PLR0917 - plain arrays compile in a fraction of the time that tuples of them take
    last: int,
    least: int,
    items: Array,
    times: Array,
    ends: Array,
    held_at: Array,
    held: Array,
    counts: Array,
    touched: Array,
    next_at: Array,
    found: Array,
) -> None:
    """Fill `found` from the row `next_at[0]` on as long as there is room for a whole row, and say how far it went."""
    written, row = 0, next_at[0]
    while row < last and written + counts.size <= found.shape[0]:
        if row & _STAMPS == 0:
            for other in range(counts.size):
                counts[other] = 0
        reached, stamp = 0, ((row & _STAMPS) + 1) << (2 * _BITS)
        first, end = held_at[row], held_at[row + 1]
        for holder in range(first, end if end - first >= least else first):
            _fetch_shelf(holder, items, times, ends, held)
            own = held[holder]
            for place in range(own + 1, ends[own]):  # a shelf is ascending: every pair is met once
                other = items[place]
                later, earlier = times[place] > times[own], times[place] < times[own]
                count = max(counts[other], stamp) + later + (np.int64(earlier) << _BITS)
                counts[other] = count
                touched[reached] = other
                enough = (count & _COUNT) + ((count >> _BITS) & _COUNT) == least
                reached += enough and (later or earlier)
        for step in range(reached):
            other = touched[step]
            found[written, 0], found[written, 1] = row, other
            found[written, 2] = counts[other] & _COUNT
            found[written, 3] = (counts[other] >> _BITS) & _COUNT
            written += 1
        row += 1
    next_at[0], next_at[1] = row, written


@inlined
def _fetch_shelf(holder: int, items: Array, times: Array, ends: Array, held: Array) -> None:
    if holder + 2 * _AHEAD < held.size:
        fetch_early(ends, held[holder + 2 * _AHEAD])
        soon = held[holder + _AHEAD] + 1
        for near in range(soon, soon + _FETCHED, _LINE):
            fetch_early(items, near)
            fetch_early(times, near)
