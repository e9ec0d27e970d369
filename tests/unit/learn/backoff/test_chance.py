from __future__ import annotations

import numpy as np
import pytest
from tests.unit.learn.backoff.shops import LEARN, baskets_of

from pairwell.learn.backoff.chance import draws_of
from pairwell.learn.backoff.groups import associate
from pairwell.learn.backoff.levels import find_levels
from pairwell.learn.listings.catalogue import Listing


def test_drawn_by_chance_groups_meet_as_often_as_expected() -> None:
    rng = np.random.default_rng(1)
    sizes = rng.integers(1, 9, size=40_000)
    shares = np.array([0.5, 0.3, 0.15, 0.05])
    held = np.stack([np.isin(np.arange(4), rng.choice(4, size=size, p=shares)) for size in sizes])

    draws = draws_of(sizes, held.sum(axis=0))

    assert draws.chances == pytest.approx(shares, abs=0.005)
    for one, other in ((0, 1), (0, 3), (2, 3)):
        met = int((held[:, one] & held[:, other]).sum())
        (expected,) = draws.expected(np.array([one]), np.array([other]))
        assert met == pytest.approx(expected, rel=0.03)


def test_small_groups_meet_as_items_are_expected_to() -> None:
    sizes, orders = np.array([2, 3, 5] * 10_000), np.array([40, 90])

    (expected,) = draws_of(sizes, orders).expected(np.array([0]), np.array([1]))

    usual = 40 * 90 * (sizes * (sizes - 1)).sum() / sizes.sum() ** 2
    assert expected == pytest.approx(usual, rel=0.02)


def test_a_group_in_every_order_and_one_in_none() -> None:
    draws = draws_of(np.array([1, 2, 3]), np.array([3, 0]))

    assert draws.chances.tolist() == pytest.approx([1, 0], abs=1e-6)
    assert draws.expected(np.array([0]), np.array([1]))[0] < 1e-3


@pytest.mark.parametrize("groups", [2, 4, 12])
def test_where_nothing_goes_together_no_groups_do(groups: int) -> None:
    rng = np.random.default_rng(groups)
    listings = [Listing(item_id=f"i{number:02}", category=f"c{number % groups:02}") for number in range(48)]
    popular = rng.dirichlet(np.ones(48))
    orders = [
        [f"i{number:02}" for number in set(rng.choice(48, size=rng.integers(1, 8), p=popular).tolist())]
        for _ in range(8_000)
    ]
    (level,) = find_levels(listings)

    found = associate(level, baskets_of(listings, orders), LEARN)

    assert not found.pairs.above_floor.any()
