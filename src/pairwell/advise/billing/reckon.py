"""The bill of one calendar month, line by line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from pairwell.advise.billing.lacking import Lacking
from pairwell.advise.billing.ledger import Bill, Ledger, Line, Prices, Unservable
from pairwell.advise.billing.stays import Stay, Stretch, in_month, part_minor, stays_of
from pairwell.advise.billing.units import Counted, counted
from pairwell.advise.billing.wording import said_fee, said_seats, said_trial, said_use
from pairwell.plans import Plan


def reckon(ledger: Ledger, prices: Prices, month: dt.date) -> Bill | Unservable:
    """The bill of a calendar month, given as its first day, at the prices of the list.

    Each line is rounded once, half to even, and the lines sum to the total. Use on days without a plan is not billed.
    `Unservable` names what the plans held have too little of: seats, units of a meter, or a plan the list knows.
    """
    return reckon_months(ledger, prices, (month,))[0]


def reckon_months(
    ledger: Ledger, prices: Prices, months: Sequence[dt.date], *, told: bool = True
) -> tuple[Bill | Unservable, ...]:
    """The bills of some months, in order; where it need not be `told` how lines came to be, their texts are empty."""
    if not months:
        return ()
    stays = stays_of(ledger, prices)
    by_meter = [counted(meter, stays, ledger.used, months) for meter in _metered(stays)]
    lacking = Lacking(ledger, prices, stays)
    return tuple(
        _bill(month, stays, lacking, [one for walked in by_meter for one in walked[month]], told=told)
        for month in months
    )


def _bill(
    month: dt.date, stays: Sequence[Stay], lacking: Lacking, units: Sequence[Counted], *, told: bool
) -> Bill | Unservable:
    if lacks := tuple(lacking.of_month(month, units)):
        return Unservable(month, lacks)
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
    if days := in_month(stay.since, stay.until, month):
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
    owed, here = in_month(stay.owed_since, stay.owed_until, month), in_month(stay.owed_since, stay.until, month)
    if owed is None:
        return
    whole = part_minor(stay.plan.fee_minor, stay, *owed)
    first = part_minor(stay.plan.fee_minor, stay, *here) if here else 0
    after = in_month(max(stay.owed_since, stay.until), stay.owed_until, month)
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
        days = in_month(part.since, part.until, month)
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


def _further_seats(plan: Plan, seats: int) -> int:
    return 0 if plan.seats_included is None else max(seats - plan.seats_included, 0)


def _metered(stays: Iterable[Stay]) -> list[str]:
    """The meters that plans count, each once."""
    return list(dict.fromkeys(meter.meter for stay in stays for meter in stay.plan.meters))
