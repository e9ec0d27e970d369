from __future__ import annotations

import numpy as np
import pytest

from pairwell.measure.comparing.earlier import adjust_by_earlier

N = 2_000


def test_what_was_foreseeable_is_taken_out_and_the_effect_stays() -> None:
    rng = np.random.default_rng(1)
    before, arms = rng.normal(10, 3, N), np.arange(N) % 2
    values = 2 * before + rng.normal(0, 1, N) + 0.5 * arms
    found = adjust_by_earlier(values, before, arms)

    assert found is not None
    assert found.theta == pytest.approx(2, abs=0.05)
    assert found.variance_removed == pytest.approx(36 / 37, abs=0.01)
    assert found.values[arms == 1].mean() - found.values[arms == 0].mean() == pytest.approx(0.5, abs=0.15)
    assert found.values.mean() == pytest.approx(values.mean())


def test_theta_is_pooled_within_the_arms() -> None:
    # Between the arms the slope is that of the effect; within them it is 1.
    before = np.array([0.0, 1.0, 2.0, 3.0, 0.0, 1.0, 2.0, 3.0])
    arms = np.repeat([0, 1], 4)
    found = adjust_by_earlier(before + 100.0 * arms, before, arms)

    assert found is not None
    assert found.theta == pytest.approx(1)


def test_units_without_an_earlier_value_stay_in() -> None:
    rng = np.random.default_rng(2)
    arms, new = np.arange(N) % 2, rng.random(N) < 0.4
    earlier = rng.normal(10, 3, N)
    values = np.where(new, 1.0, earlier) + rng.normal(0, 0.5, N)
    found = adjust_by_earlier(values, np.where(new, np.nan, earlier), arms)

    assert found is not None
    assert not np.isnan(found.values).any()
    assert found.theta == pytest.approx(1, abs=0.05)  # those without one do not blur it
    assert found.variance_removed > 0.97


@pytest.mark.parametrize("before", [np.full(8, np.nan), np.full(8, 3.0)])
def test_nothing_is_taken_out_where_nothing_is_known(before: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    assert adjust_by_earlier(np.arange(8.0), before, np.arange(8) % 2) is None
