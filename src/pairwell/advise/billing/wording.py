"""How lines of a bill, and sums of money in advice, are said."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from babel.numbers import get_currency_precision

from pairwell.advise.billing.days import days_of
from pairwell.advise.billing.price import paid_units
from pairwell.advise.billing.stays import Stay, Stretch
from pairwell.advise.billing.units import Counted
from pairwell.plans import Plan
from pairwell.said import Said, amount, day, joined, number, phrase, phrase_count

_DECIMALS = 4  # of units and prices of units, at most


def money(minor: float, currency: str) -> Said:
    """Money as people say it: 50, but 50.40."""
    whole = 10 ** get_currency_precision(currency)
    return number(minor / whole) if minor % whole == 0 else amount(minor, currency)


def units(quantity: Decimal) -> Said:
    """A number of units, with no more decimals than it has."""
    decimals = -int(Decimal(quantity).normalize().as_tuple().exponent)
    return number(float(quantity), min(max(decimals, 0), _DECIMALS))


def titled(plan: Plan) -> str:
    """What the shop calls a plan."""
    return plan.title or plan.plan_id


def metered(meter: str) -> str:
    """What the shop calls the units of a meter."""
    return meter.replace("_", " ")


def said_fee(stay: Stay, since: dt.date, until: dt.date) -> str:
    """What for, and for which part of a period, a fee is owed."""
    return joined(_fee(stay), _days(since, until), _afterwards(stay, since), between=", ")


def said_seats(stay: Stay, part: Stretch, further: int) -> str:
    """How many seats beyond those included, and for which part of a period."""
    said = phrase_count(
        "{count} seat beyond the {included} of {plan}",
        "{count} seats beyond the {included} of {plan}",
        further,
        included=stay.plan.seats_included or 0,
        plan=titled(stay.plan),
    )
    return joined(said, _days(part.since, part.until), _afterwards(stay, part.since), between=", ")


def said_use(counted: Counted) -> str:
    """How many units beyond those included there were, and how many of them are paid for."""
    beyond = counted.further + counted.covered
    parts = [
        phrase(
            "{used} {meter} used, {beyond} beyond the {included} of {plan}",
            used=units(counted.used),
            meter=metered(counted.meter.meter),
            beyond=units(beyond),
            included=units(counted.included),
            plan=titled(counted.stay.plan),
        )
    ]
    if counted.covered:
        parts.append(phrase("{covered} of them from add-ons", covered=units(counted.covered)))
    if (paid := paid_units(counted.meter, counted.further)) != counted.further:
        parts.append(phrase("paid as {paid} in whole blocks", paid=units(paid)))
    if counted.meter.cap_minor is not None and counted.minor == counted.meter.cap_minor:
        parts.append(phrase("no more than the cap"))
    return joined(*parts, between=", ")


def said_trial(stay: Stay) -> str:
    """That a trial costs nothing."""
    return phrase("Trial of {plan}: nothing to pay", plan=titled(stay.plan))


def _fee(stay: Stay) -> Said:
    if stay.plan.period == "year":
        return phrase("A month's share of the yearly fee of {plan}", plan=titled(stay.plan))
    return phrase("Fee of {plan}", plan=titled(stay.plan))


def _days(since: dt.date, until: dt.date) -> str:
    """Nothing for whole months."""
    whole, here = days_of(since), (until - since).days
    return "" if here == whole else phrase("{here} of {whole} days", here=here, whole=whole)


def _afterwards(stay: Stay, since: dt.date) -> str:
    if since < stay.until:
        return ""
    return phrase("owed until {day}, after it was left", day=day(stay.owed_until - dt.timedelta(days=1)))
