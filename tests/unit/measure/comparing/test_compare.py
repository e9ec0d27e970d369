from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pairwell.measure.comparing.compare import Arm, Compared, compare
from pairwell.measure.comparing.skewed import Unfit, equal_part, lots_by_place, lots_of


def arm(values: object, below: object = None) -> Arm:
    return Arm(
        above=np.asarray(values, dtype=np.float64), below=None if below is None else np.asarray(below, dtype=np.float64)
    )


def money(seed: int, n: int, buying: float = 1.0) -> Arm:
    rng = np.random.default_rng(seed)
    return arm(np.exp(rng.standard_normal(n)) * (rng.random(n) < buying))


def test_ten_units_an_arm_are_the_least() -> None:
    even = [1.0, 2.0] * 5

    assert compare(arm(even[:9]), arm(even)) == Unfit(reason="too_few_units", needed=10)
    assert isinstance(compare(arm(even), arm(even)), Compared)


def test_equal_values_have_no_spread() -> None:
    assert compare(arm([3.0] * 20), arm([3.0] * 20)) == Unfit(reason="no_spread")


def test_few_units_with_rare_large_values_are_refused_and_told_how_many_would_do() -> None:
    found = compare(money(1, 300, 0.1), money(2, 300, 0.1))

    assert isinstance(found, Unfit)
    assert found.reason == "too_skewed"
    assert found.needed is not None
    assert found.needed > 300


def test_six_buyers_do_not_foretell_how_many_millions_would_do() -> None:
    found = compare(money(1, 300, 0.02), money(2, 300, 0.02))
    assert found == Unfit(reason="too_skewed", needed=None)


def test_a_small_holdout_that_lacks_the_large_values_is_refused_by_those_of_the_others() -> None:
    holdout = arm([0.0] * 99 + [1.0])
    found = compare(arm([0.0] * 1_890 + [1_000.0] * 10), holdout)

    assert isinstance(found, Unfit)
    assert found.reason == "too_skewed"


def test_a_small_holdout_of_skewed_money_is_compared_with_an_equal_part() -> None:
    treated, control = money(1, 9_500), money(2, 500)
    found = compare(treated, control)

    assert isinstance(found, Compared)
    assert (found.method, found.treated.n, found.control.n) == ("equal_part", 500, 500)
    assert found.treated.value == treated.above[equal_part(lots_by_place(9_500), 500)].mean()
    assert compare(treated, control) == found


def test_an_equal_part_goes_on_where_the_arms_grow() -> None:
    for lots in (lots_by_place(19_000), lots_of(f"c{k}" for k in range(19_000))):
        half, whole = set(equal_part(lots[:9_500], 500)), set(equal_part(lots, 1_000))

        # Those at the edge change, as the lots lie by chance; drawn anew, one of twenty would stay.
        assert len(half & whole) > 440
        assert equal_part(lots[:9_500], 400).size == len(set(equal_part(lots[:9_500], 400)) & half) == 400


def test_an_equal_part_is_the_same_in_every_order() -> None:
    treated, control, order = money(1, 9_500), money(2, 500), np.random.default_rng(3).permutation(9_500)
    lots = lots_of(f"c{k}" for k in range(9_500))
    found, shuffled = (
        compare(Arm(above=treated.above[by], lots=lots[by]), control) for by in (np.arange(9_500), order)
    )

    assert isinstance(found, Compared)
    assert isinstance(shuffled, Compared)
    assert found.method == "equal_part"
    assert shuffled.treated.value == pytest.approx(found.treated.value, rel=1e-12)


def test_equal_arms_of_skewed_money_are_compared_whole() -> None:
    found = compare(money(1, 2_000), money(2, 2_000))

    assert isinstance(found, Compared)
    assert (found.method, found.treated.n) == ("all_units", 2_000)


def test_a_ratio_without_denominators_is_refused() -> None:
    found = compare(arm([0.0] * 20, [0.0] * 20), arm([1.0] * 20, [1.0] * 20))

    assert found == Unfit(reason="nothing_to_divide_by")


def test_a_ratio_of_a_handful_of_buyers_is_refused() -> None:
    orders = [1.0] * 12 + [0.0] * 288
    spend = [5.0, 7.0] * 6 + [0.0] * 288

    assert compare(arm(spend, orders), arm(spend, orders)) == Unfit(reason="too_few_to_divide_by")


def test_a_ratio_is_that_of_the_sums() -> None:
    found = compare(arm([6.0, 2.0] * 50, [3.0, 1.0] * 50), arm([2.0, 3.0] * 50, [1.0, 3.0] * 50))

    assert isinstance(found, Compared)
    assert (found.kind, found.treated.value, found.control.value) == ("ratio", 2.0, 1.25)


def test_no_relative_effect_over_nothing() -> None:
    found = compare(arm([1.0, 2.0] * 30), arm([-1.0, 1.0] * 30))

    assert isinstance(found, Compared)
    assert (found.relative, found.fieller) == (None, None)


def test_nothing_at_all_against_something_is_an_effect_without_a_relative_error() -> None:
    found = compare(arm([0.0] * 40), arm([0.0, 1.0, 2.0, 1.0] * 10))

    assert isinstance(found, Compared)
    assert found.absolute.value == -1.0
    assert found.relative is None


@pytest.mark.parametrize(("n", "given"), [(99, False), (100, True)])
def test_always_valid_intervals_begin_after_the_burn_in(n: int, given: bool) -> None:
    found = compare(arm(np.arange(n) % 7), arm(np.arange(n) % 5))

    assert isinstance(found, Compared)
    assert (found.always_valid is not None) == given


def test_the_always_valid_interval_is_the_wider_one() -> None:
    found = compare(arm(np.arange(5_000) % 7), arm(np.arange(5_000) % 5))

    assert isinstance(found, Compared)
    assert found.always_valid is not None
    assert found.always_valid.low < found.absolute.interval.low < found.absolute.interval.high < found.always_valid.high


@pytest.mark.parametrize(("lift", "approximate"), [(1.0, False), (1.1, False), (3.0, True), (1 / 3, True)])
def test_a_large_effect_on_a_few_large_values_is_approximate(lift: float, approximate: bool) -> None:
    treated, control = _wholesale(1), _wholesale(2)
    found = compare(arm(lift * treated), arm(control))

    assert isinstance(found, Compared)
    assert found.approximate == approximate


def test_a_large_effect_on_even_money_or_on_a_share_is_not_approximate() -> None:
    rng = np.random.default_rng(1)
    even = compare(arm(3 * rng.gamma(4, size=500)), arm(rng.gamma(4, size=500)))
    share = compare(arm([1.0] * 90 + [0.0] * 910), arm([1.0] * 30 + [0.0] * 970))

    assert isinstance(even, Compared)
    assert isinstance(share, Compared)
    assert (even.approximate, share.approximate) == (False, False)


def test_an_effect_on_uneven_money_that_nothing_bounds_is_approximate() -> None:
    losses = _wholesale(2)
    found = compare(arm(_wholesale(1)), arm(losses - losses.mean()))

    assert isinstance(found, Compared)
    assert (found.fieller, found.approximate) == (None, True)


def _wholesale(seed: int) -> NDArray[np.float64]:
    """Everybody buys, one in fifty for thirty times as much."""
    rng = np.random.default_rng(seed)
    return np.exp(0.6 * rng.standard_normal(2_500)) * np.where(rng.random(2_500) < 0.02, 30.0, 1.0)
