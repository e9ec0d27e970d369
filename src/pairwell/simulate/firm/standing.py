"""Where accounts stand as the history ends, and what the firm may expect of them if nobody does anything."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.simulate.arrays import Bools, Floats, Ints
from pairwell.simulate.firm.behaviour import Ties, leave_chance, months_kept
from pairwell.simulate.firm.futures import Ahead, look_ahead
from pairwell.simulate.firm.price_list import ADD_ONS, FAMILIES
from pairwell.simulate.firm.renewing import renews_soon
from pairwell.simulate.firm.world import Firm


class Standing(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One entry an account; minor units a month."""

    ahead: Ahead
    tier: Ints  # [account, family] -1: none
    total: Floats  # on the plans held, with what limits keep them from
    best: Floats  # the same on the best plans
    brings: Floats  # plans and add-ons held, less what they cost the firm
    fading: Bools
    ties: Ties

    def kept(self, total: Floats, fading: Bools) -> Floats:
        """Months of the outlook that they stay if their plans cost them `total`."""
        over = np.divide(total - self.best, self.best, out=np.zeros_like(total), where=self.best > 0)
        return months_kept(leave_chance(np.maximum(over, 0.0), fading, self.ties.touchy))

    @property
    def worth(self) -> Floats:
        """Margin of the outlook if nobody does anything."""
        return self.kept(self.total, self.fading) * self.brings

    @property
    def worth_unfaded(self) -> Floats:
        """The same if nobody were losing interest."""
        return self.kept(self.total, np.zeros_like(self.fading)) * self.brings


def stand(firm: Firm) -> Standing:
    """Everybody; what is said of accounts that are not there means nothing."""
    ahead, tier, temper = look_ahead(firm), firm.holding.tier[-1], firm.temper
    fees = np.array([plan.fee_minor - (plan.cost_minor or 0) for plan in ADD_ONS])
    best = np.zeros(firm.size.accounts)
    for family, total in enumerate(ahead.total):
        best += np.where(tier[:, family] >= 0, total.min(axis=0), 0.0)
    costs = [np.array([float(plan.cost_minor or 0) for plan in plans]) for plans in FAMILIES.values()]
    bill = held(tier, ahead.bill) - held(tier, [np.tile(each[:, None], len(tier)) for each in costs])
    return Standing(
        ahead=ahead, tier=tier, total=held(tier, ahead.total), best=best,
        brings=bill + firm.holding.add_ons[-1] @ fees, fading=firm.needs.fading[-1],
        ties=Ties(mood=temper.mood[-1], touchy=temper.touchy[-1], renews=renews_soon(firm)),
    )  # fmt: skip


def held(tier: Ints, of_plans: list[Floats]) -> Floats:
    """Sums over the plans held, of what is told for each as [plan, account]."""
    found, who = np.zeros(len(tier)), np.arange(len(tier))
    for family, each in enumerate(of_plans):
        found += np.where(tier[:, family] >= 0, each[tier[:, family], who], 0.0)
    return found
