from __future__ import annotations

import numpy as np
import pytest

from pairwell.measure.comparing.compare import Arm, compare
from pairwell.measure.comparing.skewed import Unfit
from pairwell.measure.comparing.tails import Tail, skew_of_log_normal, tail_of, units_for


@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("valued", [1.0, 0.1])
def test_the_spread_of_log_normal_money_is_found(sigma: float, valued: float) -> None:
    rng = np.random.default_rng(11)
    values = np.exp(sigma * rng.standard_normal(200_000)) * (rng.random(200_000) < valued)
    found = tail_of([values])

    assert found.spread == pytest.approx(sigma, rel=0.03)
    assert found.valued == pytest.approx(valued, rel=0.03)


def test_an_effect_is_not_taken_for_a_tail() -> None:
    values = np.exp(np.random.default_rng(1).standard_normal(5_000))

    together = tail_of([values, 20 * values])
    assert together.spread == pytest.approx(tail_of([values, values]).spread)


def test_the_skewness_is_that_of_the_textbook() -> None:
    # (e + 2) √(e - 1); of 0 and 1 it is (1 - 2 p) / √(p (1 - p)).
    assert skew_of_log_normal(1.0, 1.0) == pytest.approx(6.18488, abs=1e-5)
    assert skew_of_log_normal(0.0, 0.1) == pytest.approx(0.8 / 0.3)
    assert skew_of_log_normal(0.0, 1.0) == 0.0


def test_units_among_very_many_without_a_value_are_those_of_a_tiny_share() -> None:
    tiny = units_for(Tail(valued=1e-5, spread=1.0))
    assert tiny is not None
    assert units_for(Tail(valued=None, spread=1.0)) == pytest.approx(tiny * 1e-5, abs=1)


@pytest.mark.parametrize(
    ("tail", "needed"),
    [
        (Tail(valued=1.0, spread=0.2), 10),
        (Tail(valued=0.5, spread=0.5), 80),
        (Tail(valued=1.0, spread=None), 100),
        (Tail(valued=1.0, spread=1.0), 115),
        (Tail(valued=0.0, spread=None), None),
        (Tail(valued=1.0, spread=40.0), None),
    ],
)
def test_how_many_units_a_tail_asks_for(tail: Tail, needed: int | None) -> None:
    assert units_for(tail) == needed


def test_a_lucky_sample_of_heavy_money_is_refused_however_harmless_it_looks() -> None:
    rng = np.random.default_rng(3)
    refused = 0
    for _ in range(200):
        treated, control = (np.exp(2 * rng.standard_normal(50)) for _ in range(2))
        lucky = (np.sort(values)[:-4] for values in (treated, control))  # without the largest, as luck has it
        refused += isinstance(compare(*(Arm(above=values) for values in lucky)), Unfit)

    assert refused == 200


def test_what_was_known_before_does_not_hide_a_tail() -> None:
    rng = np.random.default_rng(3)
    raw = [np.exp(2 * rng.standard_normal(200)) for _ in range(2)]
    seen = compare(*(Arm(above=rng.standard_normal(200) + 9, raw=values) for values in raw))

    assert isinstance(seen, Unfit)
    assert seen.reason == "too_skewed"
