"""What was used, as the rows that a counter writes each week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from pairwell.plans import Meter
from pairwell.simulate.arrays import Ints
from pairwell.simulate.firm.contracts import signed_up
from pairwell.simulate.firm.price_list import FAMILIES, METERS
from pairwell.simulate.firm.world import Firm
from pairwell.simulate.streams import Purpose, open_stream

_WEEK = timedelta(days=7)
_LAST_HOUR = timedelta(hours=1)


class Used(NamedTuple):
    """So much since the row before."""

    account_id: str
    meter: str
    at: datetime
    quantity: int


def usage(firm: Firm) -> Iterator[Used]:
    """All of the history, by account; a meter is counted while a plan of its family is held, a free one always."""
    for account in range(firm.size.accounts):
        rng = open_stream(firm.seed, Purpose.FIRM_FILES, account)
        for month in range(firm.size.months):
            if firm.holding.there[month, account]:
                yield from _month(firm, account, month, rng)


def _month(firm: Firm, account: int, month: int, rng: np.random.Generator) -> Iterator[Used]:
    first, end = firm.size.month_start(month), firm.size.month_start(month + 1)
    begin = max(first, signed_up(firm, account))
    weeks = _weeks(begin, end)
    share = (end - begin) / (end - first)
    for name in METERS:
        wanted = float(firm.needs.wants[month].meters[name][account])
        parts = rng.multinomial(round(wanted * share), [length / (end - begin) for _, length in weeks])
        served = _served(firm, account, month, name, parts)
        for (at, _), quantity in zip(weeks, served.tolist(), strict=True):
            if quantity:
                yield Used(firm.accounts.ids[account], name, at, quantity)


def _weeks(begin: datetime, end: datetime) -> list[tuple[datetime, timedelta]]:
    """When the counter is read, and how long it ran since."""
    ends = [begin + _WEEK * number for number in range(1, 6) if begin + _WEEK * number < end]
    starts = [begin, *ends]
    return [(stop - _LAST_HOUR, stop - start) for start, stop in zip(starts, [*ends, end], strict=True)]


def _served(firm: Firm, account: int, month: int, name: str, parts: Ints) -> Ints:
    """What of it the plan held lets through, until its limit is reached."""
    meter = _meter(firm, account, month, name)
    if meter is None:
        return np.zeros_like(parts)
    if meter.tiers or name in _FREE:
        return parts
    return np.diff(np.minimum(np.cumsum(parts), int(meter.included)), prepend=0)


_FREE = ("leads", "outreach")


def _meter(firm: Firm, account: int, month: int, name: str) -> Meter | None:
    """The meter on the plan held in that month; None where no plan with it is held."""
    if name in _FREE:
        return Meter(meter=name)
    for family, plans in enumerate(FAMILIES.values()):
        tier = int(firm.holding.tier[month, account, family])
        found = [meter for meter in plans[tier].meters if meter.meter == name] if tier >= 0 else []
        if found:
            return found[0]
    return None
