"""Where a search for itemsets works, and where it leaves what it found."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import compiled
from pairwell.learn.itemsets.bits import WORD
from pairwell.learn.itemsets.orders import RankedOrders

ALL, CLOSED, MAXIMAL = 0, 1, 2

# What `state` holds: how the search goes, what it looks for, and what it has found: sets, the items of all of them, and
# closed sets it looked at to find maximal ones. Who is `COUNTING` keeps no set, but counts them by their orders, and
# raises the threshold until there are no more than `MOST` of them.
STATUS, THRESHOLD, KIND, LONGEST, MOST, COUNTING, SETS, ITEMS, VISITED = range(9)
# How a search goes: a room is full, there are too many sets, or the orders of one rank are too many.
GOING, FULL, TOO_MANY, HEAVY = range(4)

ROW, COUNT, ITEM = range(3)  # columns of `open_rows`
START, NEXT, STOP, SIZE = range(4)  # columns of `frames`

_WORDS = 1 << 22  # 32 MB of bits; where one rank needs more, its orders are searched apart
_SETS = 1 << 14  # to begin with
_ITEMS_OF_SET = 6
_DEPTHS = 16


class Room(NamedTuple):
    """Memory of one search. The machine code takes few arrays: each costs time to compile."""

    state: Array
    prefix: Array  # the items of the set that is being grown
    beside: Array  # counts by rank, zero between ranks
    frequent: Array  # ranks that are frequent in the orders of one rank
    bits: Array  # the orders of each of them
    orders: Array  # the orders of the set that is being grown, by depth
    open_rows: Array  # a stack: by which rows a set may still grow, level by level
    frames: Array  # by depth: rows passed over from START to NEXT, rows still open from there to STOP; items of the set
    ends: Array  # of the items of each set found
    items: Array
    counts: Array  # orders of each set found; when counting, how many sets are in so many orders


def make_room(held: RankedOrders, threshold: int, *, counting: bool = False) -> Room:
    """Room to begin a search of `held` in, for sets of at least `threshold` orders."""
    n_orders, n_ranks = held.n_orders, held.items.size
    state = np.zeros(9, dtype=np.int64)
    state[THRESHOLD], state[COUNTING] = threshold, counting
    return Room(
        state=state,
        prefix=np.empty(held.longest + 1, dtype=np.int64),
        beside=np.zeros(n_ranks, dtype=np.int64),
        frequent=np.empty(n_ranks, dtype=np.int64),
        bits=np.empty(_WORDS, dtype=np.uint64),
        orders=np.empty(_DEPTHS * (n_orders // WORD + 1), dtype=np.uint64),
        open_rows=np.empty((4 * n_ranks, 3), dtype=np.int64),
        frames=np.empty((_DEPTHS, 4), dtype=np.int64),
        ends=np.empty(_SETS, dtype=np.int64),
        items=np.empty(_SETS * _ITEMS_OF_SET, dtype=np.int32),
        counts=np.zeros(n_orders + 1, dtype=np.int64) if counting else np.empty(_SETS, dtype=np.int64),
    )


def larger(room: Room) -> Room:
    """The same room with twice the space for whatever may run full."""
    scratch = {name: _twice(getattr(room, name)) for name in ("orders", "open_rows", "frames")}
    if room.state[COUNTING]:
        return room._replace(**scratch)
    return room._replace(ends=_twice(room.ends), items=_twice(room.items), counts=_twice(room.counts), **scratch)


def _twice(array: Array) -> Array:
    doubled = np.empty((2 * array.shape[0], *array.shape[1:]), dtype=array.dtype)
    doubled[: array.shape[0]] = array
    return doubled


@compiled
def report(room: Room, size: int, count: int, alone: bool) -> None:
    """Take the set of the first `size` items of the prefix, which is in `count` orders.

    Of maximal sets only those count that are `alone`: no frequent set holds more.
    """
    state = room.state
    if state[COUNTING]:
        _tally(room, count)
    elif state[KIND] != MAXIMAL or alone:
        _keep(room, size, count)
    if state[KIND] == MAXIMAL and not state[COUNTING]:
        state[VISITED] += 1
        if state[VISITED] > state[MOST]:
            state[STATUS] = TOO_MANY


@compiled
def _tally(room: Room, count: int) -> None:
    state = room.state
    room.counts[count] += 1
    state[SETS] += 1
    while state[SETS] > state[MOST]:
        state[SETS] -= room.counts[state[THRESHOLD]]
        state[THRESHOLD] += 1


@compiled
def _keep(room: Room, size: int, count: int) -> None:
    state, number, end = room.state, room.state[SETS], room.state[ITEMS]
    if number == state[MOST]:
        state[STATUS] = TOO_MANY
    elif number == room.counts.size or end + size > room.items.size:
        state[STATUS] = FULL
    else:
        for place in range(size):
            _insert(room.items, end, end + place, room.prefix[place])
        room.counts[number], room.ends[number] = count, end + size
        state[SETS], state[ITEMS] = number + 1, end + size


@compiled
def _insert(items: Array, start: int, stop: int, item: int) -> None:
    """Put an item among the ascending ones from `start` to `stop`."""
    while stop > start and items[stop - 1] > item:
        items[stop] = items[stop - 1]
        stop -= 1
    items[stop] = item
