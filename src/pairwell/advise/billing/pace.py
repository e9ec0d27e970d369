"""What the months of a meter would have been without the season and without leaps that nothing else went along with.

An account's meters mostly grow and shrink together. The mean of the others tells that pace with less chance in it than
one meter alone, and tells a burst from growth: in a burst the others stay where they are. The others are those that no
plan counts, as nobody saves on what is free; where there are none, those of other families that no limit cuts short.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from math import exp, log, sqrt
from statistics import fmean, median

import msgspec

from pairwell.advise.billing.case import Case
from pairwell.advise.billing.compare import FEWEST_MONTHS

LEAP = 0.3  # of the logarithm, beside what all else does: a third more, or a fourth less
TRUSTED = 3  # months in a row for which a leap is believed, though nothing else goes along
_OWN = 0.5  # weight of what a meter does itself against what the others do
_APART = 4.0  # standard errors of a slope from which on a meter goes its own way
_UNIT = 1.5
_FEWEST_BESIDE = 3  # months without a leap that show whether a meter goes along
_LEAST = 0.5  # units: the logarithm of none


class Evened(msgspec.Struct, frozen=True):
    """Months of a meter without season and passing leaps."""

    quantities: tuple[float, ...]
    miss: float = 0.0  # deviation of the logarithm of a month from them
    is_borne_out: bool = False  # the account's other meters tell the same
    leapt: tuple[dt.date, ...] = ()  # months of leaps that were not counted


def even(case: Case, meter: str, wanted: Sequence[float]) -> Evened:
    """Months of one meter, which are the last of `case.recent_months` or those before it stood at a limit."""
    months = case.recent_months[: len(wanted)]
    season = case.season(meter)
    return even_out(case, months, [units / season.of(month) for units, month in zip(wanted, months, strict=True)])


def even_out(case: Case, months: Sequence[dt.date], calm: Sequence[float]) -> Evened:
    """Months of anything without a season, evened by the account's other meters where it goes along with them."""
    others = pace(case, months)
    if others is None or len(months) < FEWEST_MONTHS or min(calm) <= 0:
        return Evened(tuple(calm))
    apart = [log(max(units, _LEAST)) - each for units, each in zip(calm, others, strict=True)]
    usual = _usual(apart)
    off = [each - usual for each in apart]
    leaps = [_leaps(units, each) for units, each in zip(calm, off, strict=True)]
    if _goes_its_own_way([each for each, leap in zip(off, leaps, strict=True) if not leap]):
        return Evened(tuple(calm))
    kept = [0.0 if leap else each for each, leap in zip(off, leaps, strict=True)]
    evened = tuple(exp(each + usual + _OWN * own) for each, own in zip(others, kept, strict=True))
    leapt = tuple(month for month, leap in zip(months, leaps, strict=True) if leap)
    return Evened(evened, sqrt(fmean(each**2 for each in kept)), True, leapt)


def pace(case: Case, months: Sequence[dt.date]) -> list[float] | None:
    """The mean logarithm of the other meters, month by month; None: there are none that were used in each."""
    charged = {meter.meter for plan in case.prices.plans for meter in plan.meters}
    own = {meter.meter for plan in case.plans for meter in plan.meters}
    free = list(_logs(case, months, [name for name in case.monthly if name not in charged]))
    rest = [name for name in case.monthly if name in charged - own and not case.is_limited(name)]
    found = free or list(_logs(case, months, rest))
    return [fmean(each) for each in zip(*found, strict=True)] if found and months else None


def _logs(case: Case, months: Sequence[dt.date], meters: Sequence[str]) -> Iterator[list[float]]:
    """Of each meter used in all of the months."""
    for name in sorted(meters):
        units = [float(case.monthly[name].get(month, 0)) / case.season(name).of(month) for month in months]
        if min(units, default=0) > 0:
            yield [log(each) for each in units]


def _leaps(units: float, off: float) -> bool:
    """Whether a month stands out, by its share and by more than a unit: of few units one more is a large share."""
    return abs(off) > LEAP and abs(units - units * exp(-off)) > _UNIT


def _usual(apart: Sequence[float]) -> float:
    """How far a meter stands from the others; of late, where it has stood there for long enough."""
    usual, late = median(apart), apart[-TRUSTED:]
    moved = min(late) > usual + LEAP or max(late) < usual - LEAP
    return median(late) if moved else usual


def _goes_its_own_way(off: Sequence[float]) -> bool:
    """Whether the distance to the others has a slope that chance does not explain."""
    if len(off) < _FEWEST_BESIDE:
        return True
    times = [number - (len(off) - 1) / 2 for number in range(len(off))]
    span = sum(time**2 for time in times)
    slope = sum(time * each for time, each in zip(times, off, strict=True)) / span
    level = fmean(off)
    rest = sum((each - level - slope * time) ** 2 for time, each in zip(times, off, strict=True))
    return abs(slope) > _APART * sqrt(rest / (len(off) - 2) / span)
