"""What the coming months will take and cost, and when included units will run out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from math import hypot

import msgspec
from scipy.stats import norm

from pairwell.advise.billing.case import Case
from pairwell.advise.billing.compare import FEWEST_MONTHS, NotKnown, unheld
from pairwell.advise.billing.days import MONTHS_OF_A_YEAR, days_of, first_of, months_on
from pairwell.advise.billing.forecast import LEVEL, Ahead, as_before, forecast
from pairwell.advise.billing.ledger import Use
from pairwell.advise.billing.pace import Evened, even
from pairwell.advise.billing.reached import wanted_in
from pairwell.advise.billing.seats import seats_ahead
from pairwell.advise.billing.stays import Stay
from pairwell.advise.billing.wanted import included, months_at, most_of, wanted
from pairwell.advise.billing.ways import Scene, Way, way, ways, within_limits

MONTHS_AHEAD = 3  # months whose bills are forecast; a year, where a plan includes units by the year
_REACH = float(norm.ppf((1 + LEVEL) / 2))


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A meter's coming months, the running one first, in which what is used already counts."""

    meter: str
    whole: bool  # it was used in whole units only
    history: tuple[Decimal, ...]  # units in each whole month, the oldest first
    months: tuple[Ahead, ...]
    is_borne_out: bool = False  # the account's other meters tell the same
    leapt: tuple[dt.date, ...] = ()  # months with a leap that was not counted on
    by_day: bool = False  # the last month took all there was, and what it wanted follows from when


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """When a period's included units of a meter will be used up, and between when in eight cases of ten."""

    meter: str
    included: Decimal
    day: dt.date
    earliest: dt.date
    latest: dt.date | None  # None: perhaps not within the months looked at
    is_sold: bool  # more can be had


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """A way to hold the family's plans, and what the coming months will cost on it."""

    way: Way
    total_minor: int | None  # None: the use expected cannot be served
    served_minor: int | None  # what the use costs that it can serve; None: the seats alone are too many
    unserved: dict[str, Decimal]  # units of each meter beyond that
    low_minor: int | None
    high_minor: int | None  # None: the use that may come could not be served


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What is coming: use, limits, and the bill on every plan, the present one first."""

    months: tuple[dt.date, ...]  # whole ones, from the next on
    meters: tuple[Running, ...]
    limits: tuple[Limit, ...]  # of the present plan, the nearest first
    options: tuple[Expected, ...]


def outlook(case: Case, fewest: int = FEWEST_MONTHS) -> Outlook | NotKnown:
    """Forecast use and bills. Refused without a plan or with too few whole months.

    Of fewer than `FEWEST_MONTHS`, where these will do, nothing is taken to grow.
    """
    if case.current is not None and len(case.recent_months) < fewest:
        return NotKnown("too_few_months", found=len(case.recent_months), needed=fewest)
    if case.current is None:
        return unheld(case)
    ahead = _months_ahead(case)
    found: list[Running] = []
    for meter in _meters(case):
        coming = _coming(case, meter, ahead)
        if isinstance(coming, NotKnown):
            return coming
        found.append(coming)
    start = first_of(case.today) if case.today.day == 1 else months_on(first_of(case.today), 1)
    months = tuple(months_on(start, number) for number in range(ahead))
    return Outlook(
        months=months,
        meters=tuple(found),
        limits=tuple(sorted(_limits(case, case.current, found), key=lambda one: one.day)),
        options=tuple(_expected(case, months, found)),
    )


def _months_ahead(case: Case) -> int:
    yearly = any(plan.period == "year" and plan.meters for plan in case.plans)
    return MONTHS_OF_A_YEAR if yearly else MONTHS_AHEAD


def _meters(case: Case) -> list[str]:
    """The meters that the family's plans count."""
    return list(dict.fromkeys(meter.meter for plan in case.plans for meter in plan.meters))


def _coming(case: Case, meter: str, ahead: int) -> Running | NotKnown:
    """The running month and so many more; what is left of the running one is as much of a month as it has days left."""
    running = first_of(case.today)
    history = tuple(_used(case, meter, month, months_on(month, 1)) for month in case.recent_months)
    told = [wanted_in(case, meter, month, units) for month, units in zip(case.recent_months, history, strict=True)]
    full = _months_full(case, meter, history) if told[-1:] == [None] else 0
    units = [float(own) if one is None else one for one, own in zip(told, history, strict=True)]
    evened = even(case, meter, units[: len(units) - full])
    make = forecast if len(history) >= FEWEST_MONTHS else as_before
    found = make(evened.quantities, months_on(running, -full), full + ahead + 1)
    if isinstance(found, NotKnown):
        return found
    coming = tuple(_in_season(case, meter, one, evened) for one in found)
    if told[-1] is None and (more := wanted(case, meter, history, coming[full].expected)) is not None:
        coming = tuple(Ahead(one.month, more, min(one.low, more), max(one.high, more)) for one in coming[full:])
    elif full:  # more was wanted than could be had
        coming = tuple(_at_least(one, float(history[-1])) for one in coming[full:])
    return Running(
        meter=meter,
        whole=all(one == one.to_integral_value() for one in history),
        history=history,
        months=(_rest_of(case, meter, coming[0]), *coming[1:]),
        is_borne_out=evened.is_borne_out,
        leapt=evened.leapt,
        by_day=told[-1] is not None,
    )


def _rest_of(case: Case, meter: str, month: Ahead) -> Ahead:
    """The running month: what is used of it, and of what is expected as much as it has days left."""
    so_far = float(_used(case, meter, month.month, case.today))
    left = 1 - (case.today - month.month).days / days_of(month.month)
    return Ahead(month.month, *(so_far + left * one for one in (month.expected, month.low, month.high)))


def _in_season(case: Case, meter: str, month: Ahead, evened: Evened) -> Ahead:
    """As the month of the year has it, with an interval that holds how far months gone by missed their evened use."""
    factor, reach = case.season(meter).of(month.month), _REACH * evened.miss * month.expected
    low = month.expected - hypot(month.expected - month.low, reach)
    high = month.expected + hypot(month.high - month.expected, reach)
    return Ahead(month.month, *(factor * max(one, 0.0) for one in (month.expected, low, high)))


def _months_full(case: Case, meter: str, history: Sequence[Decimal]) -> int:
    """The last months that took all that can be had of a meter, which tell no more of what was wanted.

    None of them where too few would be left to forecast from.
    """
    limit = most_of(case, meter)
    full = 0 if limit is None else months_at(limit, history)
    return full if len(history) - full >= FEWEST_MONTHS else 0


def _at_least(one: Ahead, most: float) -> Ahead:
    return Ahead(one.month, max(one.expected, most), one.low, max(one.high, most))


def _used(case: Case, meter: str, since: dt.date, until: dt.date) -> Decimal:
    used = (use.quantity for use in case.ledger.used if use.meter == meter and since <= use.day < until)
    return sum(used, Decimal(0))


def _limits(case: Case, stay: Stay, coming: Sequence[Running]) -> Iterator[Limit]:
    for running in coming:
        own = next((meter for meter in stay.plan.meters if meter.meter == running.meter), None)
        if own is None:
            continue
        most = included(case, own)
        day = _hit(case, stay, running, most, lambda one: one.expected)
        early = _hit(case, stay, running, most, lambda one: one.high)
        if day is not None and early is not None:
            late = _hit(case, stay, running, most, lambda one: one.low)
            sold = bool(own.tiers)
            yield Limit(meter=own.meter, included=most, day=day, earliest=min(early, day), latest=late, is_sold=sold)


def _hit(
    case: Case, stay: Stay, running: Running, included: Decimal, how_much: Callable[[Ahead], float]
) -> dt.date | None:
    """The day on which a period's use passes what is included, if one does; use within a month is taken as even."""
    end = stay.period(case.today)[1]
    used = float(_used(case, running.meter, stay.period(case.today)[0], case.today))
    for month in running.months:
        day, quantity = month.month, how_much(month)
        if day < case.today:
            day, quantity = case.today, quantity - float(_used(case, running.meter, day, case.today))
        if day >= end:
            end, used = stay.period(day)[1], 0.0
        if used + quantity > included:
            left = max(float(included) - used, 0.0)
            days = (months_on(month.month, 1) - day).days
            return day + dt.timedelta(days=int(left / quantity * days) if quantity > 0 else 0)
        used += quantity
    return None


def _expected(case: Case, months: tuple[dt.date, ...], coming: Sequence[Running]) -> Iterator[Expected]:
    """Bills at the use expected, and at the low and the high end of all meters at once."""
    likely = _scene(case, months, coming, lambda one: one.expected)
    low = _scene(case, months, coming, lambda one: one.low)
    high = _scene(case, months, coming, lambda one: one.high)
    for one in ways(case, likely):
        ends = [way(case, scene, one.plan, one.add_ons).total_minor for scene in (low, high)]
        sure = [total for total in (*ends, one.total_minor) if total is not None]
        cut, unserved = within_limits(case, likely, one)
        yield Expected(
            way=one,
            total_minor=one.total_minor,
            served_minor=cut,
            unserved=unserved,
            low_minor=min(sure, default=None),
            high_minor=max(sure) if ends[1] is not None and sure else None,
        )


def _scene(
    case: Case, months: tuple[dt.date, ...], coming: Sequence[Running], how_much: Callable[[Ahead], float]
) -> Scene:
    used = [
        Use(running.meter, month, units)
        for running in coming
        for month, units in _quantities([one for one in running.months if one.month in months], running, how_much)
    ]
    return Scene(months, seats_ahead(case, months), tuple(used))


def _quantities(
    months: Sequence[Ahead], running: Running, how_much: Callable[[Ahead], float]
) -> Iterator[tuple[dt.date, Decimal]]:
    """Whole units of what was only ever used in whole ones, since a begun unit would be paid whole.

    What rounding leaves over goes to the next month, so that all months together hold what is expected of them.
    """
    left = 0.0
    for one in months:
        units = how_much(one)
        if running.whole:
            left, units = left + units - round(left + units), float(round(left + units))
        yield one.month, Decimal(str(round(units, 6)))
