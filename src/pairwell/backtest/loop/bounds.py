"""What any policy may show on a visit: for sale, inside the guards, and in no cart yet."""

from __future__ import annotations

import numpy as np

from pairwell.config.settings import Settings
from pairwell.simulate.arrays import Bools, Ints
from pairwell.simulate.oracle import Showable
from pairwell.simulate.visits import Visit
from pairwell.simulate.world import World

_DUST = 1e-9  # a price of exactly the share is inside it, whatever floats say


def showable(world: World, visit: Visit, settings: Settings) -> Showable:
    """Every offer that the guards of `settings` let through at today's prices.

    An upgrade is for the same need, of a higher tier: what is dearer and no better is none.
    """
    goods, market, day, guards = world.ground.catalogue, world.ground.market, visit.hidden.day, settings.guards
    price = np.asarray(market.price[day] - market.discount[day])
    may = market.in_stock[day] & (price - goods.cost >= guards.margin_floor_minor)
    inside = [goods.index[line.item_id] for line in visit.cart]
    may[inside] = False
    total = sum(line.quantity * (line.unit_price_minor or 0) for line in visit.cart)
    add_ons = np.flatnonzero(may & (price <= guards.add_on_price_share * total + _DUST))
    ladders = [_ladder(world, may, price, (old, guards.upgrade_price_corridor)) for old in visit.hidden.picks]
    return Showable(
        items=np.concatenate([add_ons, *ladders]),
        olds=np.concatenate(
            [
                np.full(len(add_ons), -1),
                *(np.full(len(ladder), old) for old, ladder in zip(visit.hidden.picks, ladders, strict=True)),
            ]
        ),
        slots=settings.slots.max,
    )


def _ladder(world: World, may: Bools, price: Ints, line: tuple[int, tuple[float, float]]) -> Ints:
    old, (low, high) = line
    need, tier = world.ground.catalogue.need, world.ground.catalogue.tier
    inside = (low * price[old] - _DUST <= price) & (price <= high * price[old] + _DUST)
    return np.flatnonzero(may & inside & (need == need[old]) & (tier > tier[old]))
