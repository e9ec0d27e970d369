from __future__ import annotations

import random
from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from tests.orders import Order, as_baskets, orders_of, random_orders

from pairwell.learn.baskets import Baskets
from pairwell.learn.mining.counting import count_pairs


def _by_hand(orders: list[Order], weights: list[int]) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Every pair of every order, one by one."""
    together: Counter[tuple[str, str]] = Counter()
    weighed: Counter[tuple[str, str]] = Counter()
    for order, weight in zip(orders, weights, strict=True):
        for pair in permutations(sorted(set(order.items)), 2):
            together[pair] += 1
            weighed[pair] += weight
    return together, weighed


def _counted(baskets: Baskets, weights: list[int], piece: int) -> tuple[Counter[tuple[str, str]], ...]:
    together: Counter[tuple[str, str]] = Counter()
    weighed: Counter[tuple[str, str]] = Counter()
    for counts in count_pairs(baskets, np.array(weights, dtype=np.int64), piece=piece):
        for place, (anchor, add_on) in enumerate(zip(counts.anchors, counts.add_ons, strict=True)):
            pair = baskets.item_ids[anchor], baskets.item_ids[add_on]
            assert pair not in together
            together[pair] = int(counts.together[place])
            weighed[pair] = int(counts.weight[place])
    return together, weighed


@pytest.mark.parametrize("piece", [1, 7, 100, 1_000_000])
@pytest.mark.parametrize("seed", range(3))
def test_counts_and_weights_are_those_counted_by_hand(seed: int, piece: int) -> None:
    rng = random.Random(seed)
    orders = random_orders(rng, orders=60, items=12)
    weights = [rng.randrange(1 << 20) for _ in orders]

    assert _counted(as_baskets(orders), weights, piece) == _by_hand(orders, weights)


def test_an_order_without_weight_is_still_counted() -> None:
    together, weighed = _counted(as_baskets(orders_of("ab")), [0], 10)

    assert together["a", "b"] == 1
    assert weighed["a", "b"] == 0


def test_orders_of_single_items_make_no_pair() -> None:
    together, _ = _counted(as_baskets(orders_of("a", "b")), [1, 1], 10)

    assert not together
