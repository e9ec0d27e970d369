"""What stands *instead of* an item, told from what goes *with* it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.listings.describe import Description
from pairwell.learn.relations.context import chance_rate, foretell
from pairwell.learn.relations.counted import count_together
from pairwell.learn.relations.directed import Directed
from pairwell.learn.relations.views import view_odds

# Log odds. Chosen on two simulated shops and by reading two real ones; what each does is told in docs/learning.md.
_BASE = -3.0
_TITLE, _COMPANY = 5.0, 2.0  # for titles, for company that are the same
_SAME_LEAF, _OTHER_LEAF, _LEAF_MOST = 1.5, -4.0, 1.5
_SAME_PRICE, _PRICE_FALL, _FAR_FALL, _PRICE_LEAST = 0.5, 1.4, 3.0, -6.0  # at one price, by e-fold, beyond, at least
_APART_MOST, _APART_LEAST = 2.5, -3.0
_STAND_IN = 0.2  # times chance at which two that replace each other are in one order all the same
_ENOUGH_ORDERS = 5  # of both items, from which on orders would show what goes along
_PRIOR = 2.0  # orders at the rate of chance, added to every category


class Likenesses(msgspec.Struct, frozen=True, kw_only=True):
    """How each pair is alike: the words of titles, the company kept in orders; 0 to 1."""

    title: Array
    company: Array


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs of which it is asked whether one stands for the other, and what their listings say."""

    pairs: Directed
    alike: Likenesses
    items: Sequence[Description]
    views: Baskets | None = None  # the items of visits, where they are logged


class Apart(msgspec.Struct, frozen=True, kw_only=True):
    """Orders with both items of each pair: how many there are, and how many chance and shared company foretell."""

    together: Array
    by_chance: Array
    foretold: Array

    @property
    def log_odds(self) -> Array:
        """For standing in against going along, two Poisson rates: a fifth of chance, and what company foretells."""
        stand_in = _STAND_IN * self.by_chance
        ratio = np.log(np.maximum(self.foretold, 1e-12) / np.maximum(stand_in, 1e-12))
        odds = self.foretold - stand_in - self.together * np.where(self.by_chance > 0, ratio, 0.0)
        clipped: Array = np.clip(odds, _APART_LEAST, _APART_MOST)
        return clipped


def see_apart(asked: Asked, orders: Baskets) -> Apart:
    """What these orders say of how far apart the items keep."""
    together = count_together(orders, asked.pairs)
    lines = orders.item_orders().astype(np.float64)
    by_chance = lines[asked.pairs.anchors] * lines[asked.pairs.targets] * chance_rate(orders)
    return Apart(together=together, by_chance=by_chance, foretold=foretell(asked.alike.company, together, by_chance))


def listed_odds(asked: Asked, ordinary: Baskets) -> Array:
    """Log odds that one item is bought instead of the other, by titles, company, category, price and views."""
    return (
        _BASE
        + _TITLE * asked.alike.title
        + _COMPANY * asked.alike.company
        + _by_category(asked.pairs, asked.items, ordinary)
        + _by_price(asked.pairs, asked.items)
        + (0.0 if asked.views is None else view_odds(asked.views, asked.pairs))
    )


def seen_enough(asked: Asked, orders: Array) -> Array:
    """Whether more than a title speaks: both items have 5 orders, or company, views or a category link them.

    Things of one design have one title but for a word, and go along as often as they stand in for each other: before
    any order exists nobody knows which.
    """
    enough = np.minimum(orders[asked.pairs.anchors], orders[asked.pairs.targets]) >= _ENOUGH_ORDERS
    leaf, _ = _leaves(asked.items)
    enough |= (leaf[asked.pairs.anchors] == leaf[asked.pairs.targets]) & (leaf[asked.pairs.anchors] >= 0)
    enough |= asked.alike.company > 0
    return enough if asked.views is None else enough | (view_odds(asked.views, asked.pairs) > 0)


def of_one_kind(pairs: Directed, items: Sequence[Description]) -> Array:
    """Whether no two words of the shop's own category names set the items apart: one of road, one of mountain.

    A word that only one of the two has says nothing: "Racing Socks" are socks as "Mountain Bike Socks" are.
    """
    kinds = list(dict.fromkeys(item.kinds for item in items))
    number = {kind: place for place, kind in enumerate(kinds)}
    of_item = np.array([number[item.kinds] for item in items], dtype=np.int64)
    met, place = np.unique(of_item[pairs.anchors] * len(kinds) + of_item[pairs.targets], return_inverse=True)
    both = ((kinds[one], kinds[other]) for one, other in (divmod(key, len(kinds)) for key in met.tolist()))
    agree: Array = np.array([one <= other or other <= one for one, other in both], dtype=bool)[place]
    return agree


def _leaves(items: Sequence[Description]) -> tuple[Array, int]:
    """The number of each item's leaf category, -1 where it has none, and how many there are."""
    names = sorted({item.leaf for item in items if item.leaf})
    numbers = {leaf: number for number, leaf in enumerate(names)}
    return np.array([numbers.get(item.leaf or "", -1) for item in items], dtype=np.int64), len(names)


def _by_category(pairs: Directed, items: Sequence[Description], ordinary: Baskets) -> Array:
    """Of one leaf category or not; a leaf whose items are bought together less than by chance counts for more."""
    leaf, n_leaves = _leaves(items)
    ours, theirs = leaf[pairs.anchors], leaf[pairs.targets]
    rate = np.append(_togetherness(leaf, n_leaves, ordinary), 1.0)
    same = _SAME_LEAF - np.clip(np.log(rate[ours]), -_LEAF_MOST, _LEAF_MOST)
    return np.where((ours < 0) | (theirs < 0), 0.0, np.where(ours == theirs, same, _OTHER_LEAF))


def _togetherness(leaf: Array, n_leaves: int, ordinary: Baskets) -> Array:
    """For each leaf, times chance, how often two of its items are in one order."""
    order_of = np.repeat(np.arange(ordinary.n_orders), ordinary.sizes)
    known = leaf[ordinary.items] >= 0
    lines = np.sort(order_of[known] * n_leaves + leaf[ordinary.items[known]])
    starts = np.flatnonzero(np.diff(lines, prepend=-1))
    keys, counts = lines[starts], np.diff(starts, append=lines.size)
    seen = np.bincount(keys % max(1, n_leaves), weights=counts * (counts - 1) / 2, minlength=n_leaves)
    return (seen + _PRIOR) / (_by_chance(leaf, n_leaves, ordinary) + _PRIOR)


def _by_chance(leaf: Array, n_leaves: int, ordinary: Baskets) -> Array:
    lines = ordinary.item_orders().astype(np.float64)[leaf >= 0]
    sums = np.bincount(leaf[leaf >= 0], weights=lines, minlength=n_leaves)
    squares = np.bincount(leaf[leaf >= 0], weights=lines**2, minlength=n_leaves)
    pairs: Array = chance_rate(ordinary) * (sums**2 - squares) / 2
    return pairs


def _by_price(pairs: Directed, items: Sequence[Description]) -> Array:
    price = np.array([item.listing.price_minor or np.nan for item in items], dtype=np.float64)
    apart = np.abs(np.log(price[pairs.anchors] / price[pairs.targets]))
    odds: Array = _SAME_PRICE - _PRICE_FALL * apart - _FAR_FALL * np.maximum(apart - 1, 0.0)
    bounded: Array = np.nan_to_num(np.maximum(odds, _PRICE_LEAST), nan=0.0)
    return bounded
