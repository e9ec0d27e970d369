"""What an account can hold or lack: an add-on, or a plan of a family, whichever of its tiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from pairwell.advise.account import Account
from pairwell.plans import Plan


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """An add-on by its id, or a family by its name, with the plan that one would begin with."""

    product_id: str
    plan: Plan
    requires: frozenset[str] = frozenset()  # products one of which must be there

    @property
    def title(self) -> str:
        """As people call it."""
        return self.plan.title or self.plan.plan_id if self.plan.kind == "add_on" else self.product_id


def products_of(plans: Iterable[Plan]) -> dict[str, Product]:
    """Every product by its id, in their order."""
    listed = sorted(plans, key=lambda plan: (plan.tier, plan.plan_id))
    of_plan = {plan.plan_id: product_id_of(plan) for plan in listed}
    found: dict[str, Product] = {}
    for plan in listed:
        needed = frozenset(of_plan.get(plan_id, plan_id) for plan_id in plan.requires)
        found.setdefault(product_id_of(plan), Product(product_id=product_id_of(plan), plan=plan, requires=needed))
    return dict(sorted(found.items()))


def product_id_of(plan: Plan) -> str:
    """The product that a plan is one of."""
    return plan.plan_id if plan.kind == "add_on" else plan.family


def held_products(account: Account, plans: Mapping[str, Plan]) -> frozenset[str]:
    """The products that an account holds, trials left out: it has not decided on those."""
    return frozenset(
        product_id_of(plans[one.plan_id]) for one in account.held() if one.plan_id in plans and not one.is_trial
    )
