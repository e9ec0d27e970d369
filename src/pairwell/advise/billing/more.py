"""What one way of holding plans gives beyond another: units and features."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from pairwell.advise.billing.days import MONTHS_OF_A_YEAR
from pairwell.advise.billing.ledger import Bill
from pairwell.advise.billing.said_moves import more_units, times_units
from pairwell.advise.billing.ways import Way
from pairwell.said import Said


class Had(msgspec.Struct, frozen=True):
    """Units of a meter that a month has: those included, and those bought beyond."""

    included: Decimal
    bought: Decimal = Decimal(0)


def more_of(then: Way, now: Way) -> list[Said]:
    """What is included more than is had now, meters of which more was bought first."""
    before, after = _had(now), _had(then)
    both = sorted(before.keys() & after.keys(), key=lambda meter: (before[meter].bought == 0, meter))
    said = [_more(meter, before[meter], after[meter]) for meter in both]
    return [one for one in said if one is not None]


def _more(meter: str, before: Had, after: Had) -> Said | None:
    more = after.included - before.included - before.bought
    if more <= 0:
        return None
    if before.bought or not before.included or after.included % before.included:
        return more_units(meter, more)
    return times_units(meter, int(after.included / before.included))


def _had(way: Way) -> dict[str, Had]:
    """Of each meter, as it was in the month that most was bought in; a month has a twelfth of a year's units."""
    found: dict[str, Had] = {}
    months = MONTHS_OF_A_YEAR if way.plan.period == "year" else 1
    for line in (line for bill in way.bills if isinstance(bill, Bill) for line in bill.lines):
        if line.meter is not None and line.included is not None:
            packages = sum(
                (meter.included for add_on in way.add_ons for meter in add_on.meters if meter.meter == line.meter),
                Decimal(0),
            )
            bought = max(line.further or Decimal(0), found.get(line.meter, Had(Decimal(0))).bought)
            found[line.meter] = Had(line.included / months + packages, bought)
    return found
