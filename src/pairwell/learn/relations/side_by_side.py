"""Rows of work shared among threads; each row belongs to one, so that their number changes no result."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import THREADS

_Found = TypeVar("_Found")
_BLOCKS = 4 * THREADS


def share_rows(starts: Array, work: Callable[[int, int], _Found], blocks: int = _BLOCKS) -> list[_Found]:
    """What `work(first, last)` gives for blocks of rows, in order; row i has `starts[i + 1] - starts[i]` to do."""
    goals = np.linspace(0, int(starts[-1]), blocks + 1)[1:-1]
    inner = np.searchsorted(starts, goals)
    bounds = sorted({0, *inner.tolist(), starts.size - 1})
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, bounds[:-1], bounds[1:]))
