"""The true chances of one visit, with a slate of offers and without: what an oracle would know.

A shown item is bought with log odds that differ from the unasked ones by how suggestible the customer is, how well
the item fits, its place in the slate and the customer's fatigue. An upgrade is a choice between two items, by what
they are worth to the customer. Every slate costs a little of the customer's resolve to finish.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pairwell.simulate.arrays import Bools, Floats, Ints
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
    offers = _offers(world, visit, slate, (unasked, fatigue))
    base = _cart_margin(world, visit) + float(unasked @ margins(world, visit))
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


def nudged_chances(world: World, visit: Visit, items: Ints, quiet: Floats, at: tuple[Ints, float]) -> Floats:
    """Chances of adding `items`, by place in the catalogue, once they are shown; `quiet` are the unasked ones.

    `at` holds their places in the slate, of any shape that fits the items', and the customer's fatigue.
    """
    (places, fatigue), hidden = at, visit.hidden
    fitting = world.ground.edges.add_on[list(hidden.picks)].ravel()
    fits = (items[..., None] == fitting).any(axis=-1)
    nudge = float(world.ground.crowd.suggestible[hidden.customer]) + np.where(fits, _FIT, _MISFIT)
    safe = np.clip(quiet, _TINY, 1.0 - _TINY)
    odds = np.log(safe / (1.0 - safe)) + nudge + _PLACE * places + _TIRED * fatigue
    return np.where((quiet >= _TINY) & _can_buy(world, hidden, items), logistic(odds), quiet)


def switch_chances(world: World, visit: Visit, items: Ints, olds: Ints, at: tuple[Ints, float]) -> Floats:
    """Chances of taking `items` instead of `olds` once they are shown; `at` as for `nudged_chances`.

    Nobody takes boots in another size than those picked, or a tent in another colour.
    """
    (places, fatigue), hidden = at, visit.hidden
    goods, crowd, market = world.ground.catalogue, world.ground.crowd, world.ground.market
    dearer = market.price[hidden.day, items] - market.price[hidden.day, olds]
    able = (goods.need[items] == goods.need[olds]) & (goods.variant[items] == goods.variant[olds])
    able &= market.in_stock[hidden.day, items] & (dearer <= hidden.left)
    able &= (olds[..., None] == np.array(hidden.picks)).any(axis=-1)
    liking = crowd.liking[hidden.customer, items] - crowd.liking[hidden.customer, olds]
    odds = _SWITCH + _SWITCH_LIKING * liking + _SWITCH_SUGGESTED * crowd.suggestible[hidden.customer]
    return np.where(able, logistic(odds + _PLACE * places + _TIRED * fatigue), 0.0)


def margins(world: World, visit: Visit) -> Ints:
    """What a piece of each item earns at that day's price, by place in the catalogue."""
    market, day = world.ground.market, visit.hidden.day
    return np.asarray(market.price[day] - market.discount[day] - world.ground.catalogue.cost, dtype=np.int64)


def _offers(world: World, visit: Visit, slate: Sequence[Shown], at: tuple[Floats, float]) -> tuple[ItemChance, ...]:
    unasked, fatigue = at
    if not slate:
        return ()
    goods, earned = world.ground.catalogue, margins(world, visit)
    items = np.array([place_of(goods, shown.item_id) for shown in slate])
    olds = np.array([place_of(goods, shown.replaces or "") if shown.kind == "upgrade" else -1 for shown in slate])
    places, swaps = np.arange(len(slate)), olds >= 0
    shown_chances = nudged_chances(world, visit, items, unasked[items], (places, fatigue))
    if swaps.any():
        shown_chances = np.where(swaps, switch_chances(world, visit, items, olds, (places, fatigue)), shown_chances)
    return tuple(
        ItemChance(item_id=shown.item_id, unasked=quiet, shown=chance, margin_minor=gain)
        for shown, quiet, chance, gain in zip(
            slate,
            np.where(swaps, 0.0, unasked[items]).tolist(),
            shown_chances.tolist(),
            (earned[items] - np.where(swaps, earned[olds], 0)).tolist(),
            strict=True,
        )
    )


def _can_buy(world: World, hidden: Hidden, items: Ints) -> Bools:
    market, day = world.ground.market, hidden.day
    price = market.price[day, items] - market.discount[day, items]
    return np.asarray(market.in_stock[day, items] & (price <= hidden.left), dtype=np.bool_)


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
    return int(margins(world, visit)[item])
