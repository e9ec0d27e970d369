from __future__ import annotations

import random
from itertools import permutations

import numpy as np
import pytest
from tests.orders import as_baskets, orders_of

from pairwell.learn.taste import company
from pairwell.learn.taste.company import find_company
from pairwell.learn.taste.profiles import Profiles, make_profiles


def random_profiles(seed: int, n_customers: int = 30, n_items: int = 12) -> Profiles:
    rng = random.Random(seed)
    words = ["".join(rng.sample("abcdefghijkl"[:n_items], rng.randint(1, 5))) for _ in range(3 * n_customers)]
    customers = np.array([rng.randrange(n_customers) for _ in words])
    return make_profiles(as_baskets([*orders_of(*words), *orders_of()]), customers, n_customers, 8.0)


def by_hand(profiles: Profiles, n_items: int, width: int) -> list[list[int]]:
    owners = np.repeat(np.arange(profiles.baskets.size), np.diff(profiles.offsets))
    buyers = [set(owners[profiles.items == item].tolist()) for item in range(n_items)]
    score = {
        (one, other): len(buyers[one] & buyers[other]) / (len(buyers[one]) ** 0.7 * len(buyers[other]) ** 0.3 + 5)
        for one, other in permutations(range(n_items), 2)
        if buyers[one] & buyers[other]
    }
    return [
        sorted((other for one, other in score if one == item), key=lambda other: (-score[item, other], other))[:width]
        for item in range(n_items)
    ]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("width", [1, 2, 4, 20])
def test_company_is_what_brute_force_finds(seed: int, width: int) -> None:
    profiles = random_profiles(seed)

    found = find_company(profiles, 12, width)

    rows = [[item for item in row if item >= 0] for row in found.items.tolist()]
    assert rows == by_hand(profiles, 12, width)


def test_threads_change_nothing() -> None:
    profiles = random_profiles(7)

    one, two = find_company(profiles, 12, 5, threads=1), find_company(profiles, 12, 5, threads=2)

    assert one.items.tobytes() == two.items.tobytes()
    assert one.score.tobytes() == two.score.tobytes()


def test_of_a_long_profile_only_the_newest_items_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(company, "_LONGEST", 2)
    profiles = make_profiles(as_baskets(orders_of("ab", "cd")), np.array([0, 0]), 1, 8.0)

    found = find_company(profiles, 4, 3)

    assert found.items.tolist() == [[-1, -1, -1], [-1, -1, -1], [3, -1, -1], [2, -1, -1]]
