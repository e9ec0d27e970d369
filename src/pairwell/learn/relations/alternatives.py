"""Substitutes and variants of every item, with what speaks for each."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import msgspec
import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets, only_ordinary, thin
from pairwell.learn.listings.describe import Description
from pairwell.learn.listings.likeness import word_rows
from pairwell.learn.mining.chance import above_floor, sure_effect, tail
from pairwell.learn.mining.pairs import LearnedPairs
from pairwell.learn.relations.context import company
from pairwell.learn.relations.directed import both_ways
from pairwell.learn.relations.near import near_pairs
from pairwell.learn.relations.similar import products
from pairwell.learn.relations.substitutes import Asked, Likenesses, listed_odds, of_one_kind, see_apart, seen_enough
from pairwell.learn.relations.variants import find_variants
from pairwell.learn.relations.views import viewed_together
from pairwell.model.neighbours import make_neighbours
from pairwell.model.related import Alternatives

_MOST = 40  # substitutes, and variants, kept for one item


class _Judged(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs with everything that is published of them."""

    asked: Asked
    together: Array
    foretold: Array
    odds: Array
    effect: Array
    p_adjusted: Array
    above: Array


def learn_alternatives(
    items: Sequence[Description],
    baskets: Baskets,
    learned: LearnedPairs,
    learn: Learn,
    views: Baskets | None = None,
) -> tuple[Alternatives, Alternatives]:
    """The substitutes and the variants of every item, up to 40 each, likest first.

    What is bought together above the evidence floor goes along and is no substitute; a variant stays one, and its
    evidence is shown.
    """
    variants = find_variants(items)
    prices = np.array([item.listing.price_minor or np.nan for item in items], dtype=np.float64)
    titles = word_rows([item.title for item in items], prices)
    companies = company(learned.neighbours)
    viewed = [] if views is None else [viewed_together(views)]
    pairs = both_ways([*near_pairs(titles, companies, items), *viewed, variants])
    alike = Likenesses(title=products(titles, pairs), company=products(companies, pairs))
    judged = _judge(Asked(pairs=pairs, alike=alike, items=items, views=views), baskets, learned, learn)
    is_variant = judged.asked.pairs.among(variants)
    # What goes along above the floor is never a substitute, whatever it looks like.
    stands_in = (judged.odds > 0) & ~judged.above & ~is_variant & of_one_kind(pairs, items)
    stands_in &= seen_enough(judged.asked, baskets.item_orders())
    return (
        _publish(judged, np.flatnonzero(stands_in), _products(items)),
        _publish(judged, np.flatnonzero(is_variant), np.arange(len(items))),
    )


def _judge(asked: Asked, baskets: Baskets, learned: LearnedPairs, learn: Learn) -> _Judged:
    evidence = only_ordinary(baskets, learn.ordinary_basket)
    whole = thin(baskets)[0]
    orders = see_apart(asked, whole)
    ordinary = orders if evidence is whole else see_apart(asked, evidence)
    effect = sure_effect(ordinary.together, ordinary.by_chance)
    adjusted = learned.correction(tail(ordinary.together, ordinary.by_chance))
    return _Judged(
        asked=asked,
        together=orders.together,
        foretold=orders.foretold,
        odds=listed_odds(asked, evidence) + np.minimum(ordinary.log_odds, orders.log_odds),
        effect=effect,
        p_adjusted=adjusted,
        above=above_floor(ordinary.together, effect, adjusted, learn),
    )


def _publish(judged: _Judged, chosen: Array, products: Array) -> Alternatives:
    """The best of the chosen pairs, by log odds; ties by item id."""
    pairs, alike = judged.asked.pairs, judged.asked.alike
    anchors = pairs.anchors[chosen]
    order = np.lexsort((pairs.targets[chosen], -judged.odds[chosen], anchors))
    place = np.arange(order.size) - np.searchsorted(anchors[order], anchors[order])
    kept = chosen[order[place < _MOST]]
    anchors, targets = pairs.anchors[kept], pairs.targets[kept]
    neighbours = make_neighbours(
        offsets=np.searchsorted(anchors, np.arange(pairs.n_items + 1)),
        items=targets,
        score=1 / (1 + np.exp(-judged.odds[kept])),
        together=judged.together[kept],
        effect=judged.effect[kept],
        p_adjusted=judged.p_adjusted[kept],
        above_floor=judged.above[kept],
    )
    return Alternatives(
        neighbours=neighbours,
        leads=_first_of_product(anchors, products[targets]),
        foretold=judged.foretold[kept],
        title=alike.title[kept],
        company=alike.company[kept],
    )


def _products(descriptions: Sequence[Description]) -> Array:
    """A number for every product: a family, or words and numbers but for sizes and colours."""
    numbers: dict[Hashable, int] = {}
    named = (item.listing.family or (item.core, item.numbers) for item in descriptions)
    return np.array([numbers.setdefault(name, len(numbers)) for name in named], dtype=np.int64)


def _first_of_product(anchors: Array, products: Array) -> Array:
    keys = anchors * (int(products.max(initial=0)) + 1) + products
    order = np.argsort(keys, kind="stable")
    first = np.zeros(keys.size, dtype=bool)
    first[order[np.diff(keys[order], prepend=-1) != 0]] = True
    return first
