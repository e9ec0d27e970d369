from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, ttest_ind

from pairwell.measure.offers.estimates import (
    Estimate,
    Floats,
    Group,
    NotEstimable,
    compare,
    is_uneven,
    needed_units,
    share_of,
)


def _group(values: Floats, chance: float = 0.5) -> Group:
    return Group(values=values, weights=np.full(len(values), 1 / chance))


def test_of_symmetric_values_it_is_welchs_interval() -> None:
    rng = np.random.default_rng(3)
    ones, others = rng.normal(5, 1, 400), rng.normal(4, 2, 60)
    ones, others = (np.concatenate([some, 2 * some.mean() - some]) for some in (ones, others))
    found = compare(_group(ones, 0.8), _group(others, 0.2))
    usual = ttest_ind(ones, others, equal_var=False).confidence_interval(0.95)
    assert isinstance(found, Estimate)
    assert (found.low, found.high) == pytest.approx((usual.low, usual.high), rel=1e-6)


def test_a_small_group_of_skewed_values_reaches_further_where_its_mean_may_be_too_low() -> None:
    rng = np.random.default_rng(4)
    treated, held = rng.lognormal(3, 0.8, 4_000), rng.lognormal(3, 0.8, 200)
    found = compare(_group(treated, 0.95), _group(held, 0.05))
    assert isinstance(found, Estimate)
    assert found.value - found.low > 1.05 * (found.high - found.value)


def test_too_few_units_for_so_skewed_values_are_refused_with_how_many_it_takes() -> None:
    few = _group(np.arange(19.0))
    many = _group(np.arange(300.0))
    assert compare(many, few) == NotEstimable(reason="too_few", found=19, needed=20)
    assert compare(few, many) == NotEstimable(reason="too_few", found=19, needed=20)
    rare = _group(np.array([0.0] * 99 + [1_000.0]))
    refused = compare(rare, rare)
    assert isinstance(refused, NotEstimable)
    assert refused.needed == needed_units(rare, rare) > refused.found == 100
    assert compare(many, _group(np.empty(0))) == NotEstimable(reason="no_holdout", needed=20)
    assert compare(_group(np.empty(0)), many) == NotEstimable(reason="no_treated", needed=20)


def test_units_weigh_by_the_chance_of_their_arm() -> None:
    """Half the units, who spend 10, met a holdout of a tenth, half, who spend 20, one of a half; nothing was added."""
    treated = Group(
        values=np.repeat([9.0, 11.0, 19.0, 21.0], [450, 450, 250, 250]),
        weights=np.repeat([1 / 0.9, 1 / 0.5], [900, 500]),
    )
    held = Group(
        values=np.repeat([9.0, 11.0, 19.0, 21.0], [50, 50, 250, 250]), weights=np.repeat([1 / 0.1, 1 / 0.5], [100, 500])
    )
    found = compare(treated, held)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.0, abs=1e-9)
    assert held.values.mean() - treated.values.mean() > 4


def test_groups_without_any_spread_are_refused() -> None:
    none, some = _group(np.zeros(30)), _group(np.arange(300.0))
    for treated, held in ((some, none), (none, none), (none, some), (_group(np.full(40, 5.0)), none)):
        assert compare(treated, held) == NotEstimable(reason="no_spread", found=30)


@pytest.mark.parametrize(
    ("sizes", "buyers", "lift"),
    [((1_900, 100), 1.0, 1.0), ((3_800, 200), 0.5, 1.1)],
)
def test_the_interval_covers_the_truth_of_skewed_money(sizes: tuple[int, int], buyers: float, lift: float) -> None:
    """With a holdout of a twentieth, whose own skewness is nearly always too low."""
    rng = np.random.default_rng(11)

    def spent(n: int) -> Floats:
        return np.asarray((rng.random(n) < buyers) * rng.lognormal(3, 0.8, n))

    truth = (lift - 1) * buyers * np.exp(3 + 0.8**2 / 2)
    found = [compare(_group(lift * spent(sizes[0]), 0.95), _group(spent(sizes[1]), 0.05)) for _ in range(6_000)]
    told = [one for one in found if isinstance(one, Estimate)]
    covered = sum(one.low <= truth <= one.high for one in told)
    assert len(told) > 4_000
    assert binom.ppf(0.05, len(told), 0.95) <= covered <= binom.ppf(0.99, len(told), 0.96)


def test_a_lot_that_cannot_have_fallen_so_is_uneven() -> None:
    shares = np.full(1_000, 0.05)
    held = np.zeros(1_000, dtype=np.bool_)
    held[:50] = True
    assert not is_uneven(shares, held)
    held[:70] = True
    assert not is_uneven(shares, held)  # about one in two hundred
    held[:80] = True
    assert is_uneven(shares, held)
    assert is_uneven(shares, np.zeros(1_000, dtype=np.bool_))
    assert not is_uneven(np.empty(0), np.empty(0, dtype=np.bool_))


def test_a_share_of_tries_that_go_together_is_less_sure() -> None:
    alone = share_of(np.repeat([1.0, 0.0], [20, 80]), np.ones(100))
    together = share_of(np.repeat([5.0, 0.0], [4, 16]), np.full(20, 5.0))
    assert alone is not None
    assert together is not None
    assert alone.value == together.value == 0.2
    assert together.low < alone.low < 0.2 < alone.high < together.high
    assert (round(alone.low, 3), round(alone.high, 3)) == (0.133, 0.289)  # Wilson's interval of 20 in 100
    nothing = share_of(np.zeros(30), np.full(30, 3.0))
    assert nothing is not None
    assert nothing.low == 0.0
    assert 0.1 < nothing.high < 0.13  # as of 30 tries, not of 90
    assert share_of(np.zeros(3), np.zeros(3)) is None
