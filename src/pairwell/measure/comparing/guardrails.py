"""Whether something that must not get worse has got worse by more than is borne."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from pairwell.measure.intervals import Interval

Held = Literal["held", "broken", "not_shown"]


class Margin(msgspec.Struct, frozen=True, kw_only=True):
    """How far a metric may move: below 0 it may fall by that, above 0 it may rise by that; -0.0 is not 0.0."""

    margin: float
    relative: bool  # a share of the control's value, else the metric's own unit


class Guardrail(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a guardrail. "not_shown": the interval leaves both open, so that nobody may rely on it."""

    margin: float
    relative: bool
    held: Held


def judge_guardrail(margin: Margin, interval: Interval | None) -> Guardrail:
    """Held where the whole interval is within the margin, broken where all of it is beyond.

    Each is then wrong in 2.5 % of cases at most. Source: non-inferiority tests, Walker and Nowacki 2011.
    """
    held: Held = "not_shown"
    if interval is not None:
        sign = math.copysign(1, margin.margin)
        worst, best = sorted((sign * interval.low, sign * interval.high), reverse=True)
        limit = abs(margin.margin)
        held = "held" if worst < limit else "broken" if best > limit else "not_shown"
    return Guardrail(margin=margin.margin, relative=margin.relative, held=held)
