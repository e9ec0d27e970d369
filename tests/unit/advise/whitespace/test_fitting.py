from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from pairwell.advise.whitespace.fitting import fit, predict


def test_the_fit_is_where_the_penalised_likelihood_is_greatest() -> None:
    rng = np.random.default_rng(3)
    traits = (rng.random((200, 4)) < 0.4).astype(float)
    held = (rng.random(200) < 1 / (1 + np.exp(-(traits @ [1.5, -1.0, 0.0, 0.5] - 0.5)))).astype(float)
    rows = np.column_stack([np.ones(200), traits])

    def cost(weights: np.ndarray) -> float:
        odds = rows @ weights
        return float(np.logaddexp(0, odds).sum() - held @ odds + (weights[1:] ** 2).sum() / 2)

    best = minimize(cost, np.zeros(5), tol=1e-10)
    np.testing.assert_allclose(fit(traits, held).weights, best.x, atol=1e-4)


def test_without_traits_the_chance_is_the_share_and_its_interval_the_binomial_one() -> None:
    held = np.array([1.0] * 30 + [0.0] * 70)
    chance, low, high = predict(fit(np.zeros((100, 0)), held), np.zeros((1, 0)))[0]
    assert chance == pytest.approx(0.3, abs=1e-6)
    half = 1.959964 / np.sqrt(100 * 0.3 * 0.7)
    assert np.log([low / (1 - low), high / (1 - high)]) == pytest.approx(np.log(3 / 7) + np.array([-half, half]))


def test_a_trait_that_parts_them_without_error_leaves_no_certainty() -> None:
    traits = np.array([[1.0]] * 10 + [[0.0]] * 10)
    chance, low, _ = predict(fit(traits, traits[:, 0]), np.array([[1.0]]))[0]
    assert 0.7 < chance < 0.99
    assert low < chance - 0.1


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng, inside = np.random.default_rng(5), 0
    truth = 1 / (1 + np.exp(-0.7))
    for _ in range(300):
        traits = (rng.random((150, 2)) < 0.5).astype(float)
        held = (rng.random(150) < 1 / (1 + np.exp(-(traits @ [1.0, -0.3])))).astype(float)
        _, low, high = predict(fit(traits, held), np.array([[1.0, 1.0]]))[0]
        inside += low <= truth <= high
    assert 275 <= inside <= 298
