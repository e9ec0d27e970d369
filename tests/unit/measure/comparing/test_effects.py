from __future__ import annotations

import pytest

from pairwell.measure.comparing.effects import absolute_effect, fieller, relative_effect
from pairwell.measure.comparing.moments import Moments


def moments(n: int, value: float, variance: float) -> Moments:
    return Moments(n=n, value=value, variance=variance, third=0.0)


def test_a_difference_with_equal_arms() -> None:
    # By hand: standard error sqrt(4/50 + 4/50) = .4, 98 degrees of freedom, t .975 = 1.984467.
    found = absolute_effect(moments(50, 3.0, 4.0), moments(50, 2.0, 4.0))

    assert (found.value, found.error, found.freedom) == pytest.approx((1.0, 0.4, 98.0))
    assert found.interval.low == pytest.approx(1 - 0.7937870, abs=1e-6)


def test_fieller_leaves_out_0_where_the_absolute_test_does() -> None:
    treated, control = moments(40, 6.0, 90.0), moments(40, 2.0, 60.0)

    assert absolute_effect(treated, control).interval.low > 0
    interval, by_delta = fieller(treated, control), relative_effect(treated, control).interval
    assert by_delta.low < 0
    assert interval is None or interval.low > 0


def test_nothing_bounds_a_relative_effect_where_the_control_may_be_0() -> None:
    assert fieller(moments(40, 6.0, 90.0), moments(40, 0.5, 60.0)) is None


def test_a_negative_control_that_gets_larger_is_a_rise() -> None:
    interval = fieller(moments(400, -1.0, 1.0), moments(400, -2.0, 1.0))

    assert interval is not None
    assert interval.low < 0.5 < interval.high
    assert interval.low > 0
    assert relative_effect(moments(400, -1.0, 1.0), moments(400, -2.0, 1.0)).value == pytest.approx(0.5)
