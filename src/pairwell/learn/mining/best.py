"""The K best add-ons of every item, kept while pairs go by in any order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import exchange, inlined, release, tight

LEVEL = 32  # bits of a key below the level of its score
_LOWEST = np.iinfo(np.int64).min
_HIGHEST = np.iinfo(np.int64).max
_LAST_ITEM = 0xFFFFFFFF
_FIRST, _LAST, _FILLED, _BUSY = range(4)  # columns of `rooms`
_KEY, _COUNTS = range(2)  # columns of `pairs`


class Best(NamedTuple):
    """Room for some pairs of every item, found by its rank; once full, a heap with the lowest key at its root.

    A key is higher for a higher score, and among equal scores for a smaller number of the add-on, so that what is kept
    depends on the pairs alone: not on the order in which they come, nor on how many threads bring them.
    """

    bar: Array  # int64: the key that a pair of an item has to exceed
    rooms: Array  # int64, four an item: where its room begins and ends, the pairs in it, and 1 while a thread is there
    pairs: Array  # int64, two a pair: its key, and counts that go with it


def no_best(room: Array, items: Array) -> Best:
    """Nothing kept yet, with room for as many pairs of each item as said; `items` are those of each rank."""
    ends = np.cumsum(room, dtype=np.int64)
    rooms = np.zeros((items.size, 4), dtype=np.int64)
    rooms[:, _FIRST], rooms[:, _LAST] = (ends - room)[items], ends[items]
    return Best(
        bar=np.where(room[items] > 0, _LOWEST, _HIGHEST),
        rooms=rooms,
        pairs=np.empty((int(room.sum()), 2), dtype=np.int64),
    )


@inlined
def level_of(score: float) -> int:
    """A score, rounded to a 32-bit float, as a whole number that rises with it."""
    bits = np.int64(np.float32(score).view(np.int32))
    # Of two negative numbers the one with the larger magnitude is the smaller.
    return int(bits ^ 0x7FFFFFFF if bits < 0 else bits)


@inlined
def key_of(level: int, add_on: int) -> int:
    """What the pairs of one anchor are ranked by: the level of the score above the add-on."""
    return (level << LEVEL) + (_LAST_ITEM - add_on)


@tight
def unpack(key: int) -> tuple[float, int]:
    """The score and the add-on of a key."""
    bits = np.int32(key >> LEVEL)
    if bits < 0:
        bits ^= np.int32(0x7FFFFFFF)
    return float(np.int32(bits).view(np.float32)), _LAST_ITEM - (key & _LAST_ITEM)


@inlined
def offer(best: Best, item: int, key: int, counts: int) -> None:
    """Keep a pair if it is among the best of `item` so far."""
    while exchange(best.rooms, 4 * item + _BUSY, 1) == 1:
        pass
    _put(best, item, key, counts)
    release(best.rooms, 4 * item + _BUSY)


@tight
def offer_all(best: Best, item: int, chosen: Array, n_chosen: int) -> None:
    """Keep those of the pairs that are among the best of `item` so far."""
    while exchange(best.rooms, 4 * item + _BUSY, 1) == 1:
        pass
    for place in range(n_chosen):
        if chosen[place, _KEY] > best.bar[item]:
            _put(best, item, chosen[place, _KEY], chosen[place, _COUNTS])
    release(best.rooms, 4 * item + _BUSY)


@inlined
def _put(best: Best, item: int, key: int, counts: int) -> None:
    first, filled = best.rooms[item, _FIRST], best.rooms[item, _FILLED]
    if first + filled < best.rooms[item, _LAST]:
        best.pairs[first + filled, _KEY] = key
        best.pairs[first + filled, _COUNTS] = counts
        best.rooms[item, _FILLED] = filled + 1
        if first + filled + 1 == best.rooms[item, _LAST]:
            _heapify(best.pairs, first, first + filled + 1)
            best.bar[item] = best.pairs[first, _KEY]
    elif key > best.pairs[first, _KEY]:
        _sink(best.pairs, (first, first + filled), first, (key, counts))
        best.bar[item] = best.pairs[first, _KEY]


def most_room(best: Best) -> int:
    """Pairs that fit the largest room."""
    return int((best.rooms[:, _LAST] - best.rooms[:, _FIRST]).max(initial=0))


@inlined
def room_of(best: Best, item: int) -> int:
    """Pairs that fit the room of an item."""
    return int(best.rooms[item, _LAST] - best.rooms[item, _FIRST])


@inlined
def next_place(best: Best, item: int) -> int:
    """Where the next pair of an item would be kept, as long as there is room."""
    return int(best.rooms[item, _FIRST] + best.rooms[item, _FILLED])


@tight
def keep_highest(chosen: Array, n_chosen: int, room: int) -> int:
    """Bring the `room` pairs with the highest keys to the front, in any order; the lowest key among them.

    Source: Hoare 1961 (Find).
    """
    first, last, wanted = 0, n_chosen - 1, room - 1
    while first < last:
        pivot = chosen[(first + last) // 2, _KEY]
        left, right = first, last
        while left <= right:
            while chosen[left, _KEY] > pivot:
                left += 1
            while chosen[right, _KEY] < pivot:
                right -= 1
            if left <= right:
                _swap(chosen, left, right)
                left, right = left + 1, right - 1
        if right < wanted:
            first = left
        if wanted < left:
            last = right
    return int(chosen[wanted, _KEY])


@inlined
def _swap(chosen: Array, one: int, other: int) -> None:
    for column in range(2):
        chosen[one, column], chosen[other, column] = chosen[other, column], chosen[one, column]


@tight
def _heapify(pairs: Array, first: int, last: int) -> None:
    for back in range((last - first) // 2):
        place = first + (last - first) // 2 - 1 - back
        _sink(pairs, (first, last), place, (pairs[place, _KEY], pairs[place, _COUNTS]))


@tight
def _sink(pairs: Array, room: tuple[int, int], place: int, pair: tuple[int, int]) -> None:
    """Put a pair where `place` is, or below it where lower keys are."""
    first, last = room
    below = first + 2 * (place - first) + 1
    while below < last:
        if below + 1 < last and pairs[below + 1, _KEY] < pairs[below, _KEY]:
            below += 1
        if pairs[below, _KEY] > pair[0]:
            break
        pairs[place, _KEY], pairs[place, _COUNTS] = pairs[below, _KEY], pairs[below, _COUNTS]
        place = below
        below = first + 2 * (place - first) + 1
    pairs[place, _KEY], pairs[place, _COUNTS] = pair


@tight
def sort(best: Best, begin: int, end: int) -> None:
    """Bring the pairs of the items from `begin` up to `end` into order, the best first; then none can be offered."""
    for item in range(begin, end):
        first = best.rooms[item, _FIRST]
        last = first + best.rooms[item, _FILLED]
        if last < best.rooms[item, _LAST]:
            _heapify(best.pairs, first, last)
        for stop in range(last - 1, first, -1):
            pair = best.pairs[stop, _KEY], best.pairs[stop, _COUNTS]
            best.pairs[stop, _KEY], best.pairs[stop, _COUNTS] = best.pairs[first, _KEY], best.pairs[first, _COUNTS]
            _sink(best.pairs, (first, stop), first, pair)
