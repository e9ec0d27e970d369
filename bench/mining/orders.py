"""Orders like those of a shop, drawn by a seed: some items are bought far more often than others, some are long."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MEAN_SIZE = 6.0
TOPICS = 400
OF_TOPIC = 0.6  # share of the lines of an order with a topic that come from it


def draw_orders(lines: int, items: int, seed: int, *, topics: bool) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Offsets and items, distinct and ascending in each order; `lines` or so, sizes log-normal, items by Zipf's law.

    With `topics` an order draws 60 % of its lines from one of 400 parts of the range: items go together there.
    """
    rng = np.random.default_rng(seed)
    sizes = np.maximum(1, np.rint(rng.lognormal(np.log(MEAN_SIZE) - 0.32, 0.8, int(lines / MEAN_SIZE)))).astype(
        np.int64
    )
    order_of = np.repeat(np.arange(sizes.size), sizes)
    drawn = _zipf(rng, items, order_of.size)
    if topics:
        topic = _zipf(rng, TOPICS, sizes.size)[order_of]
        inside = rng.random(order_of.size) < OF_TOPIC
        width = items // TOPICS
        drawn = np.where(inside, _zipf(rng, width, order_of.size) * TOPICS + topic, drawn)
    names = rng.permutation(items)  # popular items stand anywhere in the catalogue
    keys = np.unique(order_of * items + names[drawn % items])
    order_of, item_of = np.divmod(keys, items)
    offsets = np.searchsorted(order_of, np.arange(sizes.size + 1))
    return offsets.astype(np.int64), item_of.astype(np.int32)


def _zipf(rng: np.random.Generator, n: int, draws: int) -> NDArray[np.int64]:
    shares = np.cumsum((np.arange(n) + 3.0) ** -0.9)
    return np.minimum(np.searchsorted(shares, rng.random(draws) * shares[-1]), n - 1)
