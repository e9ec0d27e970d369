"""Rows shared among threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from pairwell.learn.compiled import THREADS

_BLOCKS = 64
_FEWEST_ROWS = 100  # of a block: each has scratch of its own to make


def in_blocks(task: Callable[[int, int], None], length: int, threads: int = THREADS) -> None:
    """Do `task(first, last)` for small parts of a range, so that one slow part does not hold up the others."""
    n_blocks = min(_BLOCKS, max(threads, length // _FEWEST_ROWS))
    bounds = np.unique(np.linspace(0, length, n_blocks + 1).astype(np.int64)).tolist()
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(task, first, last) for first, last in pairwise(bounds)]:
            done.result()
