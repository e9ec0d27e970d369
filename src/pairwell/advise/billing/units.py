"""Units of each meter beyond what plans and add-ons include, and what they come to, month by month.

Included units belong to a period and are not divided where only a part of it is held. Those of a year last for the
year, so its months are walked in order and each owes what the running sum grew by.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from pairwell.advise.billing.days import months_between, months_on
from pairwell.advise.billing.ledger import Lack, Use
from pairwell.advise.billing.price import NO_UNITS, lacking, price
from pairwell.advise.billing.stays import Stay
from pairwell.plans import Meter


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """One meter in some days of one plan and one period."""

    stay: Stay
    meter: Meter  # with the prices that hold
    since: dt.date
    until: dt.date
    used: Decimal
    included: Decimal  # in the whole period
    covered: Decimal  # by add-ons
    further: Decimal
    minor: int
    lack: Lack | None = None


class _Running(msgspec.Struct):
    """What a period came to so far."""

    used: Decimal = NO_UNITS
    beyond: Decimal = NO_UNITS
    further: Decimal = NO_UNITS
    minor: int = 0


def counted(
    meter: str, stays: Sequence[Stay], used: Sequence[Use], months: Sequence[dt.date]
) -> dict[dt.date, list[Counted]]:
    """What one meter came to in each of some months, in order, by plan and period; trials count nothing."""
    return _Walk(meter, stays, used).through(months)


class _Walk:
    """Goes through the months of one meter, once, and remembers what their periods came to."""

    def __init__(self, meter: str, stays: Sequence[Stay], used: Sequence[Use]) -> None:
        self._meter = meter
        self._stays = [stay for stay in stays if not stay.is_trial and _meter_of(stay, meter) is not None]
        trials = [stay for stay in stays if stay.is_trial]
        self._used = [use for use in used if use.meter == meter and not _on_trial(use, trials, self._stays)]
        self._running: dict[tuple[str, dt.date], _Running] = {}
        self._covered: dict[tuple[int, dt.date], Decimal] = {}

    def through(self, months: Sequence[dt.date]) -> dict[dt.date, list[Counted]]:
        first, end = months[0], months_on(months[-1], 1)
        begins = [stay.period(max(stay.since, first))[0] for stay in self._within(first, end)]
        return {month: list(self._month(month)) for month in months_between(min([first, *begins]), end)}

    def _within(self, since: dt.date, until: dt.date) -> list[Stay]:
        return [stay for stay in self._stays if stay.since < until and stay.until > since]

    def _month(self, month: dt.date) -> Iterator[Counted]:
        held = self._within(month, months_on(month, 1))
        plans = [stay for stay in held if stay.plan.kind == "plan"]
        bearers = plans or held[:1]  # an add-on whose meter no plan counts is reckoned by itself
        packages = [stay for stay in held if stay.plan.kind == "add_on"] if plans else held[1:]
        for stay in bearers:
            for since, until in _pieces(stay, month):
                yield self._piece(stay, packages, since, until)

    def _piece(self, stay: Stay, packages: Sequence[Stay], since: dt.date, until: dt.date) -> Counted:
        own, (start, _) = _its_meter(stay, self._meter), stay.period(since)
        running = self._running.setdefault((stay.plan.plan_id, start), _Running())
        used = sum((use.quantity for use in self._used if since <= use.day < until), NO_UNITS)
        included = _included(own, stay, start, until)
        running.used += used
        # What was paid for once stays paid, even if further seats bring more units later.
        beyond = max(running.beyond, running.used - included) - running.beyond
        running.beyond += beyond
        covered = self._draw(packages, since, beyond)
        running.further += beyond - covered
        priced = _priced(own, packages, self._meter)
        lack, minor = _to_pay(stay, priced, running.further)
        owed, running.minor = minor - running.minor, minor
        return Counted(
            stay=stay,
            meter=priced,
            since=since,
            until=until,
            used=used,
            included=included,
            covered=covered,
            further=beyond - covered,
            minor=owed,
            lack=lack,
        )

    def _draw(self, packages: Sequence[Stay], since: dt.date, units: Decimal) -> Decimal:
        """Take units from add-ons, as far as they still have some in their periods; how many it were."""
        left = units
        for stay in packages:
            start, end = stay.period(max(since, stay.since))
            place = (id(stay), start)  # two packages of one kind are equal, and yet two
            has = _included(_its_meter(stay, self._meter), stay, start, end) - self._covered.get(place, NO_UNITS)
            taken = min(left, has)
            self._covered[place] = self._covered.get(place, NO_UNITS) + taken
            left -= taken
        return units - left


def _pieces(stay: Stay, month: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """The days of a month in a stay, apart where a period ends."""
    day, until = max(stay.since, month), min(stay.until, months_on(month, 1))
    while day < until:
        last = min(until, stay.period(day)[1])
        yield day, last
        day = last


def _to_pay(stay: Stay, meter: Meter, further: Decimal) -> tuple[Lack | None, int]:
    short = lacking(meter, further)
    if short:
        return Lack(plan_id=stay.plan.plan_id, what="meter", lacking=short, meter=meter.meter), 0
    return None, round(price(meter, further))


def _priced(own: Meter, packages: Sequence[Stay], meter: str) -> Meter:
    """The prices of further units: the plan's own, else those of the first add-on that has some."""
    sold = [_its_meter(stay, meter) for stay in packages]
    return next((one for one in (own, *sold) if one.tiers), own)


def _included(meter: Meter, stay: Stay, since: dt.date, until: dt.date) -> Decimal:
    return meter.included * stay.seats_by(since, until) if meter.per_seat else meter.included


def _on_trial(use: Use, trials: Sequence[Stay], stays: Sequence[Stay]) -> bool:
    """Whether a use fell to a trial, beside which the plan that is paid for does not count it."""
    families = {stay.plan.family for stay in stays}
    return any(stay.since <= use.day < stay.until and stay.plan.family in families for stay in trials)


def _meter_of(stay: Stay, name: str) -> Meter | None:
    return next((meter for meter in stay.plan.meters if meter.meter == name), None)


def _its_meter(stay: Stay, name: str) -> Meter:
    meter = _meter_of(stay, name)
    assert meter is not None  # the walk keeps only such stays
    return meter
