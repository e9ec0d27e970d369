"""The ways to hold a family's plans: each alone, and with the add-ons that make its use cheaper or possible."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from math import ceil

import msgspec

from pairwell.advise.billing.case import Case, fits
from pairwell.advise.billing.days import first_of, noon
from pairwell.advise.billing.ledger import Bill, Held, Lack, Ledger, Unservable, Use
from pairwell.advise.billing.reckon import reckon_months
from pairwell.advise.billing.stays import Stretch
from pairwell.plans import Meter, Plan

MOST_PACKAGES = 12  # of one add-on


class Scene(msgspec.Struct, frozen=True):
    """Months with their seats and use, that plans are tried on."""

    months: tuple[dt.date, ...]
    seats: tuple[Stretch, ...]
    used: tuple[Use, ...]
    told: bool = False  # whether the lines of bills say how they came to be


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A plan with add-ons, and what each month of a scene would cost on it."""

    plan: Plan
    add_ons: tuple[Plan, ...]
    bills: tuple[Bill | Unservable, ...]
    total_minor: int | None  # None: a month cannot be served
    lacks: tuple[Lack, ...]  # the most that is missing in a month

    @property
    def features(self) -> frozenset[str]:
        """What plan and add-ons let one do."""
        return frozenset(feature for plan in (self.plan, *self.add_ons) for feature in plan.features)


def ways(case: Case, scene: Scene) -> list[Way]:
    """Every plan of the family on the months of a scene; the one held first, as it is held."""
    assert case.current is not None  # callers refuse such a case
    now = case.current.plan
    found = [way(case, scene, now, case.add_ons)]
    for plan in case.plans:
        kept = _kept(case, plan)
        alone = way(case, scene, plan, kept)
        found += [alone, _with_packages(case, scene, alone)]
    seen: dict[tuple[str, tuple[str, ...]], Way] = {}
    for one in found:
        seen.setdefault((one.plan.plan_id, tuple(sorted(add_on.plan_id for add_on in one.add_ons))), one)
    return list(seen.values())


def way(case: Case, scene: Scene, plan: Plan, add_ons: tuple[Plan, ...]) -> Way:
    """One plan with add-ons on the months of a scene, as if taken with the first of them."""
    held = [_held(case, plan, part) for part in scene.seats]
    start = noon(scene.seats[0].since, case.prices.zone)
    beside = [Held(plan_id=add_on.plan_id, since=start) for add_on in add_ons]
    ledger = Ledger((*held, *beside), scene.used)
    bills = reckon_months(ledger, case.prices, scene.months, told=scene.told)
    lacks = tuple(_worst(bills))
    totals = [bill.total_minor for bill in bills if isinstance(bill, Bill)]
    total = None if lacks else sum(totals)
    return Way(plan=plan, add_ons=add_ons, bills=bills, total_minor=total, lacks=lacks)


def within_limits(case: Case, scene: Scene, one: Way) -> tuple[int | None, dict[str, Decimal]]:
    """What a way costs for the use that it can serve, and the units of each meter that it cannot."""
    if one.total_minor is not None:
        return one.total_minor, {}
    used, cut = scene.used, dict[str, Decimal]()
    for month in scene.months:
        bill = way(case, Scene((month,), scene.seats, used), one.plan, one.add_ons).bills[0]
        for lack in bill.lacks if isinstance(bill, Unservable) else ():
            if lack.meter is not None:
                used = (*used, Use(lack.meter, month, -lack.lacking))
                cut[lack.meter] = cut.get(lack.meter, Decimal(0)) + lack.lacking
    return way(case, msgspec.structs.replace(scene, used=used), one.plan, one.add_ons).total_minor, cut


def _held(case: Case, plan: Plan, part: Stretch) -> Held:
    since, until = (noon(day, case.prices.zone) for day in (part.since, part.until))
    return Held(plan_id=plan.plan_id, since=since, until=until, seats=part.seats)


def _worst(bills: tuple[Bill | Unservable, ...]) -> Iterator[Lack]:
    most: dict[tuple[str, str | None], Lack] = {}
    for lack in (lack for bill in bills if isinstance(bill, Unservable) for lack in bill.lacks):
        place = (lack.what, lack.meter)
        if place not in most or most[place].lacking < lack.lacking:
            most[place] = lack
    yield from most.values()


def _kept(case: Case, plan: Plan) -> tuple[Plan, ...]:
    """Add-ons for features that are held, can be had beside the plan, and are not part of it."""
    return tuple(
        add_on
        for add_on in case.add_ons
        if not add_on.meters and fits(add_on, plan) and not set(add_on.features) <= set(plan.features)
    )


def _with_packages(case: Case, scene: Scene, alone: Way) -> Way:
    """With the number of packages of each meter that makes the total lowest."""
    best = alone
    for package in case.prices.plans:
        if package.kind == "add_on" and fits(package, alone.plan):
            best = _with_some(case, scene, best, package)
    return best


def _with_some(case: Case, scene: Scene, without: Way, package: Plan) -> Way:
    """With as many packages of one kind as still make the total lower."""
    best = without
    for number in range(1, _most(package, scene) + 1):
        tried = way(case, scene, without.plan, without.add_ons + (package,) * number)
        if _is_better(tried, best):
            best = tried
        elif best.total_minor is not None:
            break
    return best


def _is_better(tried: Way, best: Way) -> bool:
    if tried.total_minor is None:
        return False
    return best.total_minor is None or tried.total_minor < best.total_minor


def _most(package: Plan, scene: Scene) -> int:
    """More packages than this would not be used up in the busiest month."""
    return min(max((_to_cover(meter, scene) for meter in package.meters), default=0), MOST_PACKAGES)


def _to_cover(meter: Meter, scene: Scene) -> int:
    by_month: dict[dt.date, Decimal] = {}
    for use in scene.used:
        if use.meter == meter.meter:
            month = first_of(use.day)
            by_month[month] = by_month.get(month, Decimal(0)) + use.quantity
    most = max(by_month.values(), default=Decimal(0))
    return ceil(most / meter.included) if meter.included > 0 else int(most > 0)
