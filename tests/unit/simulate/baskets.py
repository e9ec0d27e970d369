"""Counts by brute force, to hold a world against its own truth."""

from __future__ import annotations

import numpy as np

from pairwell.simulate.arrays import Floats
from pairwell.simulate.history import history
from pairwell.simulate.world import World


def count_together(world: World) -> tuple[Floats, Floats, int]:
    """Orders of the history with both of two items, with each item, and all."""
    lines = history(world)
    index = world.ground.catalogue.index
    items = np.array([index[each] for each in lines["item_id"].to_pylist()])
    orders = np.unique(np.array(lines["order_id"].to_pylist()), return_inverse=True)[1]
    n_orders = int(orders.max()) + 1
    together = np.zeros((len(index), len(index)))
    for chunk in range(0, n_orders, 4_000):
        inside = (orders >= chunk) & (orders < chunk + 4_000)
        baskets = np.zeros((4_000, len(index)), dtype=np.float32)
        baskets[orders[inside] - chunk, items[inside]] = 1.0
        together += baskets.T @ baskets
    alone = together.diagonal().copy()
    np.fill_diagonal(together, 0.0)
    return together, np.maximum(alone, 1.0), n_orders
