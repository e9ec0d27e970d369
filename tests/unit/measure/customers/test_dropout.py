"""BG/NBD: recovery of what was planted, against the closed formula, and where it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special
from tests.unit.measure.customers.planted import planted

from pairwell.measure.customers.dropout import Dropout, Habit, alive, expected_orders, fit_dropout, habits_of
from pairwell.measure.customers.visits import Array
from pairwell.measure.unknown import NotKnown

_MODEL = Dropout(r=0.243, alpha=4.414, a=0.793, b=2.426, log_likelihood=0.0, customers=1)


def _habit(repeats: list[float], recency: list[float], age: list[float]) -> Habit:
    return Habit(repeats=np.array(repeats), recency=np.array(recency), age=np.array(age), weights=np.ones(len(repeats)))


def _formula(model: Dropout, habit: Habit, weeks: float) -> Array:
    """Fader, Hardie and Lee 2005, eq. 10, as it is printed."""
    x, r, alpha, a, b = habit.repeats, model.r, model.alpha, model.a, model.b
    still = ((alpha + habit.age) / (alpha + habit.age + weeks)) ** (r + x)
    inside = special.hyp2f1(r + x, b + x, a + b + x - 1, weeks / (alpha + habit.age + weeks))
    gone = np.where(x > 0, a / (b + x - 1) * ((alpha + habit.age) / (alpha + habit.recency)) ** (r + x), 0)
    return np.asarray((a + b + x - 1) / (a - 1) * (1 - still * inside) / (1 + gone))


def test_expected_orders_equal_the_closed_formula() -> None:
    habit = _habit([0, 1, 2, 7, 20], [0, 3, 30.43, 30, 60], [10, 38.86, 38.86, 50, 61])

    assert expected_orders(_MODEL, habit, 39.0) == pytest.approx(_formula(_MODEL, habit, 39.0), rel=2e-4)


def test_nothing_overflows_for_who_buys_every_day() -> None:
    habit = _habit([3_000, 3_000], [3_000 / 7, 100], [3_000 / 7, 3_000 / 7])

    orders = expected_orders(_MODEL, habit, 52.0)

    assert np.isfinite(orders).all()
    assert orders[0] > 100
    assert orders[1] == pytest.approx(0.0, abs=1e-6)


def test_there_is_no_gap_where_a_is_one() -> None:
    habit = _habit([3], [20], [30])
    around = [Dropout(r=0.5, alpha=5.0, a=a, b=2.0, log_likelihood=0.0, customers=1) for a in (1 - 1e-6, 1.0, 1 + 1e-6)]

    assert np.ptp([expected_orders(model, habit, 52.0)[0] for model in around]) < 1e-4


def test_who_stays_away_longer_than_usual_is_likely_gone() -> None:
    chances = alive(_MODEL, _habit([0, 5, 5], [0, 50, 10], [52, 52, 52]))

    assert chances[0] == 1.0
    assert chances[1] > 0.7
    assert chances[2] < 0.1


def test_planted_parameters_are_found_within_their_errors() -> None:
    truth = np.log([0.6, 5.0, 0.8, 2.5])
    visits = planted(np.random.default_rng(4), customers=4_000)

    model = fit_dropout(habits_of(visits)[1])

    assert isinstance(model, Dropout)
    errors = np.sqrt(np.diag(model.covariance))
    assert (np.abs(model.logs - truth) < 3 * errors + 0.05).all()
    assert (errors < 0.5).all()


def test_weights_count_customers_that_are_alike() -> None:
    _, habit = habits_of(planted(np.random.default_rng(5), customers=400))
    twice = Habit(
        repeats=np.tile(habit.repeats, 2),
        recency=np.tile(habit.recency, 2),
        age=np.tile(habit.age, 2),
        weights=np.tile(habit.weights, 2),
    )
    weighted = Habit(repeats=habit.repeats, recency=habit.recency, age=habit.age, weights=2 * habit.weights)

    one, other = fit_dropout(twice), fit_dropout(weighted)

    assert isinstance(one, Dropout)
    assert isinstance(other, Dropout)
    assert one.logs == pytest.approx(other.logs, abs=1e-6)


@pytest.mark.parametrize(
    ("repeats", "reason"),
    [([0.0] * 80, "no_repeats"), ([1.0] * 30, "too_few_customers"), ([0.0] * 80 + [1.0] * 5, "too_few_repeats")],
)
def test_too_little_is_refused(repeats: list[float], reason: str) -> None:
    found = fit_dropout(_habit(repeats, [min(x, 1) * 3 for x in repeats], [30.0] * len(repeats)))

    assert isinstance(found, NotKnown)
    assert found.reason == reason
