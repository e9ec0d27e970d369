"""The bill of one calendar month, line by line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from pairwell.advise.billing.days import local_day, months_on
from pairwell.advise.billing.ledger import Bill, Lack, Ledger, Line, Prices, Unservable, Use
from pairwell.advise.billing.price import NO_UNITS
from pairwell.advise.billing.stays import Stay, Stretch, part_minor, stays_of
from pairwell.advise.billing.units import Counted, counted
from pairwell.advise.billing.wording import said_fee, said_seats, said_trial, said_use
from pairwell.plans import Plan

_FURTHEST = dt.date.max


def reckon(ledger: Ledger, prices: Prices, month: dt.date, *, told: bool = True) -> Bill | Unservable:
    """The bill of a calendar month, given as its first day, at the prices of the list.

    Each line is rounded once, half to even, and the lines sum to the total. Use on days without a plan is not billed.
    Where it need not be `told` how lines came to be, their texts are empty, which is faster.
    `Unservable` names what the plans held have too little of: seats, units of a meter, or a plan the list knows.
    """
    stays = stays_of(ledger, prices)
    units = [one for meter in _metered(stays) for one in counted(meter, stays, ledger.used, month)]
    lacks = [
        *_unknown(ledger, prices, month),
        *_too_many_seats(stays, month),
        *_too_much_use(units),
        *_uncounted(ledger.used, stays, prices, month),
    ]
    if lacks:
        return Unservable(month, tuple(lacks))
    lines = (*_standing(stays, month, told=told), *(_use_line(one, told=told) for one in units))
    return Bill(month, lines, sum(line.amount_minor for line in lines))


def _standing(stays: Sequence[Stay], month: dt.date, *, told: bool) -> Iterator[Line]:
    """Fees and seats, which are owed whatever is used."""
    for stay in stays:
        if stay.is_trial:
            yield from _trial_lines(stay, month, told=told)
        else:
            yield from _fee_lines(stay, month, told=told)
            yield from _seat_lines(stay, month, told=told)


def _trial_lines(stay: Stay, month: dt.date, *, told: bool) -> Iterator[Line]:
    if days := _in_month(stay.since, stay.until, month):
        yield Line(
            kind="trial",
            plan_id=stay.plan.plan_id,
            since=days[0],
            until=days[1],
            amount_minor=0,
            text=said_trial(stay) if told else "",
        )


def _fee_lines(stay: Stay, month: dt.date, *, told: bool) -> Iterator[Line]:
    """One line, or two where the stay ends within the month and its fee is owed on; both sum to what is owed."""
    owed, here = _in_month(stay.owed_since, stay.owed_until, month), _in_month(stay.owed_since, stay.until, month)
    if owed is None:
        return
    whole = part_minor(stay.plan.fee_minor, stay, *owed)
    first = part_minor(stay.plan.fee_minor, stay, *here) if here else 0
    after = _in_month(max(stay.owed_since, stay.until), stay.owed_until, month)
    for days, minor in ((here, first), (after, whole - first)):
        if days:
            yield Line(
                kind="fee",
                plan_id=stay.plan.plan_id,
                since=days[0],
                until=days[1],
                amount_minor=minor,
                text=said_fee(stay, *days) if told else "",
            )


def _seat_lines(stay: Stay, month: dt.date, *, told: bool) -> Iterator[Line]:
    plan = stay.plan
    for part in stay.owed():
        further = _further_seats(plan, part.seats)
        days = _in_month(part.since, part.until, month)
        if days and further:
            yield Line(
                kind="seats",
                plan_id=plan.plan_id,
                since=days[0],
                until=days[1],
                amount_minor=part_minor(further * (plan.seat_minor or 0), stay, *days),
                text=said_seats(stay, Stretch(*days, part.seats), further) if told else "",
            )


def _use_line(one: Counted, *, told: bool) -> Line:
    return Line(
        kind="use",
        plan_id=one.stay.plan.plan_id,
        since=one.since,
        until=one.until,
        amount_minor=one.minor,
        text=said_use(one) if told else "",
        meter=one.meter.meter,
        used=one.used,
        included=one.included,
        covered=one.covered,
        further=one.further,
    )


def _unknown(ledger: Ledger, prices: Prices, month: dt.date) -> Iterator[Lack]:
    """Plans held in the month that the price list does not know."""
    for held in ledger.held:
        until = _FURTHEST if held.until is None else local_day(held.until, prices.zone)
        if prices.plan(held.plan_id) is None and _in_month(local_day(held.since, prices.zone), until, month):
            yield Lack(plan_id=held.plan_id, what="plan", lacking=Decimal(1))


def _too_many_seats(stays: Sequence[Stay], month: dt.date) -> Iterator[Lack]:
    for stay in stays:
        plan, seats = stay.plan, stay.seats_by(month, months_on(month, 1))
        most = plan.seats_max if plan.seat_minor is not None or plan.seats_included is None else plan.seats_included
        here = _in_month(stay.since, stay.until, month) is not None
        if here and not stay.is_trial and most is not None and seats > most:
            yield Lack(plan_id=plan.plan_id, what="seats", lacking=Decimal(seats - most))


def _too_much_use(units: Iterable[Counted]) -> Iterator[Lack]:
    yield from (one.lack for one in units if one.lack is not None)


def _uncounted(used: Sequence[Use], stays: Sequence[Stay], prices: Prices, month: dt.date) -> Iterator[Lack]:
    """What was used of a meter that other plans of the family count, and no plan held on that day does."""
    lacking: dict[tuple[str, str], Decimal] = {}
    for use in used:
        if not month <= use.day < months_on(month, 1):
            continue
        here = [stay for stay in stays if stay.since <= use.day < stay.until]
        if any(stay.is_trial for stay in here) or use.meter in _metered(here):
            continue
        for stay in here:
            if stay.plan.kind == "plan" and use.meter in _of_family(prices, stay.plan.family):
                place = (stay.plan.plan_id, use.meter)
                lacking[place] = lacking.get(place, NO_UNITS) + use.quantity
    for (plan_id, meter), quantity in lacking.items():
        if quantity > 0:
            yield Lack(plan_id=plan_id, what="meter", lacking=quantity, meter=meter)


def _of_family(prices: Prices, family: str) -> set[str]:
    plans = (plan for plan in prices.plans if plan.family == family and plan.kind == "plan")
    return {meter.meter for plan in plans for meter in plan.meters}


def _metered(stays: Iterable[Stay]) -> list[str]:
    """The meters that plans count, each once."""
    return list(dict.fromkeys(meter.meter for stay in stays for meter in stay.plan.meters))


def _further_seats(plan: Plan, seats: int) -> int:
    return 0 if plan.seats_included is None else max(seats - plan.seats_included, 0)


def _in_month(since: dt.date, until: dt.date, month: dt.date) -> tuple[dt.date, dt.date] | None:
    first, end = max(since, month), min(until, months_on(month, 1))
    return (first, end) if first < end else None
