"""What is found is corrected for how many were looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.special import ndtr

from pairwell.measure.findings import chances
from pairwell.measure.findings.chances import Pace, Tally, is_surely_below, much_above, much_below, surely_above
from pairwell.measure.findings.unoffered import find_unoffered
from pairwell.measure.offers.estimates import Estimate
from pairwell.measure.sales.goods import Together

CUSTOMERS = 400


def group(happened: int) -> Tally:
    """So many of 400 customers, each tried once."""
    return Tally(
        happened=np.repeat([1.0, 0.0], [happened, CUSTOMERS - happened]), tried=np.ones(CUSTOMERS, dtype=np.float64)
    )


def found_among(others: int) -> list[int]:
    """A group of twice the share of `others`, and of a p-value of about .006, among them."""
    return [one.group for one in much_above([group(24), *[group(12)] * others])]


def test_a_group_that_stands_out_alone_does_not_among_many() -> None:
    assert found_among(2) == [0]
    assert found_among(60) == []


def test_a_group_of_none_stands_out_below_where_enough_were_tried() -> None:
    few, many = (Tally(happened=np.zeros(n), tried=np.ones(n)) for n in (20, 106))
    [below] = much_below([group(60), many])
    assert (below.group, below.happened, below.tried, below.share.low) == (1, 0, 106, 0.0)
    assert 0.02 < below.share.high < 0.05
    assert much_below([group(52), few]) == []  # .87 ** 20 is .06, whatever the normal distribution says


def test_a_group_a_little_below_or_one_of_many_is_not_found() -> None:
    assert [one.group for one in much_below([group(60), group(18)])] == [1]
    assert much_below([group(60), group(30)]) == []  # half as often may earn twice as much
    assert much_below([group(60)]) == []  # there are no others
    assert much_below([group(2), *[group(7)] * 40]) == []  # p about .03 alone


def test_a_share_surely_above_a_bound_alone_is_not_among_many() -> None:
    # 35 of 400 where 1 in 16 is the bound: p .038 alone.
    bound = 1 / 16
    one = group(35)
    alone = float(ndtr(-(one.share - bound) / one.square() ** 0.5))

    assert 0.02 < alone < 0.05
    assert surely_above([one], bound) == [0]
    assert surely_above([one, *[group(25)] * 20], bound) == []


def test_an_interval_is_widened_for_as_many_as_were_looked_at() -> None:
    found = Estimate(value=0.02, low=0.01, high=0.03)

    assert is_surely_below(found, 0.031, among=1)
    assert not is_surely_below(found, 0.031, among=50)
    assert is_surely_below(found, 0.05, among=50)


def pairs(count: int) -> list[Together]:
    """The first of a p-value of about .02, the others as often together as chance has it."""
    rows = [
        Together(first=f"a{k}", second=f"b{k}", orders=10, first_orders=100, second_orders=100) for k in range(count)
    ]
    return [Together(first="a", second="b", orders=17, first_orders=100, second_orders=100), *rows]


def test_a_pair_that_stands_out_alone_does_not_among_many() -> None:
    def unoffered(of: Sequence[Together]) -> list[str]:
        return [one.pair.first for one in find_unoffered(of, (), orders=1_000, times=1.0, fewest=3)]

    assert unoffered(pairs(0)) == ["a"]
    assert unoffered(pairs(40)) == []


def test_nothing_is_found_where_nothing_differs() -> None:
    """Of 200 families of 30 groups alike one in twenty may find something, were it right; uncorrected most would."""
    rng = np.random.default_rng(5)
    corrected = uncorrected = 0
    for _ in range(200):
        groups = [
            Tally(happened=(rng.random(CUSTOMERS) < 0.05).astype(np.float64), tried=np.ones(CUSTOMERS))
            for _ in range(30)
        ]
        corrected += bool(surely_above(groups, 0.05))
        uncorrected += any(surely_above([one], 0.05) for one in groups)

    assert corrected <= 20
    assert uncorrected > 100


def test_the_share_that_may_be_chance_is_a_twentieth() -> None:
    assert pytest.approx(0.05) == chances.WRONG


def test_a_larger_holdout_shows_an_effect_sooner_and_a_smaller_one_in_the_same_time() -> None:
    pace = Pace(days=30, held=0.05, smallest=10.0)
    assert pace.days_to_show(10.0, 0.05) == 30
    assert pace.days_to_show(5.0, 0.05) == 120  # half the effect takes four times as long
    assert pace.days_to_show(10.0, 0.5) == 6  # .05 * .95 of .25
    assert pace.smallest_in(120, 0.05) == pytest.approx(5.0)
    assert pace.smallest_in(30, 0.5) == pytest.approx(10 * 0.19**0.5)
