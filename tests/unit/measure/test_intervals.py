from __future__ import annotations

import math

import numpy as np
import pytest

from pairwell.measure.intervals import Interval, NotEstimable, Resampling, bootstrap_ratios


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
