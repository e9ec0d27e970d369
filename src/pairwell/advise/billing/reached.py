"""How much of a meter a month wanted that took all there was, by the day on which that was reached.

Whoever has used up a month's units on the tenth day wanted about three times as many; the monthly sum says the limit
to each of them alike.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from pairwell.advise.billing.case import Case
from pairwell.advise.billing.days import days_of, first_of
from pairwell.advise.billing.wanted import most_of

_FEWEST_DAYS = 4  # of a month, with use of anything, that show it is told of within months


def wanted_in(case: Case, meter: str, month: dt.date, used: Decimal) -> float | None:
    """Units that a month wanted which took all that the plan of that month sells; None: it did not, or nobody knows."""
    stay = next((one for one in case.paid if one.since <= month < one.until), None)
    own = None if stay is None else next((one for one in stay.plan.meters if one.meter == meter), None)
    if stay is None or own is None or own.tiers or stay.plan.period == "year" or own.included <= 0:
        return None
    most = most_of(case, meter) if stay is case.current else own.included
    return wanted_by_day(case, meter, month, most) if most is not None and used >= most else None


def wanted_by_day(case: Case, meter: str, month: dt.date, limit: Decimal) -> float | None:
    """Units that a month would have taken had it gone on as it began; None: nobody told by the day.

    A row says what was used since the one before, so the days up to the last row below the limit are the measure; where
    the first row took all, no more is known than that so many days did.
    """
    if not _is_told_by_day(case, month):
        return None
    days, used, last = days_of(month), Decimal(0), 0
    for day, quantity in sorted(_by_day(case, month, meter).items()):
        if used + quantity >= limit:
            least = float(limit) * days / day.day
            return max(float(used) * days / last, least) if last else least
        used, last = used + quantity, day.day
    return None


def _by_day(case: Case, month: dt.date, meter: str) -> Mapping[dt.date, Decimal]:
    found: defaultdict[dt.date, Decimal] = defaultdict(Decimal)
    for use in case.ledger.used:
        if use.meter == meter and first_of(use.day) == month:
            found[use.day] += use.quantity
    return found


def _is_told_by_day(case: Case, month: dt.date) -> bool:
    return len({use.day for use in case.ledger.used if first_of(use.day) == month}) >= _FEWEST_DAYS
