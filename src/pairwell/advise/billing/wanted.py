"""How much of a meter was wanted in months that took all of it that could be had.

That use stood at its limit says that at least as much was wanted. How much more follows from the months before, taken
further by how the account's other meters grew since, as they are not cut short; where no month before is known, from
how far apart wants are. Either way what was wanted is a normal logarithm of which the part above the limit is left
(Tobin 1958; mean of a normal cut from below: Greene, Econometric Analysis, theorem 19.2).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import exp, log

from scipy.stats import norm

from pairwell.advise.billing.case import Case
from pairwell.advise.billing.compare import FEWEST_MONTHS
from pairwell.advise.billing.days import first_of
from pairwell.plans import Meter, Plan

SOME, MUCH = 0.05, 0.2  # growth of other meters, as a logarithm, that bears out a leap, and that is news by itself
_BEFORE = 3  # months before the first full one that tell the level
_NOW = 2  # months that tell how far other meters have come
_FEWEST_BEFORE = 2
_SPREAD = 0.2  # of the logarithm, around what the months before lead to expect
_WIDE = 0.4  # of the logarithm, where no month tells: then the limit itself is the likeliest


def most_of(case: Case, meter: str) -> Decimal | None:
    """As much of a meter as a month can take, where no more is sold; None: there is no such limit."""
    stay = case.current
    own = None if stay is None else next((one for one in stay.plan.meters if one.meter == meter), None)
    if stay is None or own is None or own.tiers or stay.plan.period == "year":
        return None
    return included(case, own)


def included(case: Case, own: Meter) -> Decimal:
    """What a period includes with the seats of today, packages counted in where they are for a month as well."""
    assert case.current is not None  # callers have found the meter on its plan
    meters = [meter for add_on in case.add_ons for meter in add_on.meters if meter.meter == own.meter]
    seats = case.current.stretches[-1].seats
    return sum((meter.included * (seats if meter.per_seat else 1) for meter in (own, *meters)), Decimal(0))


def months_at(limit: Decimal, history: Sequence[Decimal]) -> int:
    """How many of the last months took all of a limit."""
    return next((number for number, one in enumerate(reversed(history)) if one < limit), len(history))


def wanted(case: Case, meter: str, history: Sequence[Decimal], trend: float) -> float | None:
    """Units a month that are wanted of a meter whose last months all stood at its limit.

    `history` holds the recent months; `trend` is what those before the limit lead to, for an account that has no other
    meter. None: it has no such limit, or took more all the same, or did not stand at it
    for `FEWEST_MONTHS` months, or for `_BEFORE` where months before tell more.
    """
    limit = most_of(case, meter)
    full = 0 if limit is None else months_at(limit, history)
    before = [float(one) for one in history[: len(history) - full][-_BEFORE:]]
    known = len(before) >= _FEWEST_BEFORE and min(before) > 0
    if limit is None or limit <= 0 or full < (_BEFORE if known else FEWEST_MONTHS) or max(history[-full:]) > limit:
        return None
    if not known:
        return float(limit) * exp(_above(0.0, _WIDE))
    grown = _growth(case, len(before), full)
    level = log(max(trend, 1.0) if grown is None else sum(before) / len(before)) + (grown or 0.0)
    return float(limit) * exp(_above(level - log(float(limit)), _SPREAD))


def _above(mean: float, spread: float) -> float:
    """The mean of that part of a normal variable that is above 0."""
    shift = mean / spread
    return float(mean + spread * exp(norm.logpdf(shift) - norm.logcdf(shift)))


def others_grew(case: Case, plan: Plan) -> float:
    """How much the meters that a plan does not count have grown of late, as a mean logarithm; 0 where it has none."""
    months, counted = case.recent_months, {meter.meter for meter in plan.meters}
    grown = [
        growth
        for meter, growth in _growths(case, months[-_NOW - _BEFORE : -_NOW], months[-_NOW:])
        if meter not in counted
    ]
    return sum(grown) / len(grown) if grown else 0.0


def _growth(case: Case, before: int, full: int) -> float | None:
    """The mean logarithm of how much other meters grew from those months before to the last ones; None: no others."""
    months = case.recent_months
    first = months[len(months) - full - before : len(months) - full]
    grown = [growth for _, growth in _growths(case, first, months[-min(_NOW, full) :])]
    return sum(grown) / len(grown) if grown else None


def _growths(case: Case, first: Sequence[dt.date], last: Sequence[dt.date]) -> Iterator[tuple[str, float]]:
    """Of each meter that no limit cuts short, the logarithm of how much it grew between months."""
    by_month: dict[tuple[str, dt.date], Decimal] = {}
    for use in case.ledger.used:
        place = use.meter, first_of(use.day)
        by_month[place] = by_month.get(place, Decimal(0)) + use.quantity
    for meter in sorted({name for name, _ in by_month}):
        then, now = ([by_month.get((meter, month), Decimal(0)) for month in months] for months in (first, last))
        if most_of(case, meter) is None and min(then, default=0) > 0 and min(now, default=0) > 0:
            yield meter, log(float(sum(now)) / len(now)) - log(float(sum(then)) / len(then))
