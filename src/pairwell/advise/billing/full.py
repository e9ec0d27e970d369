"""Meters of which an account took all that it could, and what more of them would have to be worth."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import ceil

from pairwell.advise.billing.coming import Expected
from pairwell.advise.billing.ledger import Bill
from pairwell.advise.billing.said_moves import costs_more, pays_from, used_up
from pairwell.advise.billing.wanted import months_at, most_of
from pairwell.advise.billing.weighed import LAST_MONTHS, Weighed
from pairwell.said import Said


def said_full(weighed: Weighed) -> list[Said]:
    """For each meter that was used up in all of the last months: that it was, and what a larger plan would cost."""
    return [said for running in weighed.coming.meters for said in _of_meter(weighed, running.meter, running.history)]


def _of_meter(weighed: Weighed, meter: str, history: tuple[Decimal, ...]) -> Iterator[Said]:
    limit = most_of(weighed.case, meter)
    months = 0 if limit is None else months_at(limit, history)
    if limit is None or months < LAST_MONTHS:
        return
    yield used_up(meter, limit, months)
    larger = [one for one in weighed.dearer() if _gives(one, meter, limit)]
    if larger:
        next_up = max(larger, key=weighed.saved)
        yield costs_more(next_up.way, weighed.monthly(-weighed.saved(next_up)), weighed.currency)
        yield from _pays_from(weighed, next_up, meter)


def _gives(one: Expected, meter: str, limit: Decimal) -> bool:
    """Whether a month of another way has more than that of a meter."""
    lines = [line for bill in one.way.bills if isinstance(bill, Bill) for line in bill.lines if line.meter == meter]
    sold = any(own.tiers for own in one.way.plan.meters if own.meter == meter)
    return sold or any((line.included or Decimal(0)) > limit for line in lines)


def _pays_from(weighed: Weighed, one: Expected, meter: str) -> Iterator[Said]:
    worths = [each.money_minor for each in weighed.case.benefits if each.meter == meter and each.money_minor]
    if worths:
        more = Fraction(-weighed.saved(one), weighed.months) / Fraction(sum(worths, Decimal(0)))
        yield pays_from(one.way, max(ceil(more), 1), meter)
