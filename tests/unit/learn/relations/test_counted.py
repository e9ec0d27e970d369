from __future__ import annotations

import random
from itertools import permutations

import numpy as np
from tests.orders import as_baskets, random_orders

from pairwell.learn.relations.counted import count_together
from pairwell.learn.relations.directed import direct


def test_orders_with_both_are_those_counted_one_by_one() -> None:
    orders = random_orders(random.Random(4), orders=120, items=12)
    baskets = as_baskets(orders)
    n_items = len(baskets.item_ids)
    ends = np.array([pair for pair in permutations(range(n_items), 2) if sum(pair) % 3], dtype=np.int64)
    pairs = direct(n_items, ends[:, 0], ends[:, 1])

    by_hand = [
        sum({baskets.item_ids[anchor], baskets.item_ids[target]} <= set(order.items) for order in orders)
        for anchor, target in zip(pairs.anchors.tolist(), pairs.targets.tolist(), strict=True)
    ]
    assert count_together(baskets, pairs).tolist() == by_hand
