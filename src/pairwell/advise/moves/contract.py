"""What an account holds and pays, and what keeping it is worth to the seller. Money is in minor units."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import msgspec

from pairwell.advise.billing.days import MONTHS_OF_A_YEAR
from pairwell.advise.billing.recommend import Advice
from pairwell.advise.moves.terms import Prospect, Terms
from pairwell.plans import Plan

LEAVES = 0.01  # chance in a month to leave, with nothing amiss
LEAVES_DEAR = 0.2  # more, for what is paid beyond the best plan, as a share of what the best one costs
OUTLOOK = 24  # months looked ahead: within one year it would pay to let an account overpay until it leaves
_MOST_LEAVES = 0.35
_LEAST_SHARE = 0.1  # of the bill, that the best plans are taken to cost at least


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

    @cached_property
    def gains(self) -> Mapping[str, int]:
        """What the account would gain a month by the plan that is right, by family."""
        found = {family: gain_of(advice) or 0 for family, advice in self.prospect.advices.items()}
        return {family: gain for family, gain in found.items() if gain > 0}

    def year_minor(self, brings_minor: float, gained: float = 0.0) -> float:
        """Margin of a year, as the mean of the `OUTLOOK`, with the chance to lose the account.

        That grows with what the account pays beyond the best plans. `gained`: of that, what it pays no more.
        """
        best = max(self.bill_minor - sum(self.gains.values()), _LEAST_SHARE * self.bill_minor, 1)
        overpaid = max(sum(self.gains.values()) - gained, 0.0) / best
        leaves = min(LEAVES + LEAVES_DEAR * overpaid, _MOST_LEAVES)
        return brings_minor * (1 - (1 - leaves) ** OUTLOOK) / leaves * MONTHS_OF_A_YEAR / OUTLOOK


def gain_of(advice: Advice) -> int | None:
    """What the account saves or gets a month beyond what it pays; None: nothing in money."""
    if advice.expected_now_minor is None or advice.expected_then_minor is None:
        return None
    return advice.expected_now_minor - advice.expected_then_minor + advice.worth_minor


def monthly_fee(plan: Plan) -> int:
    """A month's share of the fee, rounded up."""
    return -(-plan.fee_minor // (MONTHS_OF_A_YEAR if plan.period == "year" else 1))


def cost_of(plan: Plan, terms: Terms) -> int:
    """What a month of a plan costs the seller: as stated, or else by the rate."""
    months = MONTHS_OF_A_YEAR if plan.period == "year" else 1
    cost = plan.fee_minor * (1 - terms.margin_rate) if plan.cost_minor is None else plan.cost_minor
    return round(cost / months)
