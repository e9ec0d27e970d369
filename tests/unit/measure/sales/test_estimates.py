"""Intervals of ratios over customers."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pairwell.measure.interval import Interval
from pairwell.measure.intervals import (
    FEWEST_CUSTOMERS,
    Resampling,
    Spread,
    bootstrap_ratios,
    ratio_interval,
)
from pairwell.measure.sales.estimates import rounded

Numbers = NDArray[np.float64]


def _spread(above: Numbers, below: Numbers) -> Spread:
    apart = above - above.sum() / below.sum() * below
    return Spread(
        units=above.size,
        above=float(above.sum()),
        below=float(below.sum()),
        square=float(np.sum(apart**2)),
        cube=float(np.sum(apart**3)),
    )


def _customers(rng: np.random.Generator, n: int) -> tuple[Numbers, Numbers]:
    """Revenue and orders of customers of whom some buy often, and dearly each time."""
    orders = 1 + rng.poisson(2, n)
    taste = rng.lognormal(3, 0.5, n)
    return orders * taste, orders.astype(np.float64)


def test_it_agrees_with_the_bootstrap_over_customers() -> None:
    above, below = _customers(np.random.default_rng(1), 2_000)
    found = ratio_interval(_spread(above, below))
    (other,) = bootstrap_ratios(above[:, None], below[:, None], Resampling(replicates=2_000))
    assert found is not None
    assert isinstance(other, Interval)
    assert [found.low, found.high] == pytest.approx([other.low, other.high], rel=0.01)


def test_it_holds_the_truth_as_often_as_it_says() -> None:
    rng, inside, runs = np.random.default_rng(2), 0, 2_000
    truth = float(np.exp(3 + 0.5**2 / 2))  # orders and taste are independent
    for _ in range(runs):
        found = ratio_interval(_spread(*_customers(rng, 300)))
        assert found is not None
        inside += found.low <= truth <= found.high
    assert 0.935 <= inside / runs <= 0.965


def test_few_customers_have_no_interval() -> None:
    assert ratio_interval(Spread(units=FEWEST_CUSTOMERS - 1, above=5, below=10, square=1)) is None
    assert ratio_interval(Spread(units=FEWEST_CUSTOMERS, above=5, below=10, square=1)) is not None


def test_quantities_do_not_tell_in_which_order_they_were_added() -> None:
    assert rounded((0.1 + 0.2) + 0.3) == rounded(0.1 + (0.2 + 0.3)) == 0.6
