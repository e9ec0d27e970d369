"""One metric of two arms, compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from pairwell.measure.comparing.effects import Effect, absolute_effect, fieller, relative_effect
from pairwell.measure.comparing.experiment import Kind, Method
from pairwell.measure.comparing.moments import Moments, Values, is_share, summarize, summarize_ratio, summarize_share
from pairwell.measure.comparing.sequence import BURN_IN, PLANNED_UNITS, always_valid
from pairwell.measure.comparing.skewed import LEAST_UNITS, Unfit, equal_part, judge, leans, lots_by_place
from pairwell.measure.comparing.tails import Tail, tail_of
from pairwell.measure.interval import Interval


class Arm(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What is known of the units of one arm; `below` holds the denominators of a ratio, `lots` those by name."""

    above: Values
    below: Values | None = None
    raw: Values | None = None  # what `above` was before what was known earlier was taken out of it
    lots: Values | None = None  # None: lots by place, where units without names are appended one after the other

    def part(self, size: int) -> Arm:
        """An equal random part of that size; the arm itself where it is no larger."""
        if self.above.size <= size:
            return self
        chosen = equal_part(lots_by_place(self.above.size) if self.lots is None else self.lots, size)
        return Arm(above=self.above[chosen], below=None if self.below is None else self.below[chosen])


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Two arms whose difference can be told. Without `relative` the control's value is 0, or all of the other arm's."""

    kind: Kind
    method: Method
    treated: Moments
    control: Moments
    absolute: Effect
    relative: Effect | None
    fieller: Interval | None
    always_valid: Interval | None  # None before the burn-in
    approximate: bool  # intervals of one look cover less than 95 %: see `skewed.leans`


def compare(treated: Arm, control: Arm, *, planned: int = PLANNED_UNITS) -> Compared | Unfit:
    """Compare two arms, or say why not: see `skewed` for the rule.

    Rows must be units of randomisation. A metric of nothing but 0 and 1 is a proportion.
    """
    if min(treated.above.size, control.above.size) < LEAST_UNITS:
        return Unfit(reason="too_few_units", needed=LEAST_UNITS)
    if any(arm.below is not None and arm.below.sum() == 0 for arm in (treated, control)):
        return Unfit(reason="nothing_to_divide_by")
    kind = _kind_of(treated, control)
    put_together = _SUMMARIES[kind]
    moments = put_together(treated), put_together(control)
    found = judge(*moments, _tails(kind, treated, control))
    if isinstance(found, Unfit):
        return found
    if found == "equal_part":
        size = min(treated.above.size, control.above.size)
        parts = treated.part(size), control.part(size)
        if any(arm.below is not None and arm.below.sum() == 0 for arm in parts):
            return Unfit(reason="nothing_to_divide_by")
        moments = put_together(parts[0]), put_together(parts[1])
        if moments[0].variance + moments[1].variance <= 0:
            return Unfit(reason="no_spread")
    return _compared(kind, found, moments, planned)


def _compared(
    kind: Kind, found: Literal["all", "equal_part"], moments: tuple[Moments, Moments], planned: int
) -> Compared:
    treated, control = moments
    absolute = absolute_effect(treated, control)
    late = min(treated.n, control.n) >= BURN_IN
    units = treated.n + control.n
    bounded = fieller(treated, control) if control.value else None
    return Compared(
        kind=kind,
        method="all_units" if found == "all" else "equal_part",
        treated=treated,
        control=control,
        absolute=absolute,
        # Where every treated unit is 0, the ratio is 0 without any error that could be told.
        relative=relative_effect(treated, control) if control.value and (treated.value or treated.variance) else None,
        fieller=bounded,
        always_valid=always_valid(absolute.value, absolute.error, units, planned=planned) if late else None,
        approximate=kind != "proportion" and leans(treated, control, bounded),
    )


def _tails(kind: Kind, *arms: Arm) -> list[Tail]:
    """The tail of what is added up, and of what it is divided by; shares have none."""
    if kind == "proportion":
        return []
    found = [tail_of([arm.above if arm.raw is None else arm.raw for arm in arms])]
    below = [arm.below for arm in arms if arm.below is not None]
    return [*found, tail_of(below)] if below else found


def _kind_of(treated: Arm, control: Arm) -> Kind:
    if treated.below is not None:
        return "ratio"
    return "proportion" if is_share(treated.above, control.above) else "mean"


def _ratio(arm: Arm) -> Moments:
    assert arm.below is not None, "asked of ratios only"
    return summarize_ratio(arm.above, arm.below)


_SUMMARIES: dict[Kind, Callable[[Arm], Moments]] = {
    "mean": lambda arm: summarize(arm.above),
    "proportion": lambda arm: summarize_share(arm.above),
    "ratio": _ratio,
}
