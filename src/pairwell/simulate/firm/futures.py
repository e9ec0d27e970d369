"""What the months after the history are expected to cost every account on every plan."""

from __future__ import annotations

from typing import TypeVar

import msgspec
import numpy as np

from pairwell.simulate.arrays import Floats
from pairwell.simulate.firm.accounts import Accounts
from pairwell.simulate.firm.bills import price_months
from pairwell.simulate.firm.need import Month, Pace, draw, step, want
from pairwell.simulate.firm.price_list import FAMILIES
from pairwell.simulate.firm.world import Firm
from pairwell.simulate.streams import Purpose

MONTHS = 4  # that an account looks ahead when it weighs its plan
_LIVES = 16  # that each account might live from here

_Arrays = TypeVar("_Arrays", Accounts, Pace)


class Ahead(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Means over the months ahead and the lives that might be lived; a family each, as [plan, account]."""

    total: list[Floats]  # bill, and worth of what limits keep them from, minor units a month
    bill: list[Floats]


def look_ahead(firm: Firm) -> Ahead:
    """Live on from where the history ends, many times; needs go on by the law that made them."""
    drawn = [draw(firm.seed, Purpose.FUTURE, account, MONTHS * _LIVES) for account in range(firm.size.accounts)]
    normal, uniform = (np.stack(each).reshape(len(drawn) * _LIVES, MONTHS, -1) for each in zip(*drawn, strict=True))
    accounts, pace = _repeated(firm.accounts, _LIVES), _repeated(firm.needs.pace, _LIVES)
    total, bill = ([np.zeros((len(plans), len(drawn))) for plans in FAMILIES.values()] for _ in range(2))
    for ahead in range(MONTHS):
        month = Month(firm.size.months + ahead, normal[:, ahead], uniform[:, ahead])
        pace = step(pace, accounts, month)
        wants = want(pace, accounts, month, firm.size)
        for family, plans in enumerate(FAMILIES.values()):
            for tier, plan in enumerate(plans):
                costs = price_months(plan, wants)
                total[family][tier] += costs.total.reshape(-1, _LIVES).mean(axis=1) / MONTHS
                bill[family][tier] += costs.bill.reshape(-1, _LIVES).mean(axis=1) / MONTHS
    return Ahead(total=total, bill=bill)


def _repeated(one: _Arrays, times: int) -> _Arrays:
    """The same accounts, each as often as it has lives, side by side."""
    named = {name: getattr(one, name) for name in one.__struct_fields__}
    arrays = {name: np.repeat(each, times, axis=0) for name, each in named.items() if isinstance(each, np.ndarray)}
    return msgspec.structs.replace(one, **arrays)
