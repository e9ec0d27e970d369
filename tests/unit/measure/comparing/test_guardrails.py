from __future__ import annotations

import pytest

from pairwell.measure.comparing.guardrails import Held, Margin, judge_guardrail
from pairwell.measure.intervals import Interval


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
