"""The last months on every plan of the family, beside what they did cost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

from pairwell.advise.billing.case import Benefit, Case, fits
from pairwell.advise.billing.days import MONTHS_OF_A_YEAR, first_of, months_on
from pairwell.advise.billing.ledger import Bill, Lack, Ledger, Unservable
from pairwell.advise.billing.reckon import reckon_months
from pairwell.advise.billing.ways import Scene, Way, way, ways
from pairwell.plans import Plan

FEWEST_MONTHS = 4  # with fewer, a forecast has nothing to tell chance from change by

Unknown = Literal["no_plan", "trial", "too_few_months"]


class NotKnown(msgspec.Struct, frozen=True, tag="not_known"):
    """Why nothing can be said, and how many months were found where it is about those."""

    reason: Unknown
    found: int = 0
    needed: int = FEWEST_MONTHS


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A plan with add-ons: what the months would have cost, and what else it gives or lacks."""

    plan_id: str
    add_ons: tuple[str, ...]  # each as often as it would be held
    is_current: bool
    months: tuple[Bill | Unservable, ...]
    total_minor: int | None  # None: a month cannot be served
    difference_minor: int | None  # to what was paid; < 0: less
    lacks: tuple[Lack, ...]
    running: Bill | Unservable  # the running month, with its use so far
    gains: tuple[str, ...]  # features
    loses: tuple[str, ...]  # features in use
    spare: dict[str, Decimal]  # units of each meter a month included beyond what was used
    worth_minor: int  # of the features gained, by the benefits named
    locked_until: dt.date | None  # the first day that it could be left


class Comparison(msgspec.Struct, frozen=True, kw_only=True, tag="comparison"):
    """Every way to hold the family's plans over the same months, the present one first; `paid` is of that family alone.

    The running month stands apart, as it is not over.
    """

    family: str
    months: tuple[dt.date, ...]
    paid: tuple[Bill | Unservable, ...]
    paid_minor: int | None  # None: what was held could not serve a month
    options: tuple[Option, ...]
    cheapest: Option | None  # None: no plan could serve all months
    best_value: Option | None  # the lowest total less the worth of what else it gives


def compare(case: Case) -> Comparison | NotKnown:
    """Reckon the last whole months on every plan of the family, with and without add-ons that cover a meter.

    All at the prices of the list as it is given, so at today's.
    """
    if case.current is None:
        return unheld(case)
    if not case.whole_months:
        return NotKnown("too_few_months", needed=1)
    paid = reckon_months(_of_family(case), case.prices, case.whole_months)
    paid_minor = _sum(paid)
    scene = past(case, case.whole_months, told=True)
    now = way(case, scene, case.current.plan, case.add_ons)
    options = tuple(_option(case, one, now, paid_minor) for one in ways(case, scene))
    served = [one for one in options if one.total_minor is not None]
    return Comparison(
        family=case.family,
        months=case.whole_months,
        paid=paid,
        paid_minor=paid_minor,
        options=options,
        cheapest=min(served, key=_cost, default=None),
        best_value=min(served, key=_value, default=None),
    )


def _of_family(case: Case) -> Ledger:
    """What was held of the family and its add-ons, and what the list does not know; other families have other bills."""
    others = {plan.plan_id for plan in case.prices.plans if plan not in case.plans}
    others -= {plan.plan_id for plan in case.prices.plans if plan.kind == "add_on" and _is_beside(case, plan)}
    held = tuple(one for one in case.ledger.held if one.plan_id not in others)
    return msgspec.structs.replace(case.ledger, held=held)


def _is_beside(case: Case, add_on: Plan) -> bool:
    return any(fits(add_on, plan) for plan in case.plans)


def unheld(case: Case) -> NotKnown:
    """Why a case has no plan to compare with."""
    trials = [stay for stay in case.stays if stay.is_trial and stay.plan.family == case.family]
    return NotKnown("trial" if any(stay.since <= case.today < stay.until for stay in trials) else "no_plan")


def past(case: Case, months: tuple[dt.date, ...], *, told: bool = False) -> Scene:
    """Months gone by, as they were."""
    since, until = months[0], months_on(months[-1], 1)
    used = tuple(use for use in case.ledger.used if since <= use.day < until)
    return Scene(months, case.seats(since, until), used, told)


def locked_until(case: Case, plan: Plan) -> dt.date | None:
    """The first day that a plan could be left without owing more: one taken next month, or the present one."""
    current = case.current
    months = plan.min_term_months
    if plan.period == "year" and not plan.prorated:
        months = -(-max(months, 1) // MONTHS_OF_A_YEAR) * MONTHS_OF_A_YEAR
    held = current is not None and current.plan.plan_id == plan.plan_id
    start = current.since if current is not None and held else months_on(first_of(case.today), 1)
    while held and plan.period == "year" and not plan.prorated and months_on(start, months) <= case.today:
        months += MONTHS_OF_A_YEAR  # it went on for another year
    free = months_on(start, months)
    return free if months and free > case.today else None


def worth_of(benefits: tuple[Benefit, ...], features: frozenset[str]) -> int:
    """What features are worth a month, in minor units, by the benefits that somebody named in money."""
    named = (one.money_minor for one in benefits if one.feature in features and one.money_minor is not None)
    return int(sum(named, Decimal(0)))


def in_use(case: Case, now: Way) -> frozenset[str]:
    """The features that are surely, or possibly, used."""
    return now.features if case.in_use is None else now.features & case.in_use


def _option(case: Case, one: Way, now: Way, paid_minor: int | None) -> Option:
    gained = one.features - now.features
    known = one.total_minor is not None and paid_minor is not None
    return Option(
        plan_id=one.plan.plan_id,
        add_ons=tuple(add_on.plan_id for add_on in one.add_ons),
        is_current=one.plan is now.plan and one.add_ons == now.add_ons,
        months=one.bills,
        total_minor=one.total_minor,
        difference_minor=(one.total_minor or 0) - (paid_minor or 0) if known else None,
        lacks=one.lacks,
        running=_running(case, one),
        gains=tuple(sorted(gained)),
        loses=tuple(sorted(in_use(case, now) - one.features)),
        spare=spare(one),
        worth_minor=worth_of(case.benefits, gained) * len(one.bills),
        locked_until=locked_until(case, one.plan),
    )


def _running(case: Case, one: Way) -> Bill | Unservable:
    month = first_of(case.today)
    return way(case, past(case, (month,), told=True), one.plan, one.add_ons).bills[0]


def spare(one: Way) -> dict[str, Decimal]:
    """Units of each meter that a month includes on average beyond what was used; a year has a twelfth of its own."""
    found: dict[str, Decimal] = {}
    for bill in one.bills:
        for line in bill.lines if isinstance(bill, Bill) else ():
            if line.meter is not None and line.included is not None and line.used is not None:
                months = MONTHS_OF_A_YEAR if one.plan.period == "year" else 1
                left = max(line.included / months - line.used, Decimal(0))
                found[line.meter] = found.get(line.meter, Decimal(0)) + left / len(one.bills)
    return found


def _sum(bills: tuple[Bill | Unservable, ...]) -> int | None:
    totals = [bill.total_minor for bill in bills if isinstance(bill, Bill)]
    return sum(totals) if len(totals) == len(bills) else None


def _cost(one: Option) -> tuple[int, bool]:
    """Of two that cost the same, the one that is held."""
    return one.total_minor or 0, not one.is_current


def _value(one: Option) -> tuple[int, Decimal, bool]:
    """Of two with the same value, the one with more units to spare."""
    return (one.total_minor or 0) - one.worth_minor, -sum(one.spare.values(), Decimal(0)), not one.is_current
