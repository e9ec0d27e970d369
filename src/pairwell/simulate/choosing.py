"""How a simulated customer chooses: a nested logit over needs and items, and a logit for what goes along.

The same laws make the history and answer what would have happened; nothing outside this room knows them.
"""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.simulate.arrays import Bools, Floats, Ints
from pairwell.simulate.catalogue import Catalogue
from pairwell.simulate.crowd import Crowd
from pairwell.simulate.market import Market
from pairwell.simulate.planting import Edges

_CHOICE_DRAWS = 0.35  # how much a wider choice draws into a need
_OWNED_KEEPS = 0.04  # share of the wish for a lasting need that is left in who has it
_RECENT_KEEPS = 0.9  # the same for what is used up
_THEME = 4.0  # times the wish for more of a department that is in the cart
_ALONG_BRAND = 0.6
_ALONG_PRICE = 1.5
_USUAL_SHARE = 0.12  # of the purse, for an add-on
_ALONG_OWNED = -2.0
_SURE = 40.0  # log odds beyond which nothing is left to chance


class Ground(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Everything that stands before anyone shops."""

    catalogue: Catalogue
    market: Market
    crowd: Crowd
    edges: Edges


class Shoppers(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Customers in the shop, one row each."""

    who: Ints
    day: Ints
    left: Ints  # of the purse
    taken: Bools  # [row, need] in the cart already
    owned: Bools  # [row, need] bought before


def logistic(odds: Floats) -> Floats:
    """The chance that belongs to log odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -_SURE, _SURE))), dtype=np.float64)


def shares_of_items(ground: Ground, shoppers: Shoppers) -> tuple[Floats, Floats]:
    """Shares of needs, and wishes for items inside them, as [row, need] and [row, item].

    Shares of needs sum to 1, or are all 0 where nothing can be bought. Wishes count only against each other
    inside one need.
    """
    market, crowd = ground.market, ground.crowd
    wish = np.exp(crowd.liking[shoppers.who] + market.appeal[shoppers.day])
    wish *= market.in_stock[shoppers.day]
    wish *= (market.price[shoppers.day] - market.discount[shoppers.day]) <= shoppers.left[:, None]
    choice = np.add.reduceat(wish, ground.catalogue.need_start, axis=1)
    share = np.exp(crowd.want[shoppers.who] + market.season[shoppers.day]) * choice**_CHOICE_DRAWS
    share *= np.where(shoppers.owned, np.where(ground.catalogue.lasting, _OWNED_KEEPS, _RECENT_KEEPS), 1.0)
    share *= np.where(_themes(ground, shoppers), _THEME, 1.0) * ~shoppers.taken
    total = share.sum(axis=1, keepdims=True)
    return np.divide(share, total, out=np.zeros_like(share), where=total > 0), wish


def _themes(ground: Ground, shoppers: Shoppers) -> Bools:
    """Whether the cart holds something of each need's department."""
    department = ground.catalogue.department
    begun = np.add.reduceat(shoppers.taken, np.searchsorted(department, np.arange(department[-1] + 1)), axis=1) > 0
    return np.asarray(begun[:, department], dtype=np.bool_)


def pick_items(ground: Ground, shoppers: Shoppers, drawn: Floats) -> Ints:
    """One item for each shopper, by two uniform numbers each; -1 where nothing can be bought."""
    share, wish = shares_of_items(ground, shoppers)
    need = _pick(share, drawn[:, 0])
    inside = np.where(ground.catalogue.need == need[:, None], wish, 0.0)
    item = _pick(inside, drawn[:, 1])
    return np.where(share.any(axis=1), item, -1)


def _pick(weight: Floats, drawn: Floats) -> Ints:
    upto = np.cumsum(weight, axis=1)
    return np.asarray((upto > (drawn * upto[:, -1])[:, None]).argmax(axis=1), dtype=np.int64)


def along_chances(ground: Ground, shoppers: Shoppers, anchor: Ints) -> tuple[Ints, Floats]:
    """What may be taken along with each shopper's anchor (-1: none), and how probably, as [row, place]."""
    edges, market, crowd = ground.edges, ground.market, ground.crowd
    add_on = np.where(anchor[:, None] >= 0, edges.add_on[anchor], -1)
    day, who = shoppers.day[:, None], shoppers.who[:, None]
    price = market.price[day, add_on] - market.discount[day, add_on]
    need = ground.catalogue.need[add_on]
    rows = np.arange(len(anchor))[:, None]
    strength = np.clip(edges.strength[anchor], 1e-9, None)
    odds = np.log(strength / (1 - strength))
    odds += _ALONG_BRAND * crowd.brand_taste[who, ground.catalogue.brand[add_on]]
    odds -= _ALONG_PRICE * crowd.thrift[who] * (price / np.maximum(shoppers.left[:, None], 1) - _USUAL_SHARE)
    odds += _ALONG_OWNED * (shoppers.owned[rows, need] & ground.catalogue.lasting[need])
    alive = (add_on >= 0) & (edges.since[anchor] <= day) & (day < edges.until[anchor])
    alive &= market.in_stock[day, add_on] & (price <= shoppers.left[:, None]) & ~shoppers.taken[rows, need]
    return add_on, np.where(alive, logistic(odds), 0.0)
