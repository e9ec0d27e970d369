"""One simulated firm: its price list, its accounts and what they did, drawn from one seed."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.simulate.arrays import Floats, Ints
from pairwell.simulate.firm.accounts import Accounts, make_accounts
from pairwell.simulate.firm.bills import price_months
from pairwell.simulate.firm.holding import Holding, live_holding
from pairwell.simulate.firm.need import Needs, live_needs
from pairwell.simulate.firm.price_list import ADD_ONS, FAMILIES
from pairwell.simulate.firm.size import FirmSize
from pairwell.simulate.firm.temper import Temper, live_temper


class Firm(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Nothing in it changes."""

    seed: int
    size: FirmSize
    accounts: Accounts
    needs: Needs
    temper: Temper
    holding: Holding

    @property
    def customers(self) -> Ints:
        """Places of the accounts that are there when the history ends and have not given notice."""
        return np.flatnonzero(self.holding.there[-1] & ~self.holding.left[-1])

    def bills(self, month: int) -> Floats:
        """What each account paid for plans and add-ons in a whole month of the history, minor units."""
        held = self.holding
        wants = self.needs.wants[month]
        desk = wants._replace(users=held.seats[month].astype(np.float64))
        bill = np.zeros(self.size.accounts)
        for family, (plans, used) in enumerate(zip(FAMILIES.values(), (wants, desk), strict=True)):
            for tier, plan in enumerate(plans):
                pays = (held.tier[month][:, family] == tier) & ~held.trial[month][:, family]
                bill += np.where(pays, price_months(plan, used).bill, 0.0)
        fees = np.array([plan.fee_minor for plan in ADD_ONS])
        return np.asarray(bill + (held.add_ons[month] & ~held.add_on_trials[month]) @ fees, dtype=np.float64)


def make_firm(seed: int, *, size: FirmSize | None = None) -> Firm:
    """Make a firm; the same seed and size give the same one, bit for bit."""
    size = size or FirmSize()
    accounts = make_accounts(size, seed)
    needs = live_needs(accounts, size, seed)
    temper = live_temper(accounts, size, needs.fading, seed)
    return Firm(
        seed=seed, size=size, accounts=accounts, needs=needs, temper=temper,
        holding=live_holding(accounts, size, needs, temper, seed),
    )  # fmt: skip
