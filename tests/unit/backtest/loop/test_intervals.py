from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_ind

from pairwell.backtest.loop.intervals import Mean, NotEstimable, difference_of, mean_of


def test_the_interval_of_a_mean_is_scipys() -> None:
    values = [3.1, 2.4, 5.9, 4.4, 1.0]
    found = mean_of(values)
    low, high = ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert isinstance(found, Mean)
    assert (found.value, found.low, found.high) == pytest.approx((np.mean(values), low, high))


def test_the_interval_of_a_difference_is_scipys() -> None:
    rng = np.random.default_rng(3)
    ones, others = rng.normal(2.0, 5.0, 40), rng.normal(0.0, 1.0, 7)
    found = difference_of(ones, others, level=0.9)
    low, high = ttest_ind(ones, others, equal_var=False).confidence_interval(0.9)
    assert isinstance(found, Mean)
    assert (found.low, found.high) == pytest.approx((low, high))


def test_one_value_has_no_interval() -> None:
    assert mean_of([1.0]) == NotEstimable()
    assert difference_of(np.array([1.0]), np.array([1.0, 2.0])) == NotEstimable()


def test_what_never_varies_has_an_interval_without_width() -> None:
    found = difference_of(np.ones(5), np.zeros(4))
    assert isinstance(found, Mean)
    assert found.low == found.high == 1.0
