"""What an account holds and pays, and what keeping it is worth to the seller. Money is in minor units."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import msgspec

from pairwell.advise.billing.days import MONTHS_OF_A_YEAR
from pairwell.advise.moves.terms import Prospect, Terms
from pairwell.plans import Plan

LEAVES = 0.01  # chance in a month to leave, with nothing amiss
LEAVES_DEAR = 0.10  # more, for what is paid beyond the best plan, as a share of what the best one costs


class Contract(msgspec.Struct, frozen=True, dict=True):
    """What an account holds, with the bills expected."""

    prospect: Prospect
    terms: Terms

    @cached_property
    def held(self) -> tuple[Plan, ...]:
        """Plans and add-ons held and paid for, by id."""
        found = [one for one in self.prospect.account.held() if not one.is_trial]
        plans = (self.terms.prices.plan(one.plan_id) for one in sorted(found, key=lambda one: one.plan_id))
        return tuple(plan for plan in plans if plan is not None)

    @cached_property
    def ids(self) -> frozenset[str]:
        """Of all that is held, trials too."""
        return frozenset(one.plan_id for one in self.prospect.account.held())

    @cached_property
    def bills(self) -> Mapping[str, int]:
        """A month expected, by family: of plans as forecast, else their fees; of add-ons their fees."""
        found: dict[str, int] = {}
        for plan in self.held:
            found[plan.family] = found.get(plan.family, 0) + monthly_fee(plan)
        told = {name: one.expected_now_minor for name, one in self.prospect.advices.items() if name in found}
        return found | {name: minor for name, minor in told.items() if minor is not None}

    @property
    def bill_minor(self) -> int:
        """A month expected, of all that is held."""
        return sum(self.bills.values())

    @property
    def brings_minor(self) -> int:
        """What is left of it a month for the seller."""
        return self.bill_minor - sum(cost_of(plan, self.terms) for plan in self.held)

    def year_minor(self, brings_minor: float, overpaid: float) -> float:
        """Margin of a year, with the chance to lose the account, which grows with what it pays beyond the best plan."""
        leaves = min(LEAVES + LEAVES_DEAR * max(overpaid, 0.0), 0.5)
        return brings_minor * (1 - (1 - leaves) ** MONTHS_OF_A_YEAR) / leaves


def monthly_fee(plan: Plan) -> int:
    """A month's share of the fee, rounded up."""
    return -(-plan.fee_minor // (MONTHS_OF_A_YEAR if plan.period == "year" else 1))


def cost_of(plan: Plan, terms: Terms) -> int:
    """What a month of a plan costs the seller: as stated, or else by the rate."""
    months = MONTHS_OF_A_YEAR if plan.period == "year" else 1
    cost = plan.fee_minor * (1 - terms.margin_rate) if plan.cost_minor is None else plan.cost_minor
    return round(cost / months)
