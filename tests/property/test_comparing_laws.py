"""Experiments by an independent slow path: exact sums in plain Python, one unit after the other."""

from __future__ import annotations

import random
from collections import defaultdict
from fractions import Fraction
from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pairwell.errors import RequestError
from pairwell.measure.comparing.effects import absolute_effect, fieller
from pairwell.measure.comparing.experiment import Comparison, Design, Metric
from pairwell.measure.comparing.moments import Moments
from pairwell.several import adjust
from pairwell.shop.experimenting import Columns, analyze_file

Line = tuple[str, str, int, int]  # unit, arm, spend in hundredths, orders

lines = st.lists(
    st.tuples(st.integers(0, 59), st.sampled_from(["", "x"]), st.integers(-500, 9_900), st.integers(0, 3)),
    min_size=40,
    max_size=200,
)


def _rows(drawn: list[tuple[int, str, int, int]]) -> list[Line]:
    """A unit keeps its arm, but for some that are in both."""
    return [
        (f"u{unit}", "b" if (unit % 2 == 1) != (other == "x" and unit < 3) else "a", hundredths, count)
        for unit, other, hundredths, count in drawn
    ]


def _slow(rows: list[Line]) -> dict[str, list[tuple[Fraction, int]]]:
    """Spend and orders of each unit, by arm; units of two arms are left out."""
    arms: defaultdict[str, set[str]] = defaultdict(set)
    spend: defaultdict[str, Fraction] = defaultdict(Fraction)
    orders: defaultdict[str, int] = defaultdict(int)
    for unit, arm, hundredths, count in rows:
        arms[unit].add(arm)
        spend[unit] += Fraction(hundredths, 100)
        orders[unit] += count
    units: defaultdict[str, list[tuple[Fraction, int]]] = defaultdict(list)
    for unit, where in arms.items():
        if len(where) == 1:
            units[min(where)].append((spend[unit], orders[unit]))
    return units


def _fast(rows: list[Line], metric: Metric) -> Comparison | None:
    """None where nothing is said, or where the units drawn are none, as too many are in both arms."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        lines = [(unit, arm, f"{spend / 100:.2f}", count, line) for line, (unit, arm, spend, count) in enumerate(rows)]
        body = "\n".join(",".join(map(str, one)) for one in lines)
        path.write_text(f"unit,arm,spend,orders,line\n{body}\n")
        try:
            found = analyze_file(path, Columns(arm="arm", unit="unit"), Design(metrics=[metric])).comparisons[0]
        except RequestError as error:
            if "in several arms" not in str(error):
                raise
            return None
    return found if found.refusal is None else None


def _variance(values: list[Fraction]) -> Fraction:
    mean = sum(values, Fraction()) / len(values)
    return sum(((value - mean) ** 2 for value in values), Fraction()) / (len(values) - 1)


@settings(max_examples=15, deadline=None)
@given(lines)
def test_a_mean_is_what_adding_by_hand_gives(drawn: list[tuple[int, str, int, int]]) -> None:
    rows = _rows(drawn)
    units = _slow(rows)
    if len(units) < 2:
        return
    found = _fast(rows, Metric(name="spend", above="spend"))
    if found is None or found.kind != "mean":
        return
    a, b = ([spend for spend, _ in units[arm]] for arm in "ab")
    assert (found.n_control, found.n) == (len(a), len(b))
    assert found.mean_control == pytest.approx(float(sum(a, Fraction()) / len(a)), rel=1e-12, abs=1e-12)
    error = sqrt(_variance(a) / len(a) + _variance(b) / len(b))
    by_scipy = stats.ttest_ind([float(x) for x in b], [float(x) for x in a], equal_var=False)
    assert found.p_value_absolute == pytest.approx(float(by_scipy.pvalue), rel=1e-9)
    assert found.ci_absolute is not None
    width = float(stats.t.ppf(0.975, by_scipy.df)) * error
    assert found.ci_absolute[1] - found.ci_absolute[0] == pytest.approx(2 * width, rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(lines)
def test_a_ratio_is_what_the_delta_method_gives_by_hand(drawn: list[tuple[int, str, int, int]]) -> None:
    rows = _rows(drawn)
    units = _slow(rows)
    if len(units) < 2:
        return
    found = _fast(rows, Metric(name="spend/orders", above="spend", below="orders"))
    if found is None:
        return
    parts = []
    for arm in "ab":
        below = sum(orders for _, orders in units[arm])
        ratio = sum((spend for spend, _ in units[arm]), Fraction()) / below
        rests = [(spend - ratio * orders) * len(units[arm]) / below for spend, orders in units[arm]]
        parts.append((ratio, _variance(rests) / len(rests)))
    (ratio_a, error_a), (ratio_b, error_b) = parts
    assert found.effect_absolute == pytest.approx(float(ratio_b - ratio_a), rel=1e-9, abs=1e-9)
    z = abs(float(ratio_b - ratio_a)) / sqrt(error_a + error_b)
    freedom = float(
        (error_a + error_b) ** 2 / (error_a**2 / (len(units["a"]) - 1) + error_b**2 / (len(units["b"]) - 1))
    )
    assert found.p_value_absolute == pytest.approx(2 * float(stats.t.sf(z, freedom)), rel=1e-6)


@settings(max_examples=10, deadline=None)
@given(lines, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_nothing(drawn: list[tuple[int, str, int, int]], rng: random.Random) -> None:
    rows = _rows(drawn)
    if len(_slow(rows)) < 2:
        return
    metric = Metric(name="spend/orders", above="spend", below="orders")
    shuffled = rng.sample(rows, len(rows))

    assert _fast(rows, metric) == _fast(shuffled, metric)  # to the last bit


moments = st.builds(
    lambda n, value, variance: Moments(n=n, value=value, variance=variance, third=0.0),
    st.integers(10, 1_000),
    st.floats(-100, 100),
    st.floats(0.01, 100),
)


@given(moments, moments)
def test_fieller_holds_0_where_the_absolute_interval_does(treated: Moments, control: Moments) -> None:
    interval = fieller(treated, control)
    absolute = absolute_effect(treated, control).interval
    near = min(abs(absolute.low), abs(absolute.high)) < 1e-9
    if interval is not None and not near:
        assert (interval.low <= 0 <= interval.high) == (absolute.low <= 0 <= absolute.high)
        assert interval.low <= (treated.value - control.value) / abs(control.value) * (1 + 1e-9) + 1e-9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.001, 0.5))
def test_adjusted_p_values_pass_where_the_step_up_rule_does(p_values: list[float], level: float) -> None:
    ordered = sorted(p_values)
    passing = [p for rank, p in enumerate(ordered, 1) if p * len(p_values) / rank <= level]
    largest = max(passing, default=-1.0)

    assert [p <= level for p in adjust(p_values)] == [p <= largest for p in p_values]
