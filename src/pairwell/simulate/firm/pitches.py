"""What would come of pitching each plan and add-on to everybody."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from pairwell.plans import Plan
from pairwell.simulate.arrays import Bools, Floats
from pairwell.simulate.firm.behaviour import accept_chance, harm_chance
from pairwell.simulate.firm.price_list import ADD_ONS, FAMILIES
from pairwell.simulate.firm.standing import Standing
from pairwell.simulate.firm.world import Firm

_SMALL = 0.25  # an add-on's gain bears so much on the answer as a plan's of the same share of its fee


class Pitch(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One plan or add-on; arrays hold one entry an account, money a month in minor units."""

    plan: Plan
    can: Bools  # who could be pitched it: not who holds it, nor who has nothing of its family
    upward: Bools  # an add-on, or a larger plan than the one held
    gain: Floats  # what the account saves, or gets beyond what it pays
    accept: Floats  # chance of a yes
    margin: Floats  # expected over the outlook, with what a pitch taken ill would lose


def pitches(firm: Firm, standing: Standing) -> Iterator[Pitch]:
    """Every plan, and every add-on."""
    for family, plans in enumerate(FAMILIES.values()):
        for tier, plan in enumerate(plans):
            yield _of_plan(standing, plan, family, tier)
    for place, plan in enumerate(ADD_ONS):
        yield _of_add_on(firm, standing, plan, place)


def _of_plan(standing: Standing, plan: Plan, family: int, tier: int) -> Pitch:
    held, ahead, who = standing.tier[:, family], standing.ahead, np.arange(len(standing.tier))
    cost = np.array([float(each.cost_minor or 0) for each in list(FAMILIES.values())[family]])
    gain = ahead.total[family][held, who] - ahead.total[family][tier]
    more = ahead.bill[family][tier] - cost[tier] - ahead.bill[family][held, who] + cost[held]
    worth_then = standing.kept(standing.total - gain, standing.fading) * (standing.brings + more)
    share = gain / np.maximum(ahead.total[family][held, who], 1.0)
    return _pitch(standing, plan, (held >= 0) & (held != tier), (gain, share, worth_then - standing.worth, held < tier))


def _of_add_on(firm: Firm, standing: Standing, plan: Plan, place: int) -> Pitch:
    worth = plan.fee_minor * np.exp(firm.accounts.add_on_worth[:, place])
    gain = worth - plan.fee_minor
    more = standing.kept(standing.total, standing.fading) * (plan.fee_minor - (plan.cost_minor or 0))
    can = ~firm.holding.add_ons[-1][:, place]
    return _pitch(standing, plan, can, (gain, _SMALL * gain / plan.fee_minor, more, np.ones_like(can)))


def _pitch(standing: Standing, plan: Plan, can: Bools, of: tuple[Floats, Floats, Floats, Bools]) -> Pitch:
    gain, share, more, upward = of
    accept = accept_chance(share, standing.ties)
    lost = harm_chance(share, standing.ties) * np.maximum(standing.worth, 0.0)
    return Pitch(plan=plan, can=can, upward=upward, gain=gain, accept=accept, margin=accept * more - lost)
