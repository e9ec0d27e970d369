"""Where a search for itemsets works, and where it leaves what it found."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import compiled
from pairwell.learn.itemsets.bits import WORD
from pairwell.learn.itemsets.orders import RankedOrders

ALL, CLOSED, MAXIMAL = 0, 1, 2

# What `state` holds: how the search goes, the fewest orders of a set, and how many sets and items were found
# and how many sets were looked at to find the maximal ones.
STATUS, THRESHOLD, SETS, ITEMS, VISITED = 0, 1, 2, 3, 4
# How a search goes: a room is full, there are more sets than asked for, or one rank has too many orders and ranks.
GOING, FULL, TOO_MANY, HEAVY = 0, 1, 2, 3


class Terms(NamedTuple):
    """What is searched for."""

    kind: int
    max_items: int
    most: int  # sets
    counting: bool  # keep no set, count them by their orders, and raise the threshold until `most` or fewer are left


class Found(NamedTuple):
    """The sets found so far; those of set i end at `ends[i]`."""

    ends: Array
    items: Array
    counts: Array
    histogram: Array  # when counting: how many sets there are of so many orders


class Room(NamedTuple):
    """Memory of one search; every array but those of `found` is scratch."""

    state: Array
    prefix: Array  # the items of the set that is being grown
    counts: Array  # by rank; all zero between ranks
    frequent: Array  # ranks that are frequent beside the one that is searched
    bits: Array  # the orders of those
    orders: Array  # the orders of the set that is being grown, one block a depth
    open_rows: Array  # a stack: the rows by which a set may still grow, level by level
    open_counts: Array
    found: Found


class Task(NamedTuple):
    """What to search, for what, and where to work."""

    held: RankedOrders
    terms: Terms
    room: Room


_WORDS = 1 << 22  # 32 MB of bits; where one rank needs more, its orders are searched apart
_SETS = 1 << 14  # to begin with
_ITEMS_OF_SET = 6
_DEPTHS = 8


def make_room(held: RankedOrders, min_count: int, *, histogram: bool = False) -> Room:
    """Room to begin a search of `held` in."""
    n_orders, n_ranks = held.offsets.size - 1, held.items.size
    state = np.zeros(5, dtype=np.int64)
    state[THRESHOLD] = min_count
    return Room(
        state=state,
        prefix=np.empty(np.diff(held.offsets).max(initial=0) + 1, dtype=np.int32),
        counts=np.zeros(n_ranks, dtype=np.int64),
        frequent=np.empty(n_ranks, dtype=np.int32),
        bits=np.empty(_WORDS, dtype=np.uint64),
        orders=np.empty(_DEPTHS * (n_orders // WORD + 1), dtype=np.uint64),
        open_rows=np.empty(4 * n_ranks, dtype=np.int32),
        open_counts=np.empty(4 * n_ranks, dtype=np.int64),
        found=Found(
            ends=np.empty(_SETS, dtype=np.int64),
            items=np.empty(_SETS * _ITEMS_OF_SET, dtype=np.int32),
            counts=np.empty(_SETS, dtype=np.int64),
            histogram=np.zeros(n_orders + 1 if histogram else 0, dtype=np.int64),
        ),
    )


def larger(room: Room) -> Room:
    """The same room with twice the space for whatever may run full."""
    return room._replace(
        orders=_twice(room.orders),
        open_rows=_twice(room.open_rows),
        open_counts=_twice(room.open_counts),
        found=_larger_found(room.found),
    )


def with_space(room: Room, size: int) -> Room:
    """A room that holds one more set of `size` items."""
    found = room.found
    while room.state[SETS] == found.counts.size or room.state[ITEMS] + size > found.items.size:
        found = _larger_found(found)
    return room._replace(found=found)


def _larger_found(found: Found) -> Found:
    return found._replace(ends=_twice(found.ends), items=_twice(found.items), counts=_twice(found.counts))


def _twice(array: Array) -> Array:
    doubled = np.empty(2 * array.size, dtype=array.dtype)
    doubled[: array.size] = array
    return doubled


@compiled
def report(task: Task, size: int, count: int) -> None:
    """Count or keep the set of the first `size` items of the prefix, which is in `count` orders."""
    if task.terms.counting:
        _tally(task, count)
    else:
        _keep(task, size, count)


@compiled
def report_closed(task: Task, size: int, count: int, alone: bool) -> None:
    """Report a closed set; of maximal ones only those that are `alone`: no frequent set holds more."""
    state, terms = task.room.state, task.terms
    if terms.kind != MAXIMAL or terms.counting:
        report(task, size, count)
        return
    state[VISITED] += 1
    if state[VISITED] > terms.most:
        state[STATUS] = TOO_MANY
    elif alone:
        report(task, size, count)


@compiled
def _tally(task: Task, count: int) -> None:
    state, histogram = task.room.state, task.room.found.histogram
    histogram[count] += 1
    state[SETS] += 1
    while state[SETS] > task.terms.most:
        state[SETS] -= histogram[state[THRESHOLD]]
        state[THRESHOLD] += 1


@compiled
def _keep(task: Task, size: int, count: int) -> None:
    state, found = task.room.state, task.room.found
    number, end = state[SETS], state[ITEMS]
    if number == task.terms.most:
        state[STATUS] = TOO_MANY
    elif number == found.counts.size or end + size > found.items.size:
        state[STATUS] = FULL
    else:
        found.items[end : end + size] = np.sort(task.room.prefix[:size])
        found.counts[number] = count
        found.ends[number] = end + size
        state[SETS], state[ITEMS] = number + 1, end + size
