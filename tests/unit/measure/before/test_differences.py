from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.fft import dct
from statsmodels.regression.linear_model import OLS
from tests.unit.measure.before.worlds import series

from pairwell.measure.before.differences import difference, difference_by_group
from pairwell.measure.before.longrun import cosine_weights
from pairwell.measure.before.records import Parallel

BEFORE = 182


def test_the_effect_by_amount_is_the_interaction_of_a_regression() -> None:
    touched, compared = series(1)
    after = np.arange(touched.size) >= BEFORE
    side = np.repeat([1.0, 0.0], touched.size)
    late = np.tile(after.astype(float), 2)
    design = np.stack([np.ones(side.size), side, late, side * late], axis=1)

    found = difference(touched, compared, BEFORE, parallel="amount")

    assert found.effect == pytest.approx(OLS(np.concatenate([touched, compared]), design).fit().params[3])
    assert found.expected == pytest.approx(touched[BEFORE:].mean() - found.effect)


def test_a_published_difference_in_differences() -> None:
    """Card and Krueger 1994, table 3, rows 1 to 3: workers a restaurant, New Jersey against Pennsylvania."""
    found = difference(np.array([20.44, 21.03]), np.array([23.33, 21.17]), 1, parallel="amount")

    assert found.effect == pytest.approx(2.76, abs=0.011)  # of rounded means


def test_the_long_run_variance_is_that_of_the_first_cosines() -> None:
    strays = np.random.default_rng(2).normal(0, 1, 125)

    found = cosine_weights(strays)

    assert found == pytest.approx(dct(strays - strays.mean(), type=2, norm="ortho")[1:11])  # .4 x 125^(2/3) = 10


def test_errors_grow_with_the_memory_of_a_series() -> None:
    rng = np.random.default_rng(3)
    strays = rng.normal(0, 1, 700)
    remembered = np.zeros(700)
    for day in range(1, 700):
        remembered[day] = 0.7 * remembered[day - 1] + strays[day]
    flat = np.full(700, 100.0)

    errors = [difference(100 + one, flat, 500, parallel="amount").error for one in (strays, remembered)]

    assert errors[1] / errors[0] == pytest.approx(1 / (1 - 0.7), rel=0.4)


def test_by_share_it_does_not_matter_how_large_a_group_is() -> None:
    touched, compared = series(4)

    found = difference(touched, compared, BEFORE, parallel="share")
    other = difference(touched, 17 * compared, BEFORE, parallel="share")

    assert [found.effect, *found.ci] == pytest.approx([other.effect, *other.ci])
    lifted = np.where(np.arange(compared.size) < BEFORE, compared, 1.1 * compared)
    exact = difference(lifted, compared, BEFORE, parallel="share")
    assert exact.effect / exact.expected == pytest.approx(0.1)


def test_many_groups_are_compared_by_what_each_became() -> None:
    values = series(5, groups=24)

    found = difference_by_group(values[:12], values[12:], BEFORE, parallel="amount")

    moved = values[:, BEFORE:].mean(axis=1) - values[:, :BEFORE].mean(axis=1)
    welch = stats.ttest_ind(moved[:12], moved[12:], equal_var=False)
    low, high = welch.confidence_interval()
    assert found.effect == pytest.approx(12 * (moved[:12].mean() - moved[12:].mean()))
    assert [found.p_value, found.freedom] == pytest.approx([welch.pvalue, welch.df])
    assert found.ci == pytest.approx((12 * low, 12 * high))


def test_by_group_and_by_time_estimate_the_same() -> None:
    values = series(6, groups=24)
    parallels: tuple[Parallel, ...] = ("share", "amount")
    for parallel in parallels:
        by_group = difference_by_group(values[:12], values[12:], BEFORE, parallel=parallel)
        sums = values[:12].sum(axis=0), values[12:].sum(axis=0)
        assert by_group.effect == pytest.approx(difference(*sums, BEFORE, parallel=parallel).effect)
