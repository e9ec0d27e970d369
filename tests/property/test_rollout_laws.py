"""Laws of the lots that say who gets settings or a model first."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwell.experiments.assignment import gets_first, in_holdout

NAMES = st.text(min_size=1, max_size=12)
SHARES = st.floats(min_value=0.0, max_value=1.0)
UNITS = [f"c:{number}" for number in range(20_000)]


@given(NAMES, NAMES, NAMES, SHARES, SHARES)
def test_who_has_it_stays_with_it_when_the_share_grows(
    unit: str, what: str, salt: str, one: float, other: float
) -> None:
    small, large = sorted((one, other))
    assert gets_first(unit, what, salt=salt, share=small) <= gets_first(unit, what, salt=salt, share=large)


@given(NAMES, NAMES, NAMES)
def test_nobody_has_nothing_and_everybody_all(unit: str, what: str, salt: str) -> None:
    assert not gets_first(unit, what, salt=salt, share=0.0)
    assert gets_first(unit, what, salt=salt, share=1.0)


@given(NAMES, NAMES, SHARES)
def test_who_names_nobody_is_never_first(what: str, salt: str, share: float) -> None:
    assert not gets_first(None, what, salt=salt, share=share)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_the_share_is_that_of_the_units(share: float) -> None:
    found = sum(gets_first(unit, "m1", salt="s", share=share) for unit in UNITS)
    assert _is_binomial(found, len(UNITS), share)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            lambda u: gets_first(u, "m1", salt="s", share=0.2),
            lambda u: gets_first(u, "m2", salt="s", share=0.3),
            id="two models",
        ),
        pytest.param(
            lambda u: gets_first(u, "m1", salt="s", share=0.2),
            lambda u: in_holdout(u, salt="s", share=0.3),
            id="the holdout",
        ),
        pytest.param(
            lambda u: gets_first(u, "m1", salt="s", share=0.2),
            lambda u: gets_first(u, "m1", salt="t", share=0.3),
            id="two salts",
        ),
    ],
)
def test_two_lots_are_independent(one: object, other: object) -> None:
    assert callable(one)
    assert callable(other)
    assert _is_binomial(sum(one(unit) and other(unit) for unit in UNITS), len(UNITS), 0.2 * 0.3)


def _is_binomial(found: int, number: int, share: float) -> bool:
    """Within four standard deviations."""
    return abs(found - number * share) <= 4 * math.sqrt(number * share * (1 - share))
