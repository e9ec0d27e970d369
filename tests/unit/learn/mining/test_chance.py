from __future__ import annotations

import math

import numpy as np
import pytest
from tests.orders import as_baskets, orders_of

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array
from pairwell.learn.mining.chance import Chance, above_floor, correct, expect, sure_effect, tail
from pairwell.learn.mining.tails import BINS, BINS_A_NAT


def _tail_by_hand(together: int, expected: float) -> float:
    return 1 - sum(math.exp(-expected) * expected**k / math.factorial(k) for k in range(together))


@pytest.mark.parametrize("together", [0, 1, 2, 5])
@pytest.mark.parametrize("expected", [0.01, 1.0, 4.5])
def test_the_tail_is_that_of_the_poisson_distribution(together: int, expected: float) -> None:
    found = tail(np.array([together]), np.array([expected]))[0]

    assert found == pytest.approx(_tail_by_hand(together, expected), abs=1e-14)


def test_chance_follows_the_sizes_of_baskets() -> None:
    chance = expect(as_baskets(orders_of("abc", "ab", "a")))

    # a: 3 lines, b: 2; sizes 3, 2, 1.
    assert chance.expected(np.array([0]), np.array([1]))[0] == pytest.approx(3 * 2 * (6 + 2) / 36)
    assert chance.possible == 3


def _corrected(tails: list[float], possible: float) -> Array:
    bins = np.bincount([int(-math.log(tail) * BINS_A_NAT) for tail in tails], minlength=BINS)
    chance = Chance(lines=np.empty(0), rate=0.0, possible=possible, seen_at_most=min(possible, 10))
    return correct(bins, chance)(np.array(tails))


def _at_most_a_bin_above(found: Array, exact: list[float]) -> bool:
    return bool(
        np.all(found >= exact) and np.all(found <= np.minimum(1.0, np.multiply(exact, math.exp(1 / BINS_A_NAT))))
    )


def test_adjusted_tails_are_those_of_benjamini_and_hochberg_or_slightly_above() -> None:
    # GrowthBook's test suite (MIT), table "Experiment statistics": .0245 is .02450, .2415 is .24150, .7532 is .75320.
    adjusted = _corrected([0.898, 0.138, 0.007, 0.964, 0.538, 0.006, 0.138], possible=7)

    assert _at_most_a_bin_above(adjusted, [0.964, 0.2415, 0.0245, 0.964, 0.7532, 0.0245, 0.2415])


def test_pairs_that_were_never_seen_count_as_well() -> None:
    assert _corrected([0.001, 0.002], possible=1_000).tolist() == [1.0, 1.0]
    assert _at_most_a_bin_above(_corrected([0.001, 0.002], possible=2), [0.002, 0.002])


def test_a_tail_too_large_to_have_been_counted_is_one() -> None:
    chance = Chance(lines=np.empty(0), rate=0.0, possible=10, seen_at_most=1)

    assert correct(np.zeros(BINS, dtype=np.int64), chance)(np.array([0.5, 0.0])).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(("together", "expected"), [(3, 0.5), (12, 3.0), (500, 250.0)])
def test_the_sure_effect_is_the_exact_lower_bound_over_chance(together: int, expected: float) -> None:
    effect = sure_effect(np.array([together]), np.array([expected]))[0]

    # At the lower bound, so many orders together or more have a chance of 5 %.
    assert tail(np.array([together]), np.array([effect * expected]))[0] == pytest.approx(0.05)
    assert effect < together / expected


def test_what_was_never_seen_together_has_no_effect() -> None:
    assert sure_effect(np.array([0, 3]), np.array([0.5, 0.0])).tolist() == [0.0, 0.0]


def test_the_floor_asks_for_enough_orders_a_small_tail_and_an_effect() -> None:
    together, effect = np.array([2, 5, 5, 1300]), np.array([200.0, 500.0, 500.0, 1.1])
    adjusted = np.array([0.0, 0.0, 0.02, 0.0])

    assert above_floor(together, effect, adjusted, Learn()).tolist() == [False, True, False, False]


def test_the_effect_decides_only_where_chance_expects_much() -> None:
    # Wherever a single pair passes the test at .01 and chance expects less than six, the effect passes too.
    expected = np.repeat(np.arange(0.05, 5.5, 0.05), 60)
    together = np.tile(np.arange(3, 63), 109)
    significant = tail(together, expected) <= 0.01

    passed = above_floor(together, sure_effect(together, expected), np.where(significant, 0.0, 1.0), Learn())

    assert passed.tolist() == significant.tolist()
