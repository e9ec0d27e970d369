from __future__ import annotations

import pytest

from pairwell.measure.comparing.guardrails import Held, Margin, judge_guardrail, judge_guardrail_at_any_look
from pairwell.measure.comparing.moments import Moments
from pairwell.measure.interval import Interval


@pytest.mark.parametrize(
    ("margin", "interval", "held"),
    [
        (-0.02, Interval(-0.01, 0.05), "held"),  # may fall by 2 %, falls by 1 % at worst
        (-0.02, Interval(-0.03, 0.05), "not_shown"),
        (-0.02, Interval(-0.09, -0.03), "broken"),
        (0.01, Interval(-0.5, 0.005), "held"),
        (0.01, Interval(0.0, 0.02), "not_shown"),
        (0.01, Interval(0.02, 0.03), "broken"),
        (0.01, None, "not_shown"),
        (-0.0, Interval(-0.3, -0.2), "broken"),  # may not fall at all
        (-0.0, Interval(0.2, 0.3), "held"),
        (0.0, Interval(-0.3, -0.2), "held"),  # may not rise at all
    ],
)
def test_a_guardrail(margin: float, interval: Interval | None, held: Held) -> None:
    assert judge_guardrail(Margin(margin=margin, relative=True), interval).held == held


def _moments(value: float, n: int) -> Moments:
    return Moments(n=n, value=value, variance=9.0, third=0.0)


@pytest.mark.parametrize(
    ("treated", "control", "n", "margin", "held"),
    [
        # The errors are .134 of T - 1.1 C with 1,000 units an arm, and the bound is 3.06 of them.
        (11.5, 10.0, 1_000, Margin(margin=0.1, relative=True), "broken"),
        (11.35, 10.0, 1_000, Margin(margin=0.1, relative=True), "not_shown"),
        (10.5, 10.0, 1_000, Margin(margin=0.1, relative=True), "held"),
        (8.5, 10.0, 1_000, Margin(margin=-0.1, relative=True), "broken"),
        (9.5, 10.0, 1_000, Margin(margin=-0.1, relative=True), "held"),
        (-10.5, -10.0, 1_000, Margin(margin=-0.1, relative=True), "held"),  # falls by 5 % of 10
        (-11.5, -10.0, 1_000, Margin(margin=-0.1, relative=True), "broken"),
        (9.0, 10.0, 1_000, Margin(margin=-0.5, relative=False), "broken"),
        (9.0, 10.0, 1_000, Margin(margin=-0.0, relative=False), "broken"),
        (11.0, 10.0, 1_000, Margin(margin=-0.0, relative=True), "held"),
        (19.0, 10.0, 99, Margin(margin=-0.1, relative=True), "not_shown"),  # before the burn-in
    ],
)
def test_a_guardrail_while_it_runs(treated: float, control: float, n: int, margin: Margin, held: Held) -> None:
    found = judge_guardrail_at_any_look(margin, _moments(treated, n), _moments(control, n), planned=5_000)

    assert (found.held, found.margin, found.relative) == (held, margin.margin, margin.relative)
