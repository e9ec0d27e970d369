"""How many seats the coming months will take.

Seats are few and whole, and taken long after they are needed. So they are taken to grow from what they are now by as
much as their months, evened by all else that the account uses, are forecast to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from pairwell.advise.billing.case import Case
from pairwell.advise.billing.compare import FEWEST_MONTHS, NotKnown
from pairwell.advise.billing.days import months_between, months_on
from pairwell.advise.billing.forecast import forecast
from pairwell.advise.billing.pace import even_out
from pairwell.advise.billing.stays import Stretch


def seats_ahead(case: Case, months: tuple[dt.date, ...]) -> tuple[Stretch, ...]:
    """Seats of each coming month: as now, where they are not paid for or never changed, or too few months are known."""
    return tuple(Stretch(month, months_on(month, 1), seats) for month, seats in _by_month(case, months))


def _by_month(case: Case, months: tuple[dt.date, ...]) -> Iterator[tuple[dt.date, int]]:
    assert case.current is not None  # callers refuse such a case
    now, most = case.current.stretches[-1].seats, case.current.plan.seats_max
    for month, growth in zip(months, _growth(case, months), strict=True):
        seats = max(round(now * growth), 1)
        yield month, seats if most is None else min(seats, max(most, now))


def _growth(case: Case, months: tuple[dt.date, ...]) -> Sequence[float]:
    known, history = case.recent_months, _history(case)
    if len(set(history)) < 2 or len(known) < FEWEST_MONTHS or all(plan.seats_included is None for plan in case.plans):  # noqa: PLR2004
        return [1.0] * len(months)
    evened = even_out(case, known, history).quantities
    since = months_on(known[-1], 1)
    found = forecast(evened, since, len(list(months_between(since, months_on(months[-1], 1)))))
    if isinstance(found, NotKnown):
        return [1.0] * len(months)
    return [one.expected / evened[-1] for one in found if one.month in months]


def _history(case: Case) -> list[float]:
    """The seats with which each of the recent months ended."""
    ends = [months_on(month, 1) - dt.timedelta(days=1) for month in case.recent_months]
    return [float(case.seats(day, day + dt.timedelta(days=1))[-1].seats) for day in ends]
