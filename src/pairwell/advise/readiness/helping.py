"""What helps an account with what it already has."""

from __future__ import annotations

from typing import Final

import msgspec

from pairwell.advise.billing.stays import Stay
from pairwell.advise.billing.wording import metered, titled, units
from pairwell.advise.signals.view import View
from pairwell.plans import Meter
from pairwell.said import Said, day, percent, phrase

_LAST: Final = 3  # months
_LITTLE: Final = 0.25  # of what is included
_LATELY_DAYS: Final = 180


class Unused(msgspec.Struct, frozen=True):
    """A meter of which an account pays for far more than it uses."""

    stay: Stay
    meter: Meter
    share: float


def get_more(view: View) -> str:
    """How to get more out of what they pay for: the meter used least, or what they took lately; empty: neither."""
    if used := use_more(view):
        return used
    newest = max((stay for stay in view.now if not stay.is_trial), key=lambda stay: stay.since, default=None)
    if newest is not None and (view.today - newest.since).days <= _LATELY_DAYS:
        return phrase(
            "Go through what {plan} does with them, which they have since {day}.",
            plan=titled(newest.plan),
            day=day(newest.since),
        )
    return ""


def use_more(view: View) -> str:
    """What to show of the meter of which they use least; empty: they use what they pay for."""
    unused = find_unused(view)
    if unused is None:
        return ""
    return phrase(
        "Show what the {included} {meter} of {plan} are good for: they use {share} of them.",
        included=units(unused.meter.included),
        meter=metered(unused.meter.meter),
        plan=titled(unused.stay.plan),
        share=percent(unused.share, 0),
    )


def find_unused(view: View) -> Unused | None:
    """The meter of which they use the smallest share, where that is little."""
    found = [
        Unused(stay, meter, share)
        for stay in view.now
        for meter in stay.plan.meters
        if not stay.is_trial and (share := _share(view, stay, meter)) is not None and share < _LITTLE
    ]
    return min(found, key=lambda one: (one.share, one.meter.meter), default=None)


def get_more_of(view: View, meter: str) -> Said:
    """How to win back use of one meter, with the plan that counts it."""
    counting = [plan for plan in view.held if any(one.meter == meter for one in plan.meters)]
    if not counting:
        return phrase("Ask what they do with their {meter} now, and show what they can do here.", meter=metered(meter))
    return phrase(
        "Ask what they do with their {meter} now, and show how to get more out of {plan}.",
        meter=metered(meter),
        plan=titled(counting[0]),
    )


def _share(view: View, stay: Stay, meter: Meter) -> float | None:
    """Of what is included in a month, as much as is used in the last ones; None: nothing is, or too few months."""
    series = view.monthly.get(meter.meter)
    if series is None or len(series.months) < _LAST or meter.included <= 0 or stay.plan.period != "month":
        return None
    room = float(meter.included * (stay.stretches[-1].seats if meter.per_seat else 1))
    return sum(series.quantities[-_LAST:]) / _LAST / room
