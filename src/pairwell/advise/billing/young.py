"""What can be said of an account with too few months for a forecast: only what each of them says alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec

from pairwell.advise.billing.case import Case
from pairwell.advise.billing.compare import locked_until, past
from pairwell.advise.billing.ledger import Bill
from pairwell.advise.billing.ways import Way, ways

FEWEST = 2  # whole months
CLEAR = 0.2  # of the bill, that each month must have saved


class Clear(msgspec.Struct, frozen=True, kw_only=True):
    """A larger plan that would have been far cheaper in every month there was."""

    way: Way
    months: int
    paid_minor: int  # a month, on average
    then_minor: int
    locked_until: dt.date | None


def clearly_cheaper(case: Case) -> Clear | None:
    """The one that saves most; None: fewer than `FEWEST` months, or no plan saved `CLEAR` of the bill in each."""
    months = case.recent_months
    if case.current is None or len(months) < FEWEST:
        return None
    now, *others = ways(case, past(case, months))
    found = list(_clear(case, now, others))
    return min(found, key=lambda one: (one.then_minor, one.way.plan.plan_id), default=None)


def _clear(case: Case, now: Way, others: list[Way]) -> Iterator[Clear]:
    bills, count = [bill for bill in now.bills if isinstance(bill, Bill)], len(now.bills)
    for one in others:
        then = [bill for bill in one.bills if isinstance(bill, Bill)]
        is_larger = one.plan.tier > now.plan.tier and now.features <= one.features
        if is_larger and len(then) == len(bills) == count:
            pairs = zip(then, bills, strict=True)
            if all(new.total_minor <= (1 - CLEAR) * old.total_minor for new, old in pairs):
                yield Clear(
                    way=one,
                    months=count,
                    paid_minor=round(sum(bill.total_minor for bill in bills) / count),
                    then_minor=round(sum(bill.total_minor for bill in then) / count),
                    locked_until=locked_until(case, one.plan),
                )
