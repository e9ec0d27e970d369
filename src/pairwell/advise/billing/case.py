"""An account at a moment, with what bears on which plan is right for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property

import msgspec

from pairwell.advise.billing.days import first_of, local_day, months_between, months_on
from pairwell.advise.billing.ledger import Ledger, Prices
from pairwell.advise.billing.season import NO_SEASON, Season
from pairwell.advise.billing.stays import Stay, Stretch, stays_of
from pairwell.plans import Plan


class Benefit(msgspec.Struct, frozen=True, kw_only=True):
    """What a feature saves a month, or a unit of a meter, as the business vouches for it; only money is worth."""

    feature: str | None = None
    meter: str | None = None
    money_minor: Decimal | None = None
    minutes: Decimal | None = None
    text: str | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """An account as of a moment, and the family of plans that it is about."""

    ledger: Ledger
    prices: Prices
    family: str
    as_of: dt.datetime  # UTC
    months: int = 12  # looked back over, at most
    known_since: dt.date | None = None  # first day whose use is known; None: all are, and no use is none
    known_until: dt.date | None = None  # last such day; later ones have not come in yet
    benefits: tuple[Benefit, ...] = ()
    in_use: frozenset[str] | None = None  # features; None: nobody knows, so all that the plan has may be
    needed: frozenset[str] = frozenset()  # features that the account asked for, or plainly lacks
    seasons: Mapping[str, Season] = {}  # by meter, as accounts of its kind have them

    @cached_property
    def today(self) -> dt.date:
        """The day of the shop's zone, or the first one whose use is not known yet, if that is earlier."""
        day = local_day(self.as_of, self.prices.zone)
        return day if self.known_until is None else min(day, self.known_until + dt.timedelta(days=1))

    @cached_property
    def stays(self) -> list[Stay]:
        """All that was held before the moment."""
        return [stay for stay in stays_of(self.ledger, self.prices) if stay.since <= self.today]

    @cached_property
    def plans(self) -> list[Plan]:
        """The plans of the family, the smallest first."""
        family = [plan for plan in self.prices.plans if plan.kind == "plan" and plan.family == self.family]
        return sorted(family, key=lambda plan: (plan.tier, plan.plan_id))

    @cached_property
    def paid(self) -> list[Stay]:
        """Stays on plans of the family that were no trials."""
        return [
            stay
            for stay in self.stays
            if stay.plan.kind == "plan" and stay.plan.family == self.family and not stay.is_trial
        ]

    @cached_property
    def current(self) -> Stay | None:
        """The stay on a plan of the family today, the trial of another aside."""
        return next((stay for stay in reversed(self.paid) if stay.since <= self.today < stay.until), None)

    @cached_property
    def add_ons(self) -> tuple[Plan, ...]:
        """The add-ons to the family that are held today, each as often as it is held."""
        here = [stay for stay in self.stays if stay.plan.kind == "add_on" and not stay.is_trial]
        held = [stay.plan for stay in here if stay.since <= self.today < stay.until]
        return tuple(plan for plan in held if any(fits(plan, to) for to in self.plans))

    @cached_property
    def whole_months(self) -> tuple[dt.date, ...]:
        """The last months over each day of which a plan of the family was held and paid for, the oldest first."""
        running = first_of(self.today)
        first = months_on(running, -self.months)
        return tuple(month for month in months_between(first, running) if self._is_whole(month))

    @cached_property
    def recent_months(self) -> tuple[dt.date, ...]:
        """Those of the whole months that follow one another without a gap up to the running month."""
        found: list[dt.date] = []
        following = first_of(self.today)
        for month in reversed(self.whole_months):
            if months_on(month, 1) != following:
                break
            found.append(month)
            following = month
        return tuple(reversed(found))

    @cached_property
    def monthly(self) -> Mapping[str, Mapping[dt.date, Decimal]]:
        """What was used of each meter in each month, given as its first day."""
        found: dict[str, dict[dt.date, Decimal]] = {}
        for use in self.ledger.used:
            months, month = found.setdefault(use.meter, {}), first_of(use.day)
            months[month] = months.get(month, Decimal(0)) + use.quantity
        return found

    def season(self, meter: str) -> Season:
        """Of a meter; none where it is not known."""
        return self.seasons.get(meter, NO_SEASON)

    def is_limited(self, meter: str) -> bool:
        """Whether anything held today gives only so much of a meter and sells no more."""
        held = [stay.plan for stay in self.stays if stay.since <= self.today < stay.until]
        own = [one for plan in held for one in plan.meters if one.meter == meter]
        return bool(own) and not any(one.tiers for one in own)

    def _is_whole(self, month: dt.date) -> bool:
        if self.known_since is not None and month < self.known_since:
            return False
        day, end = month, months_on(month, 1)
        for stay in self.paid:
            if stay.since <= day < stay.until:
                day = min(stay.until, end)
        return day >= end

    def seats(self, since: dt.date, until: dt.date) -> tuple[Stretch, ...]:
        """How many seats were held in some days, without gaps: where no plan was, those before."""
        parts = [part for stay in self.paid for part in stay.stretches if part.since < until and part.until > since]
        begins = [since, *(part.since for part in parts[1:])]
        ends = [*begins[1:], until]
        return tuple(
            Stretch(begin, end, part.seats) for part, begin, end in zip(parts, begins, ends, strict=True) if begin < end
        )


def fits(add_on: Plan, plan: Plan) -> bool:
    """Whether an add-on can be had beside a plan."""
    return plan.plan_id in add_on.requires if add_on.requires else add_on.family == plan.family
