"""Limits that come near or are reached: included units, and seats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from pairwell.advise.advice import Evidence, Signal
from pairwell.advise.billing.coming import Limit
from pairwell.advise.billing.days import months_on
from pairwell.advise.billing.ledger import Bill, Line
from pairwell.advise.billing.reckon import reckon_months
from pairwell.advise.billing.stays import Stay
from pairwell.advise.billing.wording import metered, money, titled, units
from pairwell.advise.signals.evidence import holding, used
from pairwell.advise.signals.view import View
from pairwell.plans import Meter
from pairwell.said import begun, day, phrase, phrase_count

_NEAR_DAYS = 60  # as far as advice on plans speaks of a limit beforehand
_LAST, _FEWEST = 3, 2  # in so many of the last months: one busy month is none
_FORESEEN = 0.8  # strength of what is forecast, against what was


def find_limits(view: View) -> Iterator[Signal]:
    """Units beyond those included that were paid for, meters used up, limits foreseen, and seats all taken."""
    paid = dict(_overage(view))
    yield from paid.values()
    yield from (one for meter, one in _used_up(view) if meter not in paid)
    for limits in view.limits.values():
        yield from (_foreseen(view, limit) for limit in limits if limit.meter not in paid and _is_near(view, limit))
    yield from (_seats_full(view, stay, most) for stay in view.now if (most := _most_seats(stay)) is not None)


def _last_months(view: View) -> tuple[dt.date, ...]:
    return tuple(months_on(view.running, -back) for back in range(_LAST, 0, -1))


def _overage(view: View) -> Iterator[tuple[str, Signal]]:
    """Meters of which further units were paid for in most of the last months."""
    months = _last_months(view)
    bills = reckon_months(view.account.ledger, view.prices, months, told=False)
    lines = [line for bill in bills if isinstance(bill, Bill) for line in bill.lines]
    held = {plan.plan_id for plan in view.held}
    for meter in dict.fromkeys(line.meter for line in lines if line.meter is not None):
        paid = [line for line in lines if line.meter == meter and line.amount_minor > 0 and line.plan_id in held]
        if len({line.since.replace(day=1) for line in paid}) >= _FEWEST and meter in view.monthly:
            yield meter, _paid(view, meter, paid)


def _paid(view: View, meter: str, paid: list[Line]) -> Signal:
    further = sum((line.further or Decimal(0) for line in paid), Decimal(0))
    text = phrase(
        "{units} {meter} beyond those included were paid for in the last three months: {amount}.",
        units=units(further),
        meter=metered(meter),
        amount=money(sum(line.amount_minor for line in paid), view.prices.currency),
    )
    return view.signal("overage_paid", text, _last_moment(view), _recent(view, meter), about=meter)


def _used_up(view: View) -> Iterator[tuple[str, Signal]]:
    """Meters without a price for more, of which all was taken in most of the last months."""
    for stay in view.now:
        for meter in stay.plan.meters:
            taken = [one for one in _recent_use(view, meter.meter) if one >= _room(stay, meter)]
            if not meter.tiers and not stay.is_trial and len(taken) >= _FEWEST:
                text = phrase(
                    "All {included} {meter} of {plan} were used up in {months} of the last three months.",
                    months=len(taken),
                    included=units(Decimal(str(_room(stay, meter)))),
                    meter=metered(meter.meter),
                    plan=titled(stay.plan),
                )
                at, rows = _last_moment(view), _recent(view, meter.meter)
                yield meter.meter, view.signal("limit_near", text, at, rows, about=meter.meter)


def _room(stay: Stay, meter: Meter) -> float:
    """What a month includes."""
    return float(meter.included * (stay.stretches[-1].seats if meter.per_seat else 1))


def _is_near(view: View, limit: Limit) -> bool:
    return limit.meter in view.monthly and limit.day <= view.today + dt.timedelta(days=_NEAR_DAYS)


def _foreseen(view: View, limit: Limit) -> Signal:
    text = phrase(
        "{meter}: the {included} included will be used up around {day}.",
        meter=begun(metered(limit.meter)),
        included=units(limit.included),
        day=day(limit.day),
    )
    rows = _recent(view, limit.meter)
    return view.signal("limit_near", text, view.account.as_of, rows, sure=_FORESEEN, about=limit.meter)


def _most_seats(stay: Stay) -> int | None:
    """As many seats as the plan can have, where they are all held."""
    plan = stay.plan
    most = plan.seats_included if plan.seat_minor is None else plan.seats_max
    return most if most is not None and not stay.is_trial and stay.stretches[-1].seats >= most else None


def _seats_full(view: View, stay: Stay, most: int) -> Signal:
    text = phrase_count(
        "The {count} seat that {plan} can have is taken.",
        "All {count} seats that {plan} can have are taken.",
        most,
        plan=titled(stay.plan),
    )
    return view.signal("seats_full", text, view.account.as_of, holding(stay), about=stay.plan.plan_id)


def _recent_use(view: View, meter: str) -> tuple[float, ...]:
    series = view.monthly.get(meter)
    return series.quantities[-_LAST:] if series else ()


def _recent(view: View, meter: str) -> Evidence:
    series = view.monthly[meter]
    return used(meter, series.months[-_LAST:], series.quantities[-_LAST:])


def _last_moment(view: View) -> dt.datetime:
    """The end of the last whole month."""
    return min(view.account.as_of, dt.datetime.combine(view.running, dt.time(), dt.UTC))
