"""The true chances of one visit, with a slate of offers and without: what an oracle would know.

A shown item is bought with log odds that differ from the unasked ones by how suggestible the customer is, how well
the item fits, its place in the slate and the customer's fatigue. An upgrade is a choice between two items, by what
they are worth to the customer. Every slate costs a little of the customer's resolve to finish.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pairwell.simulate.arrays import Floats, Ints
from pairwell.simulate.choosing import along_chances, logistic, shares_of_items
from pairwell.simulate.life import EARLY, IMPULSE, IMPULSE_PURSE
from pairwell.simulate.truth import place_of
from pairwell.simulate.visits import Hidden, Shown, Visit, shoppers_of
from pairwell.simulate.world import World

_FIT = 0.35  # log odds that a true complement adds to the persuasion of an offer
_MISFIT = -0.6
_PLACE = -0.08  # log odds for each place down the slate
_TIRED = -0.5  # log odds of taking an offer, for each point of fatigue
_TIRED_FINISH = -0.08  # log odds of finishing, for each point of fatigue
_SWITCH = -2.1  # log odds of taking an upgrade that is liked as much as the item it replaces
_SWITCH_LIKING = 1.0
_SWITCH_SUGGESTED = 0.8
_TINY = 1e-12


class ItemChance(msgspec.Struct, frozen=True, kw_only=True):
    """Chances that an item is added to the order, given that it is placed."""

    item_id: str
    unasked: float
    shown: float
    margin_minor: int  # earned if it is added; for an upgrade, the difference to what it replaces


class SlateChances(msgspec.Struct, frozen=True, kw_only=True):
    """What a slate does to this visit. Later visits, which fatigue also reaches, are not in it."""

    offers: tuple[ItemChance, ...]
    finish_unasked: float  # chance of a placed order without the slate
    finish_shown: float
    margin_unasked: float  # expected, minor units
    margin_shown: float

    @property
    def incremental_margin(self) -> float:
        """Expected minor units that the slate adds to this visit."""
        return self.margin_shown - self.margin_unasked


def chances(world: World, visit: Visit, slate: Sequence[Shown], *, fatigue: float = 0.0) -> SlateChances:
    """True chances and expected margins of a visit with this slate and without, at a given fatigue."""
    unasked = unasked_chances(world, visit)
    offers = tuple(_offer(world, visit, (place, shown, unasked, fatigue)) for place, shown in enumerate(slate))
    base = _cart_margin(world, visit) + float(unasked @ _margins(world, visit))
    finish = finish_chance(world, visit, fatigue, [])
    finish_shown = finish_chance(world, visit, fatigue, slate)
    return SlateChances(
        offers=offers,
        finish_unasked=finish,
        finish_shown=finish_shown,
        margin_unasked=finish * base,
        margin_shown=finish_shown * (base + _gain(slate, offers)),
    )


def unasked_chances(world: World, visit: Visit) -> Floats:
    """By item place: the chance that it is still added unasked, given what is in the cart."""
    hidden = visit.hidden
    not_added = 1.0 - _impulses(world, hidden)
    shoppers = shoppers_of(world.ground, hidden)
    for pick in hidden.picks:
        add_on, chance = along_chances(world.ground, shoppers, np.array([pick]))
        some = chance[0] > 0
        not_added[add_on[0, some]] *= 1.0 - _later(chance[0, some])
    not_added[[*hidden.picks, *hidden.along]] = 1.0
    return np.asarray(1.0 - not_added, dtype=np.float64)


def finish_chance(world: World, visit: Visit, fatigue: float, slate: Sequence[Shown]) -> float:
    """The chance that the order is placed; every offer shown tires a little at once."""
    crowd, customer = world.ground.crowd, visit.hidden.customer
    tired = fatigue + float(crowd.touchy[customer]) * len(slate)
    return float(logistic(np.array(crowd.resolve[customer] + _TIRED_FINISH * tired)))


def _impulses(world: World, hidden: Hidden) -> Floats:
    goods = world.ground.catalogue
    if not hidden.impulse_open:
        return np.zeros(len(goods.items))
    shoppers = shoppers_of(world.ground, hidden, left=int(hidden.left * IMPULSE_PURSE))
    share, wish = shares_of_items(world.ground, shoppers)
    inside = np.add.reduceat(wish[0], goods.need_start)[goods.need]
    law = np.divide(share[0, goods.need] * wish[0], inside, out=np.zeros(len(inside)), where=inside > 0)
    return np.asarray(_later(np.asarray(IMPULSE)) * law, dtype=np.float64)


def _later(chance: Floats) -> Floats:
    """The chance of adding later, given that it was not added early."""
    return np.asarray((1.0 - EARLY) * chance / (1.0 - EARLY * chance), dtype=np.float64)


def _offer(world: World, visit: Visit, at: tuple[int, Shown, Floats, float]) -> ItemChance:
    place, shown, unasked, fatigue = at
    item = place_of(world.ground.catalogue, shown.item_id)
    if shown.kind == "upgrade":
        return _upgrade(world, visit, (place, item, shown, fatigue))
    quiet = float(unasked[item])
    return ItemChance(
        item_id=shown.item_id,
        unasked=quiet,
        shown=_nudged(world, visit.hidden, (place, item, fatigue), quiet),
        margin_minor=_margin(world, visit, item),
    )


def _nudged(world: World, hidden: Hidden, at: tuple[int, int, float], quiet: float) -> float:
    place, item, fatigue = at
    if quiet < _TINY or not _can_buy(world, hidden, item):
        return quiet
    fits = item in world.ground.edges.add_on[list(hidden.picks)]
    nudge = float(world.ground.crowd.suggestible[hidden.customer]) + (_FIT if fits else _MISFIT)
    odds = np.log(quiet / (1.0 - quiet)) + nudge + _PLACE * place + _TIRED * fatigue
    return float(logistic(np.asarray(odds)))


def _can_buy(world: World, hidden: Hidden, item: int) -> bool:
    market, day = world.ground.market, hidden.day
    price = market.price[day, item] - market.discount[day, item]
    return bool(market.in_stock[day, item] and price <= hidden.left)


def _upgrade(world: World, visit: Visit, at: tuple[int, int, Shown, float]) -> ItemChance:
    place, item, shown, fatigue = at
    old = place_of(world.ground.catalogue, shown.replaces or "")
    gain = _margin(world, visit, item) - _margin(world, visit, old)
    chance = _switch(world, visit.hidden, (place, item, old, fatigue)) if old in visit.hidden.picks else 0.0
    return ItemChance(item_id=shown.item_id, unasked=0.0, shown=chance, margin_minor=gain)


def _switch(world: World, hidden: Hidden, at: tuple[int, int, int, float]) -> float:
    place, item, old, fatigue = at
    goods, crowd, market, day = world.ground.catalogue, world.ground.crowd, world.ground.market, hidden.day
    dearer = int(market.price[day, item] - market.price[day, old])
    if goods.need[item] != goods.need[old] or not market.in_stock[day, item] or dearer > hidden.left:
        return 0.0
    liking = crowd.liking[hidden.customer, item] - crowd.liking[hidden.customer, old]
    odds = _SWITCH + _SWITCH_LIKING * liking + _SWITCH_SUGGESTED * crowd.suggestible[hidden.customer]
    return float(logistic(np.asarray(odds + _PLACE * place + _TIRED * fatigue)))


def _gain(slate: Sequence[Shown], offers: Sequence[ItemChance]) -> float:
    """Expected margin that the slate adds to an order that is placed; of two upgrades of one line the first wins."""
    gain, kept = 0.0, dict[str, float]()
    for shown, offer in zip(slate, offers, strict=True):
        line = shown.replaces or ""
        free = kept.get(line, 1.0) if shown.kind == "upgrade" else 1.0
        gain += free * (offer.shown - offer.unasked) * offer.margin_minor
        kept[line] = free * (1.0 - offer.shown)
    return gain


def _cart_margin(world: World, visit: Visit) -> int:
    return sum(
        line.quantity * _margin(world, visit, place_of(world.ground.catalogue, line.item_id)) for line in visit.cart
    )


def _margin(world: World, visit: Visit, item: int) -> int:
    return int(_margins(world, visit)[item])


def _margins(world: World, visit: Visit) -> Ints:
    market, day = world.ground.market, visit.hidden.day
    return np.asarray(market.price[day] - market.discount[day] - world.ground.catalogue.cost, dtype=np.int64)
