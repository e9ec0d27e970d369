from __future__ import annotations

import math

import numpy as np
import pytest

from pairwell.measure.interval import Interval
from pairwell.measure.intervals import (
    FEWEST_CUSTOMERS,
    FEWEST_FOR_MONEY,
    NotEstimable,
    Resampling,
    Spread,
    bootstrap_ratios,
    clustered_share,
    mean_interval,
    ratio_interval,
    share_interval,
    zero_p_value,
)


def _means(values: np.ndarray, **resampling: int) -> list[Interval]:
    found = bootstrap_ratios(values, np.ones(values.shape), Resampling(**resampling))
    return [interval for interval in found if isinstance(interval, Interval)]


def test_the_interval_of_a_mean_is_about_two_standard_errors_wide() -> None:
    values = np.random.default_rng(1).normal(10, 3, size=(2_000, 1))

    (interval,) = _means(values)

    error = values.std() / math.sqrt(2_000)
    assert interval.low == pytest.approx(values.mean() - 1.96 * error, abs=0.25 * error)
    assert interval.high == pytest.approx(values.mean() + 1.96 * error, abs=0.25 * error)


def test_equal_seeds_give_equal_intervals_and_others_do_not() -> None:
    values = np.random.default_rng(2).normal(size=(300, 2))

    assert _means(values, seed=5) == _means(values, seed=5)
    assert _means(values, seed=5) != _means(values, seed=6)


def test_a_constant_has_no_width() -> None:
    assert _means(np.full((50, 1), 0.25)) == [Interval(0.25, 0.25)]


def test_a_ratio_is_weighted() -> None:
    hits, revenue = np.array([[1.0], [0.0]] * 500), np.array([[3.0], [1.0]] * 500)

    (interval,) = bootstrap_ratios(hits * revenue, revenue, Resampling())

    assert isinstance(interval, Interval)
    assert interval.low < 0.75 < interval.high
    assert interval.high - interval.low < 0.1


def test_nothing_to_divide_by_has_no_interval() -> None:
    weights = np.column_stack([np.zeros(5), np.ones(5)])

    found = bootstrap_ratios(np.ones((5, 2)), weights, Resampling(replicates=10))

    assert found == [NotEstimable("nothing_to_divide_by"), Interval(1.0, 1.0)]


@pytest.mark.slow
def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    rng = np.random.default_rng(3)
    held = 0
    for seed in range(200):
        (interval,) = _means(rng.binomial(1, 0.2, size=(300, 1)).astype(float), seed=seed, replicates=400)
        held += interval.low <= 0.2 <= interval.high
    assert 180 <= held <= 199


def test_the_interval_of_a_share_is_wilsons() -> None:
    interval = share_interval(15 / 148, 148)  # Newcombe 1998, Statistics in Medicine 17, table I

    assert (interval.low, interval.high) == pytest.approx((0.0624, 0.1605), abs=0.0001)
    assert share_interval(0, 0) == Interval(0.0, 1.0)
    assert share_interval(0, 20).low == 0.0
    assert share_interval(1, 20).high == 1.0


@pytest.mark.parametrize("sigma", [0.5, 1.0, 1.5])
def test_skewed_money_is_held_from_the_fewest_customers_on(sigma: float) -> None:
    rng, runs = np.random.default_rng(4), 2_000
    found = [mean_interval(rng.lognormal(3, sigma, FEWEST_FOR_MONEY), fewest=FEWEST_FOR_MONEY) for _ in range(runs)]
    truth = math.exp(3 + sigma**2 / 2)
    inside = sum(one is not None and one.low <= truth <= one.high for one in found)
    assert inside / runs >= 0.90  # the plain interval: 0.82 at sigma 1.5


def test_counts_of_customers_are_held_from_the_fewest_on() -> None:
    rng, runs = np.random.default_rng(5), 2_000
    found = [mean_interval(rng.geometric(0.5, FEWEST_CUSTOMERS)) for _ in range(runs)]
    inside = sum(one is not None and one.low <= 2 <= one.high for one in found)
    assert 0.93 <= inside / runs <= 0.97


@pytest.mark.parametrize(("customers", "share"), [(50, 0.02), (100, 0.01), (300, 0.01), (1_000, 0.003), (20, 0.5)])
def test_rare_shares_are_held_as_often_as_said(customers: int, share: float) -> None:
    counts, runs = np.random.default_rng(6).binomial(customers, share, 4_000).tolist(), 4_000
    found = [
        clustered_share(Spread(units=customers, above=n, below=customers, square=n * (customers - n) / customers))
        for n in counts
    ]
    assert sum(one.low <= share <= one.high for one in found) / runs >= 0.92


def test_shares_of_orders_that_customers_repeat_are_held() -> None:
    rng, runs, inside = np.random.default_rng(7), 2_000, 0
    for _ in range(runs):
        orders = 1 + rng.poisson(3, 60)
        added = rng.binomial(orders, rng.beta(0.5, 4.5, 60))
        ratio = added.sum() / orders.sum()
        square = float(np.sum((added - ratio * orders) ** 2))
        found = clustered_share(Spread(units=60, above=int(added.sum()), below=int(orders.sum()), square=square))
        inside += found.low <= 0.1 <= found.high
    assert inside / runs >= 0.92  # orders taken for independent: 0.88


def test_what_cannot_be_judged_has_no_interval() -> None:
    assert mean_interval(np.arange(FEWEST_CUSTOMERS - 1.0)) is None
    assert mean_interval(np.full(100, 9.99)) is None  # nothing says how far others may be


@pytest.mark.parametrize("cube", [-9e8, 0.0, 9e8])
@pytest.mark.parametrize("above", [-15_000.0, -30.0, 0.0, 1_000.0, 15_000.0])
def test_a_p_value_is_below_five_per_cent_where_the_interval_holds_no_zero(above: float, cube: float) -> None:
    for share in np.linspace(0.05, 2, 60):
        spread = Spread(units=60, above=above * share, below=1.0, square=1e6 * 9, cube=cube)
        found = ratio_interval(spread)
        assert found is not None
        assert (zero_p_value(spread) < 0.05) == (found.low > 0 or found.high < 0)


def test_units_that_are_all_alike_differ_from_zero_unless_they_are_zero() -> None:
    assert zero_p_value(Spread(units=60, above=60.0, below=60.0, square=0.0)) == 0.0
    assert zero_p_value(Spread(units=60, above=0.0, below=60.0, square=0.0)) == 1.0
