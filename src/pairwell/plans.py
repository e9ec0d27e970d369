"""What a subscription plan costs, and what it gives for that: the nouns of price lists.

Money is in minor units of the shop's currency, net of tax. Quantities and prices of single units are exact decimals, as
a message may cost a tenth of a cent; only what stands on a bill is rounded.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, Literal

import msgspec

_BETWEEN_WORDS: Final = re.compile(r"[\s_-]+")

PlanKind = Literal["plan", "add_on"]
Period = Literal["month", "year"]


class Tier(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a price list: up to so many units beyond those included, a unit costs so much."""

    price_minor: Decimal
    up_to: Decimal | None = None  # units beyond those included; None: all that come after


class Meter(msgspec.Struct, frozen=True, kw_only=True):
    """A use that is counted: how much of it a period includes, and what more of it costs."""

    meter: str
    included: Decimal = Decimal(0)  # in each period; of each seat where `per_seat`
    per_seat: bool = False
    block: Decimal = Decimal(1)  # more is sold by so many units, and a begun block is paid whole
    tiers: tuple[Tier, ...] = ()  # rising; empty: there is no more to be had
    volume: bool = False  # true: the tier reached prices all units; false: each tier prices its own
    cap_minor: int | None = None  # more than that is never paid for it in a period


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan of a price list, or an add-on to one.

    Plans of one family replace each other; a higher tier is the larger one. A month's share of a yearly fee is what
    makes plans of both periods comparable.
    """

    plan_id: str
    family: str
    tier: int
    fee_minor: int  # of a period
    kind: PlanKind = "plan"
    title: str | None = None
    period: Period = "month"
    seats_included: int | None = None  # None: seats are not counted
    seats_max: int | None = None  # None: as many as are paid for
    seat_minor: int | None = None  # each further seat in a period; None: there is none to be had
    meters: tuple[Meter, ...] = ()
    features: tuple[str, ...] = ()
    min_term_months: int = 0
    prorated: bool = True  # a part of a period costs that part of its fee, by days
    purpose: str | None = None  # the job that it does
    requires: tuple[str, ...] = ()  # plans one of which must be there, for an add-on
    cost_minor: int | None = None  # what a period of it costs the seller, where that is known


def meter_name(said: str) -> str:
    """What a meter is called, however a price list, a file or an event writes it: `api_calls` for "API calls"."""
    return _BETWEEN_WORDS.sub("_", said.strip().lower()).strip("_")
