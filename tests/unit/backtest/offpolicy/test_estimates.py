"""Estimates of another policy's worth: examples worked by hand, and worlds whose worth is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pairwell.backtest.offpolicy.estimates import (
    Method,
    NotEstimable,
    difference,
    effective_customers,
    estimate,
    objection,
    parts_of,
)
from pairwell.backtest.offpolicy.samples import Sample, Weighed

METHODS: tuple[Method, ...] = ("importance", "self_normalised", "doubly_robust")


def weighed(weights: object, *, expected: object = 0.0, direct: object = 0.0, reach: object = 1.0) -> Weighed:
    array = np.asarray(weights, dtype=np.float64)
    full = [np.broadcast_to(np.asarray(one, dtype=np.float64), array.shape).copy() for one in (expected, direct, reach)]
    return Weighed(weights=array, expected=full[0], direct=full[1], reach=full[2], unsupported=0.0)


def sample(outcomes: object) -> Sample:
    array = np.asarray(outcomes, dtype=np.float64)
    return Sample(outcomes=array, clusters=np.arange(len(array)), happened=int(array.any(axis=1).sum()))


class TestByHand:
    """Two items, drawn with chances .8 and .2; the other policy draws them with .5 and .5. Item 1 earns 10, item 2 20.

    Of ten requests eight showed item 1 and two item 2: weights .625 and 2.5.
    """

    logged = sample([[10.0]] * 8 + [[20.0]] * 2)
    weights = ([[0.625]] * 8) + ([[2.5]] * 2)

    def test_importance_weights_outcomes(self) -> None:
        # (8 · .625 · 10 + 2 · 2.5 · 20) / 10 = 15, what a fair draw of 10 and 20 earns
        assert parts_of(self.logged, weighed(self.weights), "importance").value == pytest.approx(15.0)

    def test_weights_that_are_off_by_a_factor_do_not_move_the_normalised(self) -> None:
        twice = np.asarray(self.weights) * 2
        assert parts_of(self.logged, weighed(twice), "importance").value == pytest.approx(30.0)
        assert parts_of(self.logged, weighed(twice), "self_normalised").value == pytest.approx(15.0)

    def test_doubly_robust_adds_what_the_model_misses(self) -> None:
        # The model expects 8 and 20: 14 of a fair draw. It misses 2 at item 1: .5 · 2 = 1 more.
        expected = [[8.0]] * 8 + [[20.0]] * 2
        found = parts_of(self.logged, weighed(self.weights, expected=expected, direct=14.0), "doubly_robust")
        assert found.value == pytest.approx(15.0)

    def test_a_prefix_weighs_each_place_by_itself(self) -> None:
        # First place as above; in the second place the policies agree, given the first.
        logged = sample([[10.0, 1.0]] * 8 + [[20.0, 2.0]] * 2)
        both = [[0.625, 0.625]] * 8 + [[2.5, 2.5]] * 2
        assert parts_of(logged, weighed(both), "importance").value == pytest.approx(15.0 + 1.5)
        assert parts_of(logged, weighed(both), "self_normalised").value == pytest.approx(16.5)

    def test_a_place_that_is_reached_half_the_time_counts_half(self) -> None:
        found = parts_of(self.logged, weighed(self.weights, reach=0.5), "self_normalised")
        assert found.value == pytest.approx(7.5)

    def test_effective_customers_of_uneven_weights(self) -> None:
        # (8 · .625 + 2 · 2.5)² / (8 · .625² + 2 · 2.5²) = 100 / 15.625
        assert effective_customers(weighed(self.weights), np.arange(10)) == pytest.approx(6.4)

    @pytest.mark.parametrize("method", METHODS)
    def test_of_the_policy_that_logged_it_is_the_mean(self, method: Method) -> None:
        found = estimate(self.logged, weighed(np.ones((10, 1)), expected=5.0, direct=5.0), method)
        assert found.value == pytest.approx(12.0)
        error = np.std([10.0] * 8 + [20.0] * 2, ddof=1) / np.sqrt(10)
        assert found.high - found.value == pytest.approx(2.262157 * error)  # t of 9 degrees, any table

    def test_requests_of_one_customer_count_as_one(self) -> None:
        alike = Sample(
            outcomes=np.repeat(self.logged.outcomes, 3, axis=0), clusters=np.repeat(np.arange(10), 3), happened=30
        )
        once, thrice = (
            estimate(logged, weighed(np.ones((logged.requests, 1))), "importance") for logged in (self.logged, alike)
        )
        assert thrice.high - thrice.value == pytest.approx(once.high - once.value)

    def test_a_policy_does_not_differ_from_itself(self) -> None:
        one = weighed(self.weights)
        found = difference(self.logged, one, one, "self_normalised")
        assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


class TestRefusals:
    def test_too_few_customers(self) -> None:
        assert _reason(sample(np.ones((49, 1))), weighed(np.ones((49, 1)))) == "too_few"

    def test_nothing_came_of_them(self) -> None:
        assert _reason(sample(np.zeros((500, 1))), weighed(np.ones((500, 1)))) == "too_few"

    def test_what_was_never_possible(self) -> None:
        policy = weighed(np.ones((500, 1)))
        far = Weighed(
            weights=policy.weights,
            reach=policy.reach,
            expected=policy.expected,
            direct=policy.direct,
            unsupported=0.3,
        )
        assert _reason(sample(np.ones((500, 1))), far) == "no_overlap"

    def test_a_few_requests_bear_all(self) -> None:
        weights = np.zeros((500, 1))
        weights[:10] = 50.0
        assert _reason(sample(np.ones((500, 1))), weighed(weights)) == "weights_too_uneven"

    def test_a_place_hardly_reached_is_no_reason(self) -> None:
        weights = np.ones((500, 2))
        weights[1:, 1] = 0.0
        reach = np.array([[1.0, 0.01]])
        assert objection(sample(np.ones((500, 2))), weighed(weights, reach=reach)) is None


def _reason(logged: Sample, policy: Weighed) -> str | None:
    found = objection(logged, policy)
    return found.reason if isinstance(found, NotEstimable) else None


class TestKnownWorlds:
    """Requests of three kinds, two places, four items without replacement; a target that draws evenly."""

    chances = np.array([0.55, 0.25, 0.15, 0.05])

    @pytest.mark.parametrize("method", METHODS)
    def test_intervals_cover_what_is_true(self, method: Method) -> None:
        runs, covered = 300, 0
        for seed in range(runs):
            logged, policy, truth = self._draw(np.random.default_rng(seed))
            found = estimate(logged, policy, method)
            covered += found.low <= truth <= found.high
        # 95 % nominal; of 300 the binomial leaves .92 to .98, and what is skewed may lose a little more.
        assert 0.91 <= covered / runs <= 0.99

    def test_the_model_makes_intervals_shorter_and_keeps_them_right_where_it_is_wrong(self) -> None:
        logged, policy, truth = self._draw(np.random.default_rng(1), requests=20_000)
        plain, normalised, robust = (estimate(logged, policy, method) for method in METHODS)
        assert robust.high - robust.low < normalised.high - normalised.low < plain.high - plain.low
        assert robust.low <= truth <= robust.high

    def _draw(self, rng: np.random.Generator, requests: int = 2_000) -> tuple[Sample, Weighed, float]:
        customers = rng.integers(requests // 4, size=requests)
        kind = customers % 3
        first = rng.choice(4, size=requests, p=self.chances)
        left = np.tile(self.chances, (requests, 1))
        left[np.arange(requests), first] = 0.0
        left /= left.sum(axis=1, keepdims=True)
        second = (left.cumsum(axis=1) > rng.random((requests, 1))).argmax(axis=1)
        q1, q2 = self.chances[first], left[np.arange(requests), second]
        weights = np.stack([0.25 / q1, 0.25 / q1 * (1 / 3) / q2], axis=1)
        noise = rng.normal(size=int(customers.max()) + 1)[customers][:, None]  # a customer's requests vary together
        mean = np.stack([self._mean(kind, first), 0.7 * self._mean(kind, second)], axis=1)
        outcomes = mean * (1 + 0.3 * noise) + rng.normal(size=(requests, 2))
        # A model that is half wrong, and what it expects of an even draw: the mean over all four items.
        expected, direct = 0.5 * mean, 0.5 * np.stack([self._even(kind), 0.7 * self._even(kind)], axis=1)
        truth = float(np.mean(self._even(np.arange(3))) * 1.7)
        policy = Weighed(
            weights=weights, reach=np.ones((requests, 2)), expected=expected, direct=direct, unsupported=0.0
        )
        return Sample(outcomes=outcomes, clusters=customers, happened=requests), policy, truth

    def _mean(self, kind: NDArray[np.int64], item: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(1.0 + kind + 2.0 * item, dtype=np.float64)

    def _even(self, kind: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(1.0 + kind + 3.0, dtype=np.float64)
