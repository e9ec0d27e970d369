"""An account beside the price list, as signals look at it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property

import msgspec

from pairwell.advise.account import Account
from pairwell.advise.advice import Evidence, Signal, SignalCode
from pairwell.advise.billing.coming import Limit
from pairwell.advise.billing.days import first_of, local_day, months_between, months_on
from pairwell.advise.billing.ledger import Prices
from pairwell.advise.billing.stays import Stay, stays_of
from pairwell.advise.signals.decay import faded
from pairwell.config.accounts import Accounts
from pairwell.plans import Plan, meter_name

NOTHING = Decimal(0)


class Monthly(msgspec.Struct, frozen=True):
    """What was used of a meter in whole months that follow one another."""

    meter: str
    months: tuple[dt.date, ...]  # their first days
    quantities: tuple[float, ...]


class View(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What signals are found in."""

    account: Account
    prices: Prices
    settings: Accounts = Accounts()
    limits: Mapping[str, Sequence[Limit]] = {}  # foreseen, by family of plans

    @cached_property
    def today(self) -> dt.date:
        """The day of the shop's zone."""
        return local_day(self.account.as_of, self.prices.zone)

    @cached_property
    def running(self) -> dt.date:
        """The first month that is not over, or that no use of anybody is known of."""
        until = self.account.used_until
        now = first_of(self.today)
        return now if until is None else min(now, months_on(first_of(until), 1))

    @cached_property
    def ways(self) -> dict[str, tuple[str, ...]]:
        """The meters of each way of working, called as in usage."""
        return {way: tuple(map(meter_name, meters)) for way, meters in self.settings.ways.items()}

    @cached_property
    def stays(self) -> list[Stay]:
        """All that was held before today."""
        return [stay for stay in stays_of(self.account.ledger, self.prices) if stay.since <= self.today]

    @cached_property
    def now(self) -> list[Stay]:
        """What is held today, trials too."""
        return [stay for stay in self.stays if stay.until > self.today]

    @cached_property
    def held(self) -> list[Plan]:
        """The plans and add-ons held today, trials left out."""
        return [stay.plan for stay in self.now if not stay.is_trial]

    @cached_property
    def lacked(self) -> list[Plan]:
        """Add-ons of the price list that are not held."""
        ids = {plan.plan_id for plan in self.held}
        return [plan for plan in self.prices.plans if plan.kind == "add_on" and plan.plan_id not in ids]

    @cached_property
    def monthly(self) -> dict[str, Monthly]:
        """What was used in whole months, by meter; nothing of meters whose plan was left."""
        by_month: dict[str, dict[dt.date, Decimal]] = {}
        for use in self.account.ledger.used:
            months = by_month.setdefault(use.meter, {})
            month = first_of(use.day)
            months[month] = months.get(month, NOTHING) + use.quantity
        found = {meter: self._series(meter, months) for meter, months in sorted(by_month.items())}
        return {meter: series for meter, series in found.items() if series.months}

    def _series(self, meter: str, used: Mapping[dt.date, Decimal]) -> Monthly:
        # The first month of all may be a part of one.
        months = list(months_between(months_on(min(used), 1), self.running))
        if any(_counts(plan, meter) for plan in self.prices.plans):
            months = list(self._while_counted(meter, months))
        return Monthly(meter, tuple(months), tuple(float(used.get(month, NOTHING)) for month in months))

    def _while_counted(self, meter: str, months: Sequence[dt.date]) -> Iterator[dt.date]:
        """The last of the months in a row in all of which a plan that counts the meter was held."""
        stays = [stay for stay in self.stays if _counts(stay.plan, meter)]
        after_gap = 0
        for place, month in enumerate(months):
            if not _covers(stays, month):
                after_gap = place + 1
        yield from months[after_gap:]

    def signal(
        self,
        code: SignalCode,
        text: str,
        at: dt.datetime,
        *evidence: Evidence,
        sure: float = 1.0,
        about: str | None = None,
    ) -> Signal:
        """A signal, weaker the older it is; `sure`: its strength when fresh."""
        strength = faded(code, sure, self.account.as_of - at)
        return Signal(code=code, text=text, at=at, strength=strength, about=about, evidence=evidence)


def _counts(plan: Plan, meter: str) -> bool:
    return any(one.meter == meter for one in plan.meters)


def _covers(stays: Sequence[Stay], month: dt.date) -> bool:
    """Whether stays, one behind the other, hold every day of a month."""
    day, end = month, months_on(month, 1)
    for stay in sorted(stays, key=lambda one: one.since):
        if stay.since <= day < stay.until:
            day = min(stay.until, end)
    return day >= end
