"""The best items of many rows, kept while items go by in any order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import inlined, tight

_LAST_ITEM = 0xFFFFFFFF


class Ranking(NamedTuple):
    """`items[row]` and `score[row]`, best first; -1 ends a short row."""

    items: Array  # int32, rows x width
    score: Array  # float32


def no_best(rows: int, width: int) -> Array:
    """Room for `width` keys of each row: heaps with the lowest key at the root, 0 where nothing is yet."""
    return np.zeros((rows, width), dtype=np.int64)


@inlined
def key_of(score: float, item: int) -> int:
    """What items are ranked by: the score, 0 or above and as a 32-bit float; among equals the lower number."""
    return int((np.int64(np.float32(score).view(np.int32)) << 32) + (_LAST_ITEM - item))


@inlined
def score_of(key: int) -> float:
    """The score of a key."""
    return float(np.int32(key >> 32).view(np.float32))


@tight
def offer(best: Array, row: int, key: int) -> None:
    """Keep a key if it is among the best of `row` so far."""
    width = best.shape[1]
    if width == 0 or key <= best[row, 0]:
        return
    place, below = 0, 1
    while below < width:
        if below + 1 < width and best[row, below + 1] < best[row, below]:
            below += 1
        if best[row, below] >= key:
            break
        best[row, place] = best[row, below]
        place, below = below, 2 * below + 1
    best[row, place] = key


@tight
def keep_highest(keys: Array, n_keys: int, n: int) -> int:
    """Bring the `n` highest of the first `n_keys`, at least so many, to the front, in any order; the lowest of them.

    Source: Hoare 1961 (Find).
    """
    first, last, wanted = 0, n_keys - 1, n - 1
    while first < last:
        pivot = keys[(first + last) // 2]
        left, right = first, last
        while left <= right:
            while keys[left] > pivot:
                left += 1
            while keys[right] < pivot:
                right -= 1
            if left <= right:
                keys[left], keys[right] = keys[right], keys[left]
                left, right = left + 1, right - 1
        if right < wanted:
            first = left
        if wanted < left:
            last = right
    return int(keys[wanted])


def read_ranking(best: Array) -> Ranking:
    """What was kept, in order."""
    keys = -np.sort(-best, axis=1)
    items = np.where(keys > 0, _LAST_ITEM - (keys & _LAST_ITEM), -1).astype(np.int32)
    return Ranking(items, np.ascontiguousarray(keys >> 32, dtype=np.int32).view(np.float32))
