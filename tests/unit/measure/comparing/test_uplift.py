from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pairwell.measure.comparing.compare import Arm, Compared, compare
from pairwell.measure.comparing.uplift import (
    Floats,
    Ranking,
    advise,
    effects_by_rank,
    expect,
    last_and_rest,
    places,
    price,
    qini,
)

N = 6_000


def world(effect_of_a: float, effect_of_b: float, *, money: bool = False) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Two kinds of customers, and what an offer does to each; the second feature says nothing."""
    rng = np.random.default_rng(3)
    kind, noise, treated = rng.random(N) < 0.5, rng.standard_normal(N), rng.random(N) < 0.5
    expected = 0.3 + treated * np.where(kind, effect_of_a, effect_of_b)
    values = 10 * expected + rng.standard_normal(N) if money else (rng.random(N) < expected).astype(np.float64)
    return np.stack([np.ones(N), kind.astype(np.float64), noise], axis=1), values, treated


def advice(features: Floats, values: Floats, arm: NDArray[np.bool_]) -> tuple[str, tuple[float, float]]:
    ranking = expect(features, values, arm)
    overall = compare(Arm(above=values[arm]), Arm(above=values[~arm]))
    assert isinstance(overall, Compared)
    _, interval = qini(ranking, values, arm)
    return advise(overall, *last_and_rest(places(ranking), values, arm)), interval


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


def priced(cost: float) -> tuple[str, dict[str, float | None]]:
    """What is advised, and what each policy comes to, where one half gains .3 and the other .1."""
    features, values, arm = world(0.3, 0.1)
    ranking = expect(features, values, arm)
    overall = compare(Arm(above=values[arm]), Arm(above=values[~arm]))
    assert isinstance(overall, Compared)
    last, rest = last_and_rest(places(ranking), values, arm)
    found: dict[str, float | None] = {one.who: one.net for one in price(overall, rest, N, cost=cost)}
    return advise(overall, last, rest, cost=cost), found


@pytest.mark.parametrize(
    ("cost", "advised"), [(0.0, "everyone"), (0.05, "everyone"), (0.16, "leave_out_last"), (0.35, "no_one")]
)
def test_what_treating_costs_decides_whom_to_treat(cost: float, advised: str) -> None:
    assert priced(cost)[0] == advised


def test_each_policy_is_priced_by_what_it_costs() -> None:
    free, dear = priced(0.0)[1], priced(0.16)[1]

    assert dear["no_one"] == 0
    assert (free["everyone"] or 0) - (dear["everyone"] or 0) == pytest.approx(0.16)
    assert (free["leave_out_last"] or 0) - (dear["leave_out_last"] or 0) == pytest.approx(0.16 * 0.7)
    assert (dear["leave_out_last"] or 0) > (dear["everyone"] or 0)


def test_tenths_follow_the_ranking() -> None:
    features, values, arm = world(0.4, 0.0)
    groups = effects_by_rank(places(expect(features, values, arm)), values, arm)

    assert [group.units for group in groups] == [N // 10] * 10
    assert all(group.effect is not None for group in groups)
    assert min(group.effect or 0 for group in groups[:4]) > max(group.effect or 0 for group in groups[6:])


def perfect(values: Floats, arm: NDArray[np.bool_]) -> Ranking:
    return Ranking(scores=np.where(arm, values, -values)[None], folds=np.zeros((1, N), np.int64))


def test_a_perfect_ranking_has_a_qini_of_1() -> None:
    _, values, arm = world(0.2, 0.0)

    assert qini(perfect(values, arm), values, arm)[0] == pytest.approx(1)


def test_a_ranking_of_equals_has_a_qini_of_0_in_whatever_order_they_stand() -> None:
    _, values, arm = world(0.2, 0.0)
    order = np.argsort(~arm, kind="stable")
    ranking = Ranking(scores=np.zeros((1, N)), folds=np.zeros((1, N), np.int64))

    assert qini(ranking, values[order], arm[order])[0] == pytest.approx(0, abs=1e-12)


def test_where_all_gain_alike_the_interval_of_qini_holds_0() -> None:
    rng = np.random.default_rng(4)
    below = above = 0
    for _ in range(40):
        arm, kind = rng.random(1_000) < 0.5, rng.random(1_000) < 0.5
        values = (rng.random(1_000) < np.where(arm, 0.24, 0.2)).astype(np.float64)
        features = np.stack([np.ones(1_000), kind.astype(np.float64)], axis=1)
        low, high = qini(expect(features, values, arm), values, arm)[1]
        below, above = below + (high < 0), above + (low > 0)

    # Of 40 intervals of 95 % two miss it on average.
    assert below + above <= 6
