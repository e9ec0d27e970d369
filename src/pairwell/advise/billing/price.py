"""What further units of a meter cost."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from pairwell.plans import Meter, Tier

NO_UNITS = Decimal(0)


def lacking(meter: Meter, units: Decimal) -> Decimal:
    """How many of so many further units the price list cannot sell."""
    if not meter.tiers:
        return max(units, NO_UNITS)
    last = meter.tiers[-1].up_to
    return NO_UNITS if last is None else max(units - last, NO_UNITS)


def paid_units(meter: Meter, units: Decimal) -> Decimal:
    """Further units in whole blocks: a begun one is paid whole."""
    return math.ceil(Fraction(units) / Fraction(meter.block)) * meter.block


def price(meter: Meter, units: Decimal) -> Fraction:
    """What so many further units of a period cost, in minor units, not yet rounded.

    Valid where none of them is `lacking`.
    """
    paid = paid_units(meter, units)
    cost = _by_volume(meter.tiers, paid) if meter.volume else _graduated(meter.tiers, paid)
    return cost if meter.cap_minor is None else min(cost, Fraction(meter.cap_minor))


def _by_volume(tiers: tuple[Tier, ...], units: Decimal) -> Fraction:
    """All units at the price of the tier that they reach."""
    if not units:
        return Fraction(0)
    reached = next((tier for tier in tiers if tier.up_to is None or units <= tier.up_to), tiers[-1])
    return Fraction(units) * Fraction(reached.price_minor)


def _graduated(tiers: tuple[Tier, ...], units: Decimal) -> Fraction:
    """Each unit at the price of its own tier; the last one also takes what fills its last block."""
    cost, below = Fraction(0), NO_UNITS
    for tier in tiers:
        end = units if tier.up_to is None or tier is tiers[-1] else min(units, tier.up_to)
        cost += Fraction(max(end - below, NO_UNITS)) * Fraction(tier.price_minor)
        below = max(below, end)
    return cost
