"""How advice about plans is said: in terms of what the account gets, never of what is sold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from pairwell.advise.billing.coming import Limit
from pairwell.advise.billing.compare import NotKnown
from pairwell.advise.billing.ledger import Lack
from pairwell.advise.billing.ways import Way
from pairwell.advise.billing.wording import metered, money, titled, units
from pairwell.said import Said, day, joined, listed, phrase, phrase_count


def named(way: Way) -> str:
    """A plan with its add-ons: "Team with 2 x Message pack"."""
    packages = dict.fromkeys(way.add_ons)
    if not packages:
        return titled(way.plan)
    counts = [(plan, way.add_ons.count(plan)) for plan in packages]
    said = [titled(plan) if number == 1 else f"{number} x {titled(plan)}" for plan, number in counts]
    return phrase("{plan} with {add_ons}", plan=titled(way.plan), add_ons=listed(said))


def saves(way: Way, minor: int, currency: str) -> Said:
    """What a move saves a month."""
    return phrase("{plan} saves {money} a month", plan=named(way), money=money(minor, currency))


def same_bill(more: Sequence[str]) -> Said:
    """What the same money buys."""
    return joined(phrase("The same bill"), *more, between=", ")


def more_units(meter: str, more: Decimal) -> Said:
    """Units that are included instead of bought."""
    if more == more.to_integral_value():
        return phrase_count("{count} more of {meter}", "{count} more {meter}", int(more), meter=metered(meter))
    return phrase("{units} more {meter}", units=units(more), meter=metered(meter))


def times_units(meter: str, times: int) -> Said:
    """So many times the units that are included now."""
    return phrase_count("{count} time the {meter}", "{count} times the {meter}", times, meter=metered(meter))


def pays(feature: str, minor: int, currency: str) -> Said:
    """What something gained is worth a month, by a benefit that was named."""
    return phrase("{what}: worth {money} a month", what=metered(feature), money=money(minor, currency))


def costs_more(way: Way, minor: int, currency: str) -> Said:
    """What another plan would cost beside the present one."""
    return phrase("{plan} would cost {money} more a month", plan=named(way), money=money(minor, currency))


def stays_best(way: Way, minor: int, currency: str) -> Said:
    """That nothing is cheaper."""
    return phrase(
        "{plan} is the cheapest for this use, at {money} a month", plan=named(way), money=money(minor, currency)
    )


def too_small(way: Way, minor: int, currency: str) -> Said:
    """That a move would save too little to be worth the trouble."""
    return phrase("{plan} would save no more than {money} a month", plan=named(way), money=money(minor, currency))


def not_lasting(way: Way, months: int) -> Said:
    """That what is cheaper for the use expected was not so for the use there was."""
    return phrase_count(
        "{plan} would not have been cheaper in the last month",
        "{plan} would not have been cheaper over the last {count} months",
        months,
        plan=named(way),
    )


def would_lose(way: Way, features: Sequence[str]) -> Said:
    """That a cheaper plan lacks what is in use."""
    return phrase(
        "{plan} has no {features}", plan=named(way), features=listed([metered(one) for one in features], "or")
    )


def bound(way: Way, until: dt.date, minor: int, currency: str) -> Said:
    """That a cheaper plan is only cheaper once the present one can be left."""
    return phrase(
        "From {day}, when the present term ends, {plan} would save {money} a month",
        day=day(until),
        plan=named(way),
        money=money(minor, currency),
    )


def binds(way: Way, until: dt.date) -> Said:
    """That a plan, once taken, cannot be left for a while."""
    return phrase("{plan} binds until {day}", plan=named(way), day=day(until))


def may_cost(way: Way, minor: int, currency: str) -> Said:
    """What the plan could cost more than the present one where use grows as much as it may."""
    return phrase("If use grows, {plan} may cost {money} more a month", plan=named(way), money=money(minor, currency))


def risky(way: Way, minor: int, currency: str) -> Said:
    """What the plan would cost more than the present one where use falls as far as it may, which is too much."""
    return phrase(
        "If use falls as far as it may, {plan} costs {money} more a month: too much beside what it is expected to save",
        plan=named(way),
        money=money(minor, currency),
    )


def cannot_serve(way: Way, lacking: Sequence[Lack]) -> Said:
    """What a plan has too little of for the use expected."""
    said = [
        phrase_count("{count} seat", "{count} seats", int(lack.lacking))
        if lack.meter is None
        else phrase("{units} {meter}", units=units(lack.lacking), meter=metered(lack.meter))
        for lack in lacking
    ]
    return phrase("{plan} is short of {what} for the use expected", plan=named(way), what=listed(said))


def unknown(found: NotKnown) -> Said:
    """Why there is no advice."""
    if found.reason == "trial":
        return phrase("Only a trial is running, so nothing is paid that could be compared")
    if found.reason == "no_plan":
        return phrase("No plan of this family is held")
    return phrase_count(
        "Only {count} whole month of use is known; {needed} are needed",
        "Only {count} whole months of use are known; {needed} are needed",
        found.found,
        needed=found.needed,
    )


def used_up(meter: str, limit: Decimal, months: int) -> Said:
    """That all that can be had was taken, so that nobody knows how much was wanted."""
    return phrase_count(
        "All {limit} {meter} were used up in the last month",
        "All {limit} {meter} were used up in each of the last {count} months",
        months,
        limit=units(limit),
        meter=metered(meter),
    )


def pays_from(way: Way, more: int, meter: str) -> Said:
    """From how many further units on a dearer plan is worth what it costs."""
    return phrase_count(
        "{plan} pays for itself from {count} more of {meter} a month",
        "{plan} pays for itself from {count} more {meter} a month",
        more,
        plan=named(way),
        meter=metered(meter),
    )


def runs_out(limit: Limit) -> Said:
    """When the included units of a meter will be used up."""
    said = phrase(
        "The {included} {meter} included will be used up around {day}",
        included=units(limit.included),
        meter=metered(limit.meter),
        day=day(limit.day),
    )
    if limit.latest is None:
        between = phrase("at the earliest on {day}", day=day(limit.earliest))
    else:
        between = phrase("between {early} and {late}", early=day(limit.earliest), late=day(limit.latest))
    return joined(said, between, between=", ")
