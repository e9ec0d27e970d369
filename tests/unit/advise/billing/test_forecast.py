"""Forecasts of a meter's use."""

from __future__ import annotations

import datetime as dt
from itertools import accumulate

import numpy as np
import pytest
from numpy.random import Generator

from pairwell.advise.billing.compare import NotKnown
from pairwell.advise.billing.forecast import Ahead, forecast

MAY = dt.date(2026, 5, 1)


def ahead(quantities: list[float], months: int = 3) -> tuple[Ahead, ...]:
    found = forecast(quantities, MAY, months)
    assert not isinstance(found, NotKnown)
    return found


def test_the_same_every_month_goes_on() -> None:
    assert ahead([7] * 6) == tuple(Ahead(MAY.replace(month=month), 7, 7, 7) for month in (5, 6, 7))


def test_growth_goes_on_and_fades() -> None:
    first, second, third = (one.expected for one in ahead([10, 20, 30, 40, 50, 60]))
    assert 60 < first < second < third
    assert 10 > first - 60 > second - first > third - second


def test_further_months_are_less_sure() -> None:
    found = ahead([10, 30, 15, 32, 11, 29])
    widths = [one.high - one.low for one in found]
    assert widths == sorted(widths)
    assert all(0 <= one.low <= one.expected <= one.high for one in found)


def test_use_never_falls_below_none() -> None:
    assert all(one.low >= 0 and one.expected >= 0 for one in ahead([50, 40, 30, 20, 10, 0], 12))


def test_with_two_years_a_season_comes_back() -> None:
    year = [10.0, 10, 10, 10, 10, 90, 90, 10, 10, 10, 10, 10]
    found = ahead([*year, *(one + 1 for one in year)], 12)
    assert [one.expected for one in found] == [one + 1 for one in year]


def test_too_few_months_are_refused() -> None:
    assert forecast([5, 6, 7], MAY, 3) == NotKnown("too_few_months", found=3)


def walk(rng: Generator, months: int) -> list[float]:
    return list(accumulate(rng.normal(1, 5, months - 1), initial=200.0))


def steady(rng: Generator, months: int) -> list[float]:
    return [float(one) for one in rng.poisson(50, months)]


@pytest.mark.parametrize("made", [walk, steady])
@pytest.mark.parametrize("months", [6, 12])
def test_intervals_hold_what_came_in_about_eight_of_ten_cases(made: object, months: int) -> None:
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(300):
        series = made(rng, months + 3)  # type: ignore[operator]
        found = ahead(series[:months])
        held += found[2].low <= series[-1] <= found[2].high
    assert 0.70 <= held / 300 <= 0.92
