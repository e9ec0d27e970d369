"""The K best add-ons of every item, kept while pairs go by in any order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import compiled


Pair = tuple[float, int, int]  # score, add-on, counts


class Best(NamedTuple):
    """Heaps with the worst kept pair of an item at their root; item i's lies from `starts[i]` up to `starts[i + 1]`.

    One pair is better than another if its score is higher, or equal with a smaller number of the add-on, so that what
    is kept does not depend on the order in which pairs come. `counts` go with the pairs.
    """

    starts: Array  # int64
    filled: Array  # int64: pairs kept of each item
    threshold: Array  # float64: score that a pair of an item must reach
    score: Array  # float64
    add_ons: Array  # int32
    counts: Array  # int64


def no_best(starts: Array) -> Best:
    """Room for as many pairs of each item as lie between its `starts`."""
    n_items, room = starts.size - 1, int(starts[-1])
    return Best(
        starts=starts,
        filled=np.zeros(n_items, dtype=np.int64),
        threshold=np.where(np.diff(starts) > 0, -np.inf, np.inf),
        score=np.empty(room, dtype=np.float64),
        add_ons=np.empty(room, dtype=np.int32),
        counts=np.empty(room, dtype=np.int64),
    )


@compiled
def offer(best: Best, item: int, pair: Pair) -> None:
    """Keep a pair if it is among the best of `item` so far; its score reaches the threshold."""
    start, size = best.starts[item], best.filled[item]
    score, add_on, _ = pair
    if start + size < best.starts[item + 1]:
        best.filled[item] = size + 1
        _rise(best, start, start + size, pair)
        if start + size + 1 == best.starts[item + 1]:
            best.threshold[item] = best.score[start]
    elif score > best.score[start] or add_on < best.add_ons[start]:
        _sink(best, start, start + size, pair)
        best.threshold[item] = best.score[start]


@compiled
def _worse(best: Best, place: int, score: float, add_on: int) -> bool:
    """Whether the pair at `place` is worse than another."""
    worse: bool = best.score[place] < score or (best.score[place] == score and best.add_ons[place] > add_on)
    return worse


@compiled
def _rise(best: Best, start: int, place: int, pair: Pair) -> None:
    score, add_on, counts = pair
    while place > start:
        above = start + (place - start - 1) // 2
        if not _worse(best, above, score, add_on):
            _move(best, above, place)
            place = above
        else:
            break
    _put(best, place, score, add_on, counts)


@compiled
def _sink(best: Best, start: int, stop: int, pair: Pair) -> None:
    score, add_on, counts = pair
    place = start
    below = place + 1
    while below < stop:
        if below + 1 < stop and _worse(best, below + 1, best.score[below], best.add_ons[below]):
            below += 1
        if not _worse(best, below, score, add_on):
            break
        _move(best, below, place)
        place = below
        below = start + 2 * (place - start) + 1
    _put(best, place, score, add_on, counts)


@compiled
def _put(best: Best, place: int, score: float, add_on: int, counts: int) -> None:
    best.score[place] = score
    best.add_ons[place] = add_on
    best.counts[place] = counts


@compiled
def _move(best: Best, source: int, target: int) -> None:
    best.score[target] = best.score[source]
    best.add_ons[target] = best.add_ons[source]
    best.counts[target] = best.counts[source]


@compiled
def merge(into: Best, other: Best, first: int, last: int) -> None:
    """Offer to `into` what `other` keeps of the items from `first` up to `last`."""
    for item in range(first, last):
        start = other.starts[item]
        for place in range(start, start + other.filled[item]):
            if other.score[place] >= into.threshold[item]:
                offer(into, item, (other.score[place], other.add_ons[place], other.counts[place]))


@compiled
def sort(best: Best, first: int, last: int) -> None:
    """Bring the pairs of the items from `first` up to `last` into order, the best first; then nothing can be offered."""
    for item in range(first, last):
        start = best.starts[item]
        for stop in range(start + best.filled[item] - 1, start, -1):
            last_pair = best.score[stop], best.add_ons[stop], best.counts[stop]
            _move(best, start, stop)
            _sink(best, start, stop, last_pair)
