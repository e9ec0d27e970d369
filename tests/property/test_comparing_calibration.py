"""Intervals and alarms keep what they promise, on money whose truth is known; more of it: `script/bench measure`."""

from __future__ import annotations

import pytest
from bench.measure import by_order, coverage, false_alarms, guarded_alarms, holdout_alarms
from scipy import stats

pytestmark = pytest.mark.slow
_RARE = 1e-4  # chance that a right method fails here, were the seeds not fixed


def _at_most(runs: int, share: float) -> float:
    return float(stats.binom.ppf(1 - _RARE, runs, share))


def _at_least(runs: int, share: float) -> float:
    return float(stats.binom.ppf(_RARE, runs, share))


def test_looking_often_raises_alarms_only_where_intervals_are_not_made_for_it() -> None:
    runs = 300
    found = false_alarms(runs, seed=5)

    assert found["fixed"] > 1.5 * _at_most(runs, 0.05)
    assert found["always_valid"] <= _at_most(runs, 0.05)
    answered = runs - found["at_end_refused"]
    assert _at_least(answered, 0.05) <= found["at_end"] <= _at_most(answered, 0.05)


def test_orders_of_one_customer_are_no_independent_units() -> None:
    runs = 200
    found = by_order(runs, seed=5)

    assert found["by_order"] > _at_most(runs, 0.05)
    assert found["by_customer"] <= _at_most(runs, 0.05)


def test_looking_often_at_a_small_holdout_raises_no_more_alarms() -> None:
    runs = 100
    found = holdout_alarms(runs, seed=5)

    assert found["looks_at_equal_parts"] > 150 * runs
    assert found["always_valid"] <= 0.05 * runs


def test_guardrails_are_seldom_held_at_any_look_where_they_are_just_broken() -> None:
    runs = 250
    found = guarded_alarms(runs, seed=5)

    assert found["fixed"] > _at_most(runs, 0.025)
    assert found["always_valid"] <= _at_most(runs, 0.025)


@pytest.mark.parametrize("case", [("dense", 9_500, 500), ("sparse", 2_000, 2_000), ("per_order", 19_000, 1_000)])
def test_intervals_hold_the_truth_where_they_are_not_refused(case: tuple[str, int, int]) -> None:
    found = coverage(case, 250, seed=5)
    held = found["coverage"] * found["answered"]

    assert found["answered"] > 150
    assert _at_least(found["answered"], 0.95) <= held <= _at_most(found["answered"], 0.95)


@pytest.mark.parametrize(("lift", "least", "most"), [(1.0, 0.0, 0.1), (3.0, 0.9, 1.0)])
def test_effects_are_called_approximate_where_intervals_cover_less(lift: float, least: float, most: float) -> None:
    found = coverage(("few_wholesale", 2_000, 2_000), 200, seed=5, lift=lift)

    assert found["answered"] > 100
    assert least <= found["approximate"] / found["answered"] <= most
