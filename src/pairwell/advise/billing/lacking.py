"""What the plans held have too little of for what was used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

from pairwell.advise.billing.days import first_of, local_day
from pairwell.advise.billing.ledger import Lack, Ledger, Prices, Use
from pairwell.advise.billing.price import NO_UNITS
from pairwell.advise.billing.stays import Stay, in_month
from pairwell.advise.billing.units import Counted
from pairwell.plans import Plan

_FURTHEST = dt.date.max


class Lacking:
    """Looks an account's months through for what cannot be served."""

    def __init__(self, ledger: Ledger, prices: Prices, stays: Sequence[Stay]) -> None:
        self._stays = stays
        self._prices = prices
        self._unknown = [held for held in ledger.held if prices.plan(held.plan_id) is None]
        self._by_month: dict[dt.date, list[Use]] = {}
        for use in ledger.used:
            self._by_month.setdefault(first_of(use.day), []).append(use)

    def of_month(self, month: dt.date, units: Sequence[Counted]) -> Iterator[Lack]:
        """What a month, with its units as they were counted, has too little of."""
        yield from self._unknown_plans(month)
        yield from self._seats(month)
        yield from (one.lack for one in units if one.lack is not None)
        yield from self._uncounted(month)

    def _unknown_plans(self, month: dt.date) -> Iterator[Lack]:
        zone = self._prices.zone
        for held in self._unknown:
            until = _FURTHEST if held.until is None else local_day(held.until, zone)
            if in_month(local_day(held.since, zone), until, month):
                yield Lack(plan_id=held.plan_id, what="plan", lacking=Decimal(1))

    def _seats(self, month: dt.date) -> Iterator[Lack]:
        for stay in self._stays:
            days, most = in_month(stay.since, stay.until, month), _most_seats(stay.plan)
            if days and most is not None and not stay.is_trial and (seats := stay.seats_by(*days)) > most:
                yield Lack(plan_id=stay.plan.plan_id, what="seats", lacking=Decimal(seats - most))

    def _uncounted(self, month: dt.date) -> Iterator[Lack]:
        """What was used of a meter that other plans of the family count, and no plan held on that day does."""
        lacking: dict[tuple[str, str], Decimal] = {}
        for use in self._by_month.get(month, ()):
            for stay in self._without(use):
                place = (stay.plan.plan_id, use.meter)
                lacking[place] = lacking.get(place, NO_UNITS) + use.quantity
        for (plan_id, meter), quantity in lacking.items():
            if quantity > 0:
                yield Lack(plan_id=plan_id, what="meter", lacking=quantity, meter=meter)

    def _without(self, use: Use) -> list[Stay]:
        """The plans held on the day of a use that should count it and do not."""
        here = [stay for stay in self._stays if stay.since <= use.day < stay.until]
        if any(stay.is_trial or _counts(stay.plan, use.meter) for stay in here):
            return []
        return [stay for stay in here if stay.plan.kind == "plan" and self._family_counts(stay.plan, use.meter)]

    def _family_counts(self, plan: Plan, meter: str) -> bool:
        family = (one for one in self._prices.plans if one.kind == "plan" and one.family == plan.family)
        return any(_counts(one, meter) for one in family)


def _counts(plan: Plan, meter: str) -> bool:
    return any(one.meter == meter for one in plan.meters)


def _most_seats(plan: Plan) -> int | None:
    """As many as the plan can have; None: any number."""
    none_sold = plan.seats_included is not None and plan.seat_minor is None
    return plan.seats_included if none_sold else plan.seats_max
