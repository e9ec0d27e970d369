from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace
from tests.unit.measure.before.worlds import FIRST, change, panel, series

from pairwell.measure.before.look import look
from pairwell.measure.before.panel import Cut, cut
from pairwell.measure.before.pretended import pretend, widen
from pairwell.measure.before.records import LABEL, Estimate, Method

BEFORE = 182


def lifted(values: Any, by: float, touched: int = 1) -> Any:
    values[:touched, BEFORE:] *= 1 + by
    return values


@pytest.mark.parametrize(("by", "lower", "verdict"), [(0.15, False, "better"), (-0.15, False, "worse")])
def test_a_planted_change_is_found(by: float, lower: bool, verdict: str) -> None:
    found = look(panel(lifted(series(21), by)), change(lower_is_better=lower))

    assert (found.verdict, found.label, found.method) == (verdict, LABEL, "did")
    assert found.effect_relative == pytest.approx(by, abs=0.03)
    assert found.ci_relative is not None
    assert found.ci_relative[0] < by < found.ci_relative[1]
    assert found.effect_absolute is not None
    assert found.effect_total == pytest.approx(28 * found.effect_absolute)
    assert f"It is {verdict}." in found.sentence


def test_where_less_is_better_a_rise_is_worse() -> None:
    assert look(panel(lifted(series(21), 0.15)), change(lower_is_better=True)).verdict == "worse"


@pytest.mark.parametrize("method", ["did", "structural"])
def test_nothing_is_shown_where_nothing_changed(method: str) -> None:
    found = look(panel(series(2)), change(method=method))

    assert found.verdict == "no_difference_shown"
    assert "No difference is shown" in found.sentence
    assert found.placebo is not None
    assert found.placebo.dates > 10
    assert found.placebo.last < found.at


def test_a_model_finds_a_planted_change_alone() -> None:
    found = look(panel(lifted(series(3)[:1], 0.25)), change())

    assert (found.method, found.errors, found.verdict, found.drift) == ("structural", "simulated", "better", None)
    assert found.compared == []
    assert "a holiday" in " ".join(found.notes)


def test_many_groups_are_clusters() -> None:
    found = look(panel(lifted(series(4, groups=24), 0.1, 12), touched=12), change())

    assert (found.errors, found.verdict) == ("by_group", "better")


def test_weeks_say_what_was_and_what_was_expected() -> None:
    values = lifted(series(5), 0.15)
    found = look(panel(values), change())

    assert len(found.weeks) == 30
    assert [week.start for week in found.weeks[:2]] == [FIRST, FIRST + timedelta(days=7)]
    assert found.weeks[0].touched == pytest.approx(values[0, :7].sum())
    assert [week.expected is None for week in found.weeks] == [True] * 26 + [False] * 4
    expected = sum(week.expected or 0.0 for week in found.weeks)
    assert expected == pytest.approx(28 * (found.expected or 0.0))


def drifting() -> Any:
    values = series(6)
    values[0] *= 1 + np.arange(210) / 300
    return values


def jumping() -> Any:
    """The touched sells half more for two months, as much of them in the first half as in the second."""
    values = series(7, days=392)
    values[0, 150:208] *= 1.5
    return values


def negative() -> Any:
    values = series(8)
    values[1] -= values[1].mean()
    return values


REFUSED: list[tuple[str, Any, dict[str, Any], str]] = [
    ("too_few_before", series(1), {"before": 49}, "There are 49 days before 2025-02-24, and 56 are needed"),
    (
        "too_few_after",
        series(1),
        {"before": 205},
        "Days from 2025-07-30 on: 5, and 7 are needed; the last that counts is 2025-08-03.",
    ),
    ("constant", np.stack([np.full(210, 5.0), series(1)[1]]), {}, "is the same throughout"),
    ("constant", np.stack([np.zeros(210), series(1)[1]]), {}, "0 in more than half of all days"),
    ("no_share", negative(), {}, "Ask for --parallel amount."),
    ("drifted_apart", drifting(), {}, "already moved apart, by +"),
    ("placebo_alarms", jumping(), {"before": 357}, "show an effect too"),
    ("no_comparison", series(1)[:1], {"method": "did"}, "nothing to compare with"),
]


@pytest.mark.parametrize(
    ("reason", "values", "asked", "words"), REFUSED, ids=[f"{r[0]}-{i}" for i, r in enumerate(REFUSED)]
)
def test_what_cannot_be_known_is_refused(reason: str, values: Any, asked: dict[str, Any], words: str) -> None:
    found = look(panel(values), change(**asked))

    assert (found.verdict, found.reason) == ("not_estimable", reason)
    assert found.refusal is not None
    assert words in found.refusal
    assert found.sentence == found.refusal
    assert [found.effect_absolute, found.ci_relative, found.expected, found.p_value] == [None] * 4
    assert all(week.expected is None for week in found.weeks)


def test_a_hole_in_one_side_is_refused_and_one_in_both_is_not() -> None:
    values = series(9)
    rows = np.ones(values.shape, dtype=np.int64)
    rows[:, 60:70] = 0
    closed = look(panel(np.where(rows == 0, 0.0, values), rows=rows), change())
    rows[1, 60:70] = 1
    hole = look(panel(np.where(rows == 0, 0.0, values), rows=rows), change())

    assert closed.verdict == "no_difference_shown"
    assert "On 10 days neither side has rows" in " ".join(closed.notes)
    assert (hole.reason, hole.effect_absolute) == ("gaps", None)
    assert "10 days have no rows of one side, the first 2025-03-07" in str(hole.refusal)


def test_a_model_bridges_a_short_hole_before_the_change_only() -> None:
    values = series(10)[:1]
    rows = np.ones(values.shape, dtype=np.int64)
    rows[:, 60:70] = 0
    assert look(panel(np.where(rows == 0, 0.0, values), rows=rows), change()).verdict == "no_difference_shown"
    rows[:, 190:200] = 0
    assert look(panel(np.where(rows == 0, 0.0, values), rows=rows), change()).reason == "gaps"


def test_ratios_and_sparse_days_are_looked_at_by_weeks() -> None:
    values = lifted(series(11), 0.15)
    ratio = look(panel(values, below=np.ones(values.shape)), change(grain="day"))
    rows = np.zeros(values.shape, dtype=np.int64)
    rows[:, ::2] = 1
    sparse = look(panel(values * rows, rows=rows), change())

    assert (ratio.grain, ratio.periods_before, ratio.effect_total, ratio.verdict) == ("week", 26, None, "better")
    assert sparse.grain == "week"


def test_whole_weeks_of_the_newest_year_are_looked_at() -> None:
    values = series(12, days=500)
    found = look(panel(values), change(before=450))

    assert (found.periods_before, found.periods_after) == (364, 49)
    assert found.since == FIRST + timedelta(days=86)
    bounded = look(
        panel(values), change(before=450, since=FIRST + timedelta(days=300), until=FIRST + timedelta(days=470))
    )
    assert (bounded.periods_before, bounded.periods_after) == (147, 14)


def test_groups_that_came_or_went_are_left_out() -> None:
    values = series(13, groups=3)
    rows = np.ones(values.shape, dtype=np.int64)
    rows[2, :BEFORE] = 0
    found = look(panel(values * rows, rows=rows), change())

    assert found.compared == ["g1"]
    assert "Left out, as they were not there both before and after: g2." in found.notes


def stepping() -> Any:
    """Never strays: the touched jumps by a fifth, the compared a little and later."""
    values = np.stack([np.full(112, 10.0), np.full(112, 20.0)])
    values[0, 42:] = 12
    values[1, 70:] = 21
    return values


def test_a_jump_without_any_stray_is_no_measure_of_errors() -> None:
    found = look(panel(stepping()), change(before=84))
    shown = msgspec.json.decode(msgspec.json.encode(found))["placebo"]

    assert found.reason in ("drifted_apart", "placebo_alarms")
    assert found.placebo is not None
    assert found.placebo.spread is None or np.isfinite(found.placebo.spread)
    assert shown["alarms"] > 0.2


def test_where_no_pretended_date_has_an_error_there_is_no_answer() -> None:
    effect = Estimate(effect=1.0, error=0.0, ci=(1.0, 1.0), p_value=0.0, expected=9.0, errors="long_run", freedom=3.0)
    periods = cut(panel(series(2)), change(), "did")
    assert isinstance(periods, Cut)
    placebo = pretend(periods, Certain(effect), effect)

    assert placebo is not None
    assert (placebo.spread, placebo.alarms) == (None, 1.0)
    assert widen(replace(effect, error=1.0), placebo).error == 1.0


class Certain:
    """Says the same of every date."""

    method: Method = "did"

    def __init__(self, effect: Estimate) -> None:
        self._effect = effect

    def estimate(self, start: int, at: int, end: int) -> Estimate:  # noqa: ARG002 - as a Reckoning is asked
        return self._effect


def test_pretended_dates_widen_what_errors_do_not_say() -> None:
    rng = np.random.default_rng(14)
    values = series(14)
    values[0] *= 1 + np.cumsum(rng.normal(0, 0.008, 210))
    found = look(panel(values), change())

    assert found.widened is not None
    assert found.placebo is not None
    assert found.widened == pytest.approx(max(1.0, found.placebo.spread or 0.0))
    assert found.widened > 1.2
