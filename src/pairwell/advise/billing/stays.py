"""From when to when an account was on a plan, in days, and for which of them it owes the fee.

A day belongs to the plan with which it ends, so that a day of change is paid once; what is taken and given up within
one day costs nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

import msgspec

from pairwell.advise.billing.days import contract_year, days_of, first_of, local_day, months_on, share_of_year
from pairwell.advise.billing.ledger import Held, Ledger, Prices
from pairwell.plans import Plan

_NEVER = dt.date.max


class Stretch(msgspec.Struct, frozen=True):
    """Days with one number of seats."""

    since: dt.date
    until: dt.date  # the first day that is no longer in it
    seats: int


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """Days on one plan without a gap, however often the number of seats changed in them."""

    plan: Plan
    stretches: tuple[Stretch, ...]
    is_trial: bool
    owed_until: dt.date = _NEVER  # by the end of the term or of the period begun, if those come later

    @property
    def since(self) -> dt.date:
        """Its first day."""
        return self.stretches[0].since

    @property
    def until(self) -> dt.date:
        """The first day after it."""
        return self.stretches[-1].until

    @property
    def owed_since(self) -> dt.date:
        """The first day that the fee is owed for: of the month, where a part of one is paid whole."""
        whole = self.plan.period == "month" and not self.plan.prorated
        return first_of(self.since) if whole else self.since

    def period(self, day: dt.date) -> tuple[dt.date, dt.date]:
        """First day of the period, for which fee and included units are, that a day lies in, and of the next one."""
        if self.plan.period == "month":
            return first_of(day), months_on(first_of(day), 1)
        return contract_year(self.since, day)

    def seats_by(self, since: dt.date, until: dt.date) -> int:
        """The most seats held at once in some days."""
        return max((part.seats for part in self.stretches if part.since < until and part.until > since), default=1)

    def owed(self) -> Iterator[Stretch]:
        """The stretches of the days that the fee is owed for."""
        for number, part in enumerate(self.stretches):
            since = self.owed_since if number == 0 else part.since
            until = self.owed_until if number == len(self.stretches) - 1 else part.until
            yield Stretch(since, until, part.seats)


def part_minor(amount: int, stay: Stay, since: dt.date, until: dt.date) -> int:
    """The part of a period's amount that some days of one calendar month pay, in minor units, rounded half to even.

    Of a year it is the difference of running sums, so that the months of a contract year sum to it.
    """
    if stay.plan.period == "month":
        return round(Fraction(amount * (until - since).days, days_of(since)))
    total, day = 0, since
    while day < until:
        start, end = stay.period(day)
        last = min(until, end)
        total += round(amount * share_of_year(start, end, last)) - round(amount * share_of_year(start, end, day))
        day = last
    return total


def in_month(since: dt.date, until: dt.date, month: dt.date) -> tuple[dt.date, dt.date] | None:
    """Those of some days that lie in a month; None: none do."""
    first, end = max(since, month), min(until, months_on(month, 1))
    return (first, end) if first < end else None


def stays_of(ledger: Ledger, prices: Prices) -> list[Stay]:
    """What was held, as stays in order of their first days; plans that the price list does not know are left out."""
    days = [
        (held, plan, local_day(held.since, prices.zone), _end(held, prices.zone))
        for held in ledger.held
        if (plan := prices.plan(held.plan_id)) is not None
    ]
    stays: list[Stay] = []
    for held, plan, since, until in sorted(days, key=lambda one: (one[2], one[0].plan_id)):
        if since < until:
            _join(stays, Stay(plan=plan, stretches=(Stretch(since, until, held.seats or 1),), is_trial=held.is_trial))
    return [msgspec.structs.replace(stay, owed_until=_owed_until(stay, stays)) for stay in stays]


def _end(held: Held, zone: str) -> dt.date:
    return _NEVER if held.until is None else local_day(held.until, zone)


def _join(stays: list[Stay], stay: Stay) -> None:
    """Put a stay behind the one of its plan that ends where it begins, if there is one."""
    for place, before in enumerate(stays):
        same = before.plan.plan_id == stay.plan.plan_id and before.is_trial == stay.is_trial
        if same and before.until == stay.since:
            stretches = _joined(before.stretches, stay.stretches[0])
            stays[place] = msgspec.structs.replace(before, stretches=stretches)
            return
    stays.append(stay)


def _joined(stretches: tuple[Stretch, ...], following: Stretch) -> tuple[Stretch, ...]:
    last = stretches[-1]
    if last.seats != following.seats:
        return (*stretches, following)
    return (*stretches[:-1], Stretch(last.since, following.until, last.seats))


def _owed_until(stay: Stay, stays: list[Stay]) -> dt.date:
    """The day until which the fee is owed: a minimum term, or a period begun, may outlast the stay.

    A move to a higher plan of the family ends the term, and so does taking the plan anew.
    """
    if stay.until == _NEVER or stay.is_trial:
        return stay.until
    until = max(stay.until, min(months_on(stay.since, stay.plan.min_term_months), _released(stay, stays)))
    return until if stay.plan.prorated else stay.period(until - dt.timedelta(days=1))[1]


def _released(stay: Stay, stays: list[Stay]) -> dt.date:
    """The day from which a stay's minimum term binds no more."""
    later = [other for other in stays if other.since >= stay.until and not other.is_trial]
    anew = [other.since for other in later if other.plan.plan_id == stay.plan.plan_id]
    moved = [other.since for other in later if other.since == stay.until and _is_higher(other.plan, stay.plan)]
    return min(anew + moved, default=_NEVER)


def _is_higher(plan: Plan, than: Plan) -> bool:
    return plan.kind == than.kind == "plan" and plan.family == than.family and plan.tier > than.tier
