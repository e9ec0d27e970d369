"""Affinity is seen where it was planted, and seldom where it was not."""

from __future__ import annotations

import random

import pytest
from tests.orders import Order, as_baskets, orders_of

from pairwell.learn.mining.affinity import shows_affinity


def _by_chance(seed: int, orders: int) -> list[Order]:
    rng = random.Random(seed)
    menu, weights = "abcdefghijklmnop", range(20, 4, -1)
    return orders_of(*("".join(rng.choices(menu, weights, k=rng.randint(1, 4))) for _ in range(orders)), days_apart=0)


def _with_partners(seed: int, orders: int) -> list[Order]:
    rng = random.Random(seed)
    return orders_of(
        *(rng.choice(["ab", "cd", "ef", "gh"]) + rng.choice("ijklmnop") for _ in range(orders)), days_apart=0
    )


def test_chance_alone_is_taken_for_affinity_in_about_one_shop_of_forty() -> None:
    found = [shows_affinity(as_baskets(_by_chance(seed, 200))) for seed in range(100)]

    assert sum(found) <= 7


@pytest.mark.parametrize("orders", [40, 200])
def test_planted_partners_are_seen(orders: int) -> None:
    assert all(shows_affinity(as_baskets(_with_partners(seed, orders))) for seed in range(20))


@pytest.mark.parametrize("period", [2, 3, 4, 7])
def test_partners_that_take_turns_are_seen(period: int) -> None:
    turns = ["ab", "cd", "ef", "gh", "ij", "kl", "mn"][:period]

    assert shows_affinity(as_baskets(orders_of(*turns * (200 // period), days_apart=0)))


@pytest.mark.parametrize("baskets", [(), ("a",), ("ab",), ("ab", "ab"), ("a", "b", "a")])
def test_next_to_no_orders_are_an_answer_too(baskets: tuple[str, ...]) -> None:
    assert shows_affinity(as_baskets(orders_of(*baskets))) in {True, False}
