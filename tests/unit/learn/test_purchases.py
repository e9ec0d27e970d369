from __future__ import annotations

import random

import numpy as np
import pytest
from tests.orders import as_baskets, random_orders

from pairwell.learn.blocks import in_blocks
from pairwell.learn.purchases import NUMBER, NUMBER_BITS, list_purchases


@pytest.mark.parametrize("threads", [1, 2])
def test_lines_are_by_customer_item_and_order(threads: int) -> None:
    baskets = as_baskets(random_orders(random.Random(2), orders=500, items=30))
    rng = np.random.default_rng(2)
    customers = np.where(rng.random(500) < 0.3, 4, rng.integers(-1, 9, 500))  # one buys more than all others
    owners, orders = np.repeat(customers, baskets.sizes), np.repeat(np.arange(500), baskets.sizes)

    found = list_purchases(baskets, customers, 10, threads)

    for customer in range(10):
        own = slice(int(found.rooms[customer]), int(found.rooms[customer + 1]))
        placed = found.orders[found.starts[customer] + (found.lines[own] & NUMBER)]
        expected = sorted(zip(baskets.items[owners == customer], orders[owners == customer], strict=True))
        assert list(zip(found.lines[own] >> NUMBER_BITS, placed, strict=True)) == expected
        assert found.distinct[customer] == len({item for item, _ in expected})


def test_nobody_bought_anything() -> None:
    found = list_purchases(as_baskets([]), np.empty(0, dtype=np.int64), 2)

    assert found.starts.tolist() == found.rooms.tolist() == [0, 0, 0]


@pytest.mark.parametrize("length", [0, 1, 99, 1_000, 100_000])
def test_blocks_are_the_whole_range(length: int) -> None:
    seen = np.zeros(length, dtype=np.int64)

    def see(first: int, last: int) -> None:
        seen[first:last] += 1

    in_blocks(see, length)

    assert (seen == 1).all()
