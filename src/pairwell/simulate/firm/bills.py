"""What months cost on a plan, for many accounts at once, and what a limit keeps them from.

The firm's own sums, in doubles of minor units: they make the history and the truth, and nothing else uses them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.plans import Meter, Plan
from pairwell.simulate.arrays import Floats
from pairwell.simulate.firm.price_list import SEAT_WORTH_MINOR, WORTH_MINOR


class Wants(NamedTuple):
    """What accounts would use in a month if nothing held them back; arrays of one shape."""

    meters: dict[str, Floats]
    users: Floats
    stakes: Floats  # what a unit is worth to them, against a typical account


class Costs(NamedTuple):
    """Minor units a month."""

    bill: Floats
    missed: Floats  # worth of what the plan's limits kept them from

    @property
    def total(self) -> Floats:
        """What an account gets the smallest of, if it chooses well."""
        return self.bill + self.missed


def price_months(plan: Plan, wants: Wants) -> Costs:
    """What each of these months costs on a plan."""
    seats = served_users(plan, wants.users)
    bill = plan.fee_minor + (plan.seat_minor or 0) * np.maximum(seats - (plan.seats_included or 0), 0.0)
    missed = SEAT_WORTH_MINOR * (wants.users - seats)
    for meter in plan.meters:
        wanted = wants.meters[meter.meter]
        served = served_units(meter, wanted)
        bill = bill + _price(meter) * np.maximum(served - float(meter.included), 0.0)
        missed = missed + WORTH_MINOR[meter.meter] * (wanted - served)
    return Costs(bill, np.asarray(missed * wants.stakes))


def served_users(plan: Plan, users: Floats) -> Floats:
    """Of those who want to work in it, how many can; no limit: all."""
    return users if plan.seats_max is None else np.minimum(users, plan.seats_max)


def served_units(meter: Meter, wanted: Floats) -> Floats:
    """Of what is wanted, what can be had on this plan."""
    return wanted if meter.tiers else np.minimum(wanted, float(meter.included))


def _price(meter: Meter) -> float:
    return float(meter.tiers[0].price_minor) if meter.tiers else 0.0
