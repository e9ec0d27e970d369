"""Whether something that must not get worse has got worse by more than is borne."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from pairwell.errors import RequestError
from pairwell.measure.comparing.moments import Moments
from pairwell.measure.comparing.sequence import BURN_IN, always_valid
from pairwell.measure.interval import Interval

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


def check_side(name: str, margin: Margin, *, lower_is_better: bool) -> None:
    """Raise `RequestError` where a margin is on the side that does no harm, or allows to lose everything."""
    size = f"{margin.margin:+.1%}" if margin.relative else f"{margin.margin:+g}"
    rises = math.copysign(1, margin.margin) > 0
    if rises != lower_is_better:
        good, other = ("rise", "less") if rises else ("fall", "more")
        turned = f"{-margin.margin * 100:+g}%" if margin.relative else f"{-margin.margin:+g}"
        mended = f"--lower-is-better {name}" if rises else "no --lower-is-better"
        raise RequestError(
            f"The guardrail {size} of {name!r} guards nothing: a {good} of it does no harm.",
            hint=f"Write {name}={turned}; or, where {other} of it is better, give {mended}.",
            field="guardrail",
        )
    if margin.relative and margin.margin <= -1:
        raise RequestError(
            f"The guardrail {size} of {name!r} allows all of it to be lost.",
            hint=f"Write how much of it may be lost, such as {name}=-2%.",
            field="guardrail",
        )


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


def judge_guardrail_at_any_look(margin: Margin, treated: Moments, control: Moments, *, planned: int) -> Guardrail:
    """As `judge_guardrail`, by the always-valid interval: each is wrong in 2.5 % of cases over all looks together.

    A relative margin m is that of Y_T - Y_C - m |Y_C|, which has no ratio in it. `planned` is that of `always_valid`.
    """
    if min(treated.n, control.n) < BURN_IN:
        return judge_guardrail(margin, None)
    # What the margin adds for each unit of the control's value, which may be below 0.
    weight = math.copysign(margin.margin, margin.margin * control.value) if margin.relative else 0.0
    allowed = weight * control.value if margin.relative else margin.margin
    error = math.sqrt(treated.squared_error + (1 + weight) ** 2 * control.squared_error)
    beyond = always_valid(treated.value - control.value - allowed, error, treated.n + control.n, planned=planned)
    found = judge_guardrail(Margin(margin=math.copysign(0.0, margin.margin), relative=False), beyond)
    return Guardrail(margin=margin.margin, relative=margin.relative, held=found.held)
