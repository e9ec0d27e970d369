from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pairwell.measure.comparing.compare import Arm, Compared, compare
from pairwell.measure.comparing.uplift import Floats, advise, effects_by_rank, expect, last_and_rest, qini

N = 6_000


def world(effect_of_a: float, effect_of_b: float, *, money: bool = False) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Two kinds of customers, and what an offer does to each; the second feature says nothing."""
    rng = np.random.default_rng(3)
    kind, noise, treated = rng.random(N) < 0.5, rng.standard_normal(N), rng.random(N) < 0.5
    expected = 0.3 + treated * np.where(kind, effect_of_a, effect_of_b)
    values = 10 * expected + rng.standard_normal(N) if money else (rng.random(N) < expected).astype(np.float64)
    return np.stack([np.ones(N), kind.astype(np.float64), noise], axis=1), values, treated


def advice(features: Floats, values: Floats, arm: NDArray[np.bool_]) -> tuple[str, tuple[float, float]]:
    scores = expect(features, values, arm)
    overall = compare(Arm(above=values[arm]), Arm(above=values[~arm]))
    assert isinstance(overall, Compared)
    _, interval = qini(scores, values, arm)
    return advise(overall, *last_and_rest(scores, values, arm)), interval


@pytest.mark.parametrize("money", [False, True])
def test_those_whom_it_harms_are_left_out(money: bool) -> None:
    found, interval = advice(*world(0.2, -0.1, money=money))

    assert (found, interval[0] > 0) == ("leave_out_last", True)


def test_where_all_gain_nobody_is_left_out_though_some_gain_more() -> None:
    found, interval = advice(*world(0.4, 0.15))

    assert (found, interval[0] > 0) == ("everyone", True)


def test_where_all_gain_alike_the_ranking_is_worth_nothing() -> None:
    found, interval = advice(*world(0.2, 0.2))

    assert found == "everyone"
    assert interval[0] <= 0


@pytest.mark.parametrize("money", [False, True])
def test_where_it_harms_all_nobody_is_treated_though_some_lose_less(money: bool) -> None:
    found, interval = advice(*world(-0.08, -0.28, money=money))

    assert (found, interval[0] > 0) == ("no_one", True)


def test_nobody_is_left_out_who_is_not_shown_to_lose() -> None:
    assert advice(*world(0.3, 0.0))[0] == "everyone"


def test_where_nobody_gains_nobody_is_treated() -> None:
    assert advice(*world(0.0, 0.0))[0] == "no_one"


def test_tenths_follow_the_ranking() -> None:
    features, values, arm = world(0.4, 0.0)
    groups = effects_by_rank(expect(features, values, arm), values, arm)

    assert [group.units for group in groups] == [N // 10] * 10
    assert all(group.effect is not None for group in groups)
    assert min(group.effect or 0 for group in groups[:4]) > max(group.effect or 0 for group in groups[6:])


def test_a_perfect_ranking_has_a_qini_of_1() -> None:
    _, values, arm = world(0.2, 0.0)

    assert qini(np.where(arm, values, -values), values, arm)[0] == pytest.approx(1)
