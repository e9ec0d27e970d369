from __future__ import annotations

import numpy as np
from tests.orders import as_baskets, orders_of

from pairwell.learn.baskets import slice_orders, thin


def test_an_item_counts_once_in_its_order() -> None:
    baskets = as_baskets(orders_of("aab", "b"))

    assert baskets.item_ids == ["a", "b"]
    assert baskets.sizes.tolist() == [2, 1]
    assert baskets.item_orders().tolist() == [1, 2]


def test_a_slice_keeps_the_numbers_of_items() -> None:
    baskets = slice_orders(as_baskets(orders_of("ab", "bc", "c")), 1, 3)

    assert baskets.sizes.tolist() == [2, 1]
    assert baskets.item_orders().tolist() == [0, 1, 2]


def test_small_orders_are_never_thinned() -> None:
    baskets = as_baskets(orders_of("abc", "ab"))

    assert thin(baskets, largest=3) == (baskets, 0)


def test_an_order_that_is_too_large_keeps_as_many_of_its_items_as_allowed() -> None:
    baskets = as_baskets(orders_of("ab", "abcdefgh", "cd"))

    thinned, cut = thin(baskets, largest=5)

    assert cut == 1
    assert thinned.sizes.tolist() == [2, 5, 2]
    assert np.all(np.diff(thinned.items[2:7]) > 0)


def test_every_item_of_a_large_order_can_be_drawn() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    baskets = as_baskets(orders_of(*(letters[start:] + letters[: start - 3] for start in range(3, 20))))

    thinned, _ = thin(baskets, largest=6)

    assert np.count_nonzero(thinned.item_orders()) > 10
