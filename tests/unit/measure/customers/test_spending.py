"""Gamma-Gamma: recovery of what was planted, and where its assumption breaks."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.unit.measure.customers.planted import planted

from pairwell.measure.customers.spending import Spending, Spent, expected_value, fit_spending, spent_by
from pairwell.measure.customers.visits import make_visits
from pairwell.measure.unknown import NotKnown


def test_planted_parameters_are_found() -> None:
    model = fit_spending(spent_by(planted(np.random.default_rng(1))))

    assert isinstance(model, Spending)
    errors = np.sqrt(np.diag(model.covariance))
    assert (np.abs(model.logs - np.log([6.0, 4.0, 1_500.0])) < 3 * errors).all()


def test_the_currency_changes_nothing_but_the_scale() -> None:
    visits = planted(np.random.default_rng(2), customers=500)
    dear = msgspec.structs.replace(visits, values=visits.values * 1_000)

    one, other = fit_spending(spent_by(visits)), fit_spending(spent_by(dear))

    assert isinstance(one, Spending)
    assert isinstance(other, Spending)
    assert [other.p, other.q, other.v] == pytest.approx([one.p, one.q, one.v * 1_000], rel=1e-4)


def test_the_first_purchase_does_not_count() -> None:
    spent = spent_by(make_visits(["a", "a", "a", "b"], np.array([1, 5, 9, 2]), np.array([1_000.0, 20, 40, 70])))

    assert spent.repeats.tolist() == [2, 0]
    assert spent.mean.tolist() == [30, 0]


def test_who_never_came_back_is_expected_to_spend_as_everybody() -> None:
    model = Spending(p=6.0, q=4.0, v=1_500.0, log_likelihood=0.0, customers=1, correlation=0.0)

    values = expected_value(model, Spent(repeats=np.array([0.0, 1.0, 400.0]), mean=np.array([0.0, 9_000.0, 9_000.0])))

    assert values[0] == pytest.approx(6.0 * 1_500 / 3.0)
    assert values[0] < values[1] < values[2]
    assert values[2] == pytest.approx(9_000, rel=0.01)


def test_values_that_rise_with_frequency_are_refused() -> None:
    rng = np.random.default_rng(3)
    repeats = rng.integers(1, 20, 400).astype(np.float64)

    found = fit_spending(Spent(repeats=repeats, mean=repeats * 100 * rng.gamma(20, 1 / 20, 400)))

    assert isinstance(found, NotKnown)
    assert found.reason == "value_depends_on_frequency"
    assert found.found > 0.8


@pytest.mark.parametrize(
    ("repeats", "mean", "reason"),
    [(1.0, 100.0, "too_few_repeats"), (3.0, 100.0, "values_alike")],
)
def test_too_little_to_learn_from_is_refused(repeats: float, mean: float, reason: str) -> None:
    found = fit_spending(Spent(repeats=np.full(200, repeats), mean=np.full(200, mean)))

    assert isinstance(found, NotKnown)
    assert found.reason == reason
