"""The K best add-ons of every item, kept while pairs go by in any order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import exchange, inlined, tight

_LOWEST = np.iinfo(np.int64).min
_HIGHEST = np.iinfo(np.int64).max
_LAST_ITEM = 0xFFFFFFFF
LEVEL = 32  # bits of a key below the level of its score


class Best(NamedTuple):
    """Heaps with the lowest key of an item at their root; item i's lies from `starts[i]` up to `starts[i + 1]`.

    A key is higher for a higher score, and among equal scores for a smaller number of the add-on, so that what is kept
    depends on the pairs alone: not on the order in which they come, nor on how many threads bring them.
    """

    starts: Array  # int64
    filled: Array  # int64: pairs kept of each item
    busy: Array  # int64: 1 while a thread changes the pairs of an item
    bar: Array  # int64: the key that a pair has to exceed
    keys: Array  # int64
    counts: Array  # int64: they go with the keys


def no_best(room: Array) -> Best:
    """Nothing kept yet, with room for as many pairs of each item as said."""
    whole = int(room.sum())
    return Best(
        starts=np.concatenate(([0], np.cumsum(room, dtype=np.int64))),
        filled=np.zeros(room.size, dtype=np.int64),
        busy=np.zeros(room.size, dtype=np.int64),
        bar=np.where(room > 0, _LOWEST, _HIGHEST),
        keys=np.empty(whole, dtype=np.int64),
        counts=np.empty(whole, dtype=np.int64),
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
def offer(best: Best, item: int, key: int, counts: int) -> None:
    """Keep a pair if it is among the best of `item` so far."""
    while exchange(best.busy, item, 1) == 1:
        pass
    start, size = best.starts[item], best.filled[item]
    if start + size < best.starts[item + 1]:
        best.filled[item] = size + 1
        _rise(best, start, start + size, (key, counts))
        if start + size + 1 == best.starts[item + 1]:
            best.bar[item] = best.keys[start]
    elif key > best.keys[start]:
        _sink(best, start, start + size, (key, counts))
        best.bar[item] = best.keys[start]
    exchange(best.busy, item, 0)


@tight
def _rise(best: Best, start: int, place: int, pair: tuple[int, int]) -> None:
    while place > start:
        above = start + ((place - start - 1) >> 1)
        if best.keys[above] < pair[0]:
            break
        _move(best, above, place)
        place = above
    best.keys[place], best.counts[place] = pair


@tight
def _sink(best: Best, start: int, stop: int, pair: tuple[int, int]) -> None:
    place = start
    below = place + 1
    while below < stop:
        if below + 1 < stop and best.keys[below + 1] < best.keys[below]:
            below += 1
        if best.keys[below] > pair[0]:
            break
        _move(best, below, place)
        place = below
        below = start + 2 * (place - start) + 1
    best.keys[place], best.counts[place] = pair


@tight
def _move(best: Best, source: int, target: int) -> None:
    best.keys[target] = best.keys[source]
    best.counts[target] = best.counts[source]


@tight
def sort(best: Best, first: int, last: int) -> None:
    """Bring the pairs of the items from `first` up to `last` into order, the best first; then none can be offered."""
    for item in range(first, last):
        start = best.starts[item]
        for stop in range(start + best.filled[item] - 1, start, -1):
            pair = best.keys[stop], best.counts[stop]
            _move(best, start, stop)
            _sink(best, start, stop, pair)


@tight
def unpack(key: int) -> tuple[float, int]:
    """The score and the add-on of a key."""
    bits = np.int32(key >> LEVEL)
    if bits < 0:
        bits ^= np.int32(0x7FFFFFFF)
    return float(np.int32(bits).view(np.float32)), _LAST_ITEM - (key & _LAST_ITEM)
