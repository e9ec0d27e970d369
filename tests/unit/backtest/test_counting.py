from __future__ import annotations

import random
from collections import Counter
from itertools import permutations

import pytest
from tests.orders import Order, as_baskets, orders_of, random_orders

from pairwell.backtest.counting import count_pairs
from pairwell.learn.baskets import Baskets


def _by_hand(orders: list[Order]) -> Counter[tuple[str, str]]:
    """Every pair of every order, one by one."""
    return Counter(pair for order in orders for pair in permutations(sorted(set(order.items)), 2))


def _counted(baskets: Baskets, piece: int) -> Counter[tuple[str, str]]:
    together: Counter[tuple[str, str]] = Counter()
    for counts in count_pairs(baskets, piece=piece):
        for place, (anchor, add_on) in enumerate(zip(counts.anchors, counts.add_ons, strict=True)):
            pair = baskets.item_ids[anchor], baskets.item_ids[add_on]
            assert pair not in together
            together[pair] = int(counts.together[place])
    return together


@pytest.mark.parametrize("piece", [1, 7, 100, 1_000_000])
@pytest.mark.parametrize("seed", range(3))
def test_counts_are_those_counted_by_hand(seed: int, piece: int) -> None:
    orders = random_orders(random.Random(seed), orders=60, items=12)

    assert _counted(as_baskets(orders), piece) == _by_hand(orders)


def test_orders_of_single_items_make_no_pair() -> None:
    assert not _counted(as_baskets(orders_of("a", "b")), 10)
