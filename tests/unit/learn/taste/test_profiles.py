from __future__ import annotations

import random

import numpy as np
import pytest
from tests.orders import Order, as_baskets, orders_of

from pairwell.learn.taste.profiles import Profiles, make_profiles

HALF_LIFE = 1.0


def profiles_of(words: list[str], customers: list[int], n_customers: int) -> Profiles:
    return make_profiles(as_baskets(orders_of(*words)), np.array(customers), n_customers, HALF_LIFE)


def test_a_profile_counts_baskets_and_knows_the_first_and_the_last() -> None:
    found = profiles_of(["ab", "c", "b", "ba"], [1, 0, 1, 1], 3)

    assert found.offsets.tolist() == [0, 1, 3, 3]
    assert found.items.tolist() == [2, 0, 1]
    assert found.times.tolist() == [1, 2, 3]
    assert found.first.tolist() == [0, 0, 0]
    assert found.last.tolist() == [0, 2, 2]
    assert found.baskets.tolist() == [1, 3, 0]


def test_a_basket_counts_half_for_each_newer_one_within_the_half_life() -> None:
    found = profiles_of(["a", "b", "a"], [0, 0, 0], 1)

    assert found.habit.tolist() == pytest.approx([1.25, 0.5])
    assert found.span.tolist() == pytest.approx([1.75])


def test_orders_of_nobody_say_nothing() -> None:
    found = profiles_of(["ab", "a"], [-1, -1], 1)

    assert found.items.size == 0
    assert found.baskets.tolist() == [0]


def test_no_orders_make_empty_profiles() -> None:
    found = make_profiles(as_baskets([]), np.empty(0, dtype=np.int64), 2, HALF_LIFE)

    assert found.offsets.tolist() == [0, 0, 0]


def test_the_same_item_twice_in_an_order_is_one_purchase() -> None:
    found = make_profiles(as_baskets([Order("o", ("a", "a"))]), np.array([0]), 1, HALF_LIFE)

    assert found.times.tolist() == [1]


def by_hand(orders: list[Order], customers: list[int], customer: int) -> list[tuple[int, int, int, int, float]]:
    """Item, times, first, last and habit of each item of a customer."""
    baskets = [order.items for order, owner in zip(orders, customers, strict=True) if owner == customer]
    found = []
    for item in sorted({item for basket in baskets for item in basket}):
        numbers = [number for number, basket in enumerate(baskets) if item in basket]
        habit = sum(0.5 ** (len(baskets) - 1 - number) for number in numbers)
        found.append(("abcdefghijklmnopqrst".index(item), len(numbers), numbers[0], numbers[-1], habit))
    return found


@pytest.mark.parametrize("threads", [1, 2])
def test_profiles_are_what_counting_by_hand_finds(threads: int) -> None:
    rng = random.Random(4)
    orders = orders_of(*("".join(rng.sample("abcdefghijklmnopqrst", rng.randint(1, 9))) for _ in range(900)))
    customers = [rng.choice((-1, 0, 0, 0, 0, rng.randrange(300))) for _ in orders]  # one buys more than all others

    found = make_profiles(as_baskets(orders), np.array(customers), 301, HALF_LIFE, threads)

    for customer in range(301):
        row = slice(int(found.offsets[customer]), int(found.offsets[customer + 1]))
        columns = (found.items, found.times, found.first, found.last, found.habit)
        rows = zip(*(column[row].tolist() for column in columns), strict=True)
        assert [pytest.approx(one) for one in rows] == by_hand(orders, customers, customer)
