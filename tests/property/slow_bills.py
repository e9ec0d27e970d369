"""Bills reckoned the long way: day by day and unit by unit, from the words of the documentation alone.

For plans that are prorated and have no minimum term, and use that every plan can serve.
"""

from __future__ import annotations

import datetime as dt
from calendar import isleap, monthrange
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pairwell.advise.billing.ledger import Held, Ledger, Prices
from pairwell.plans import Meter, Plan

DAY = dt.timedelta(days=1)


class Run(NamedTuple):
    """Days on end on one plan."""

    plan: Plan
    days: list[dt.date]
    seats: dict[dt.date, int]
    is_trial: bool


def slow_total(ledger: Ledger, prices: Prices, month: dt.date) -> int:
    runs = list(_runs(ledger, prices, month))
    paid = [run for run in runs if not run.is_trial]
    total = sum(_share(run.plan.fee_minor, run, _of(run.days, month)) for run in paid)
    for run in paid:
        for seats, days in groupby(_of(run.days, month), key=run.seats.__getitem__):
            further = 0 if run.plan.seats_included is None else max(seats - run.plan.seats_included, 0)
            total += _share(further * (run.plan.seat_minor or 0), run, list(days))
    return total + _use(ledger, runs, month)


def _runs(ledger: Ledger, prices: Prices, month: dt.date) -> Iterator[Run]:
    """Plans one after the other, as a calendar shows them: a day is with the plan that it ends with."""
    last = month.replace(day=monthrange(month.year, month.month)[1])
    for plan in prices.plans:
        for trial in (False, True):
            rows = [row for row in ledger.held if row.plan_id == plan.plan_id and row.is_trial == trial]
            copies = max(Counter((row.since, row.until) for row in rows).values(), default=0)
            days: list[dt.date] = []
            seats: dict[dt.date, int] = {}
            day = dt.date(2023, 1, 1)
            while day <= last + DAY:
                here = [row for row in rows if _ends_with(row, day, prices.zone)] if day <= last else []
                if here:
                    days.append(day)
                    seats[day] = here[0].seats or 1
                elif days:
                    yield from [Run(plan, days, seats, trial)] * copies
                    days, seats = [], {}
                day += DAY


def _ends_with(row: Held, day: dt.date, zone: str) -> bool:
    midnight = dt.datetime.combine(day + DAY, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)
    return row.since < midnight and (row.until is None or row.until >= midnight)


def _of(days: list[dt.date], month: dt.date) -> list[dt.date]:
    return [day for day in days if (day.year, day.month) == (month.year, month.month)]


def _share(amount: int, run: Run, days: list[dt.date]) -> int:
    """What some days of a month pay of a period's amount."""
    if run.plan.period == "month":
        return round(sum((Fraction(amount, _length(day)) for day in days), Fraction(0)))
    total = 0
    for year in dict.fromkeys(_year(run, day) for day in days):
        here = [day for day in days if _year(run, day) == year]
        total += round(amount * _gone(year, here[-1] + DAY)) - round(amount * _gone(year, here[0]))
    return total


def _length(day: dt.date) -> int:
    return (
        29 if day.month == 2 and isleap(day.year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[day.month - 1]
    )


def _year(run: Run, day: dt.date) -> dt.date:
    """The first day of the contract year."""
    first = run.days[0]
    starts = [_anniversary(first, year) for year in range(first.year, day.year + 1)]
    return max(start for start in starts if start <= day)


def _anniversary(first: dt.date, year: int) -> dt.date:
    return (
        dt.date(year, 2, 28) if (first.month, first.day) == (2, 29) and not isleap(year) else first.replace(year=year)
    )


def _gone(start: dt.date, day: dt.date) -> Fraction:
    """The part of the contract year before a day, a day weighing as much of its month as it is."""
    end = _anniversary(start, start.year + 1)
    weights = {start + DAY * number: Fraction(1, _length(start + DAY * number)) for number in range((end - start).days)}
    return sum((weight for at, weight in weights.items() if at < day), Fraction(0)) / sum(weights.values())


def _use(ledger: Ledger, runs: list[Run], month: dt.date) -> int:
    """Units counted one by one, from the first month on."""
    trials = {day for run in runs if run.is_trial for day in run.days}
    plans = sorted((run for run in runs if run.plan.kind == "plan" and not run.is_trial), key=lambda run: run.days[0])
    packages = [run for run in runs if run.plan.kind == "add_on"]
    used = {row.day: int(row.quantity) for row in ledger.used}
    state: dict[tuple[str, dt.date], dict[str, int]] = {}
    owed = 0
    for at in dict.fromkeys(day.replace(day=1) for run in plans for day in run.days if day.replace(day=1) <= month):
        left = sum(int(pack.plan.meters[0].included) for pack in packages if _of(pack.days, at))
        for run in plans:
            for start, days in _periods(run, at):
                mine = state.setdefault((run.plan.plan_id, start), {"used": 0, "beyond": 0, "further": 0, "owed": 0})
                meter, seats = run.plan.meters[0], max(run.seats[day] for day in run.days if start <= day <= days[-1])
                included = int(meter.included) * (seats if meter.per_seat else 1)
                for day in days:
                    for _ in range(0 if day in trials else used.get(day, 0)):
                        mine["used"] += 1
                        if mine["used"] - included > mine["beyond"]:
                            mine["beyond"] += 1
                            if left:
                                left -= 1
                            else:
                                mine["further"] += 1
                before, mine["owed"] = mine["owed"], round(_price(meter, mine["further"]))
                owed += mine["owed"] - before if at == month else 0
    return owed


def _periods(run: Run, month: dt.date) -> Iterator[tuple[dt.date, list[dt.date]]]:
    starts = {day: month if run.plan.period == "month" else _year(run, day) for day in _of(run.days, month)}
    for start in dict.fromkeys(starts.values()):
        yield start, [day for day, begins in starts.items() if begins == start]


def _price(meter: Meter, units: int) -> Fraction:
    """Unit by unit, each begun block to its end."""
    paid = units
    while paid % int(meter.block):
        paid += 1
    costs = [_tier(meter, paid if meter.volume else unit) for unit in range(1, paid + 1)]
    cost = sum(costs, Fraction(0))
    return cost if meter.cap_minor is None else min(cost, Fraction(meter.cap_minor))


def _tier(meter: Meter, unit: int) -> Fraction:
    """The price of the n-th further unit."""
    for tier in meter.tiers:
        if tier.up_to is None or unit <= tier.up_to:
            return Fraction(tier.price_minor)
    raise AssertionError
