"""The best add-ons of every anchor, with the evidence for each."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.config.progress import Advance, unheard
from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets, only_ordinary, thin
from pairwell.learn.mining.chance import Chance, Correction, above_floor, correct, expect, sure_effect, tail
from pairwell.learn.mining.encode import Marks, Totals, encode, total
from pairwell.learn.mining.kernel import Kept, Wanted, keep_best
from pairwell.learn.mining.score import make_scale
from pairwell.learn.mining.weights import pair_weights, weight_unit
from pairwell.model.neighbours import Neighbours, make_neighbours


class LearnedPairs(msgspec.Struct, frozen=True, kw_only=True):
    """Kept pairs, and what judging other pairs of the same orders takes."""

    neighbours: Neighbours
    thinned_orders: int
    ordinary: Baskets  # the orders that count as evidence
    chance: Chance
    correction: Correction


def learn_pairs(baskets: Baskets, learn: Learn, advance: Advance = unheard) -> LearnedPairs:
    """Keep for each item the `neighbours` best add-ons by score, judged among all pairs there could be.

    The score stands in `score.py`; add-ons of equal score go by item id. `advance` hears the share that is done.
    """
    ordinary = only_ordinary(baskets, learn.ordinary_basket)
    chance = expect(ordinary)
    thinned, n_thinned = thin(baskets)
    kept = _mine(thinned, chance, learn, advance)
    correction = correct(kept.bins, chance)
    return LearnedPairs(
        neighbours=_judged(kept, chance, correction, learn),
        thinned_orders=n_thinned,
        ordinary=ordinary,
        chance=chance,
        correction=correction,
    )


def rank_pairs(baskets: Baskets, learn: Learn) -> Neighbours:
    """The same add-ons with the same scores as `learn_pairs`, none of them judged: p is 1, nothing above the floor."""
    kept = _mine(thin(baskets)[0], expect(baskets), learn, unheard)
    nothing = np.zeros(kept.score.size)
    return _neighbours(kept, effect=nothing, p_adjusted=nothing + 1, above_floor=nothing)


def _mine(baskets: Baskets, chance: Chance, learn: Learn, advance: Advance) -> Kept:
    weights = pair_weights(baskets, learn)
    marks = Marks(
        weights=weights,
        evidence=np.repeat(baskets.sizes <= learn.ordinary_basket, baskets.sizes),
    )
    totals, unit = total(baskets, marks), weight_unit(baskets.n_orders)
    encoded = encode(baskets, marks, totals)
    together = float((weights * (baskets.sizes * (baskets.sizes - 1))).sum()) / unit
    scale = make_scale(totals.weights[encoded.items] / unit, together, learn)
    wanted = Wanted(unit, scale, chance.in_bins(encoded.items))
    return keep_best(encoded, wanted, _room(totals, learn)[encoded.items], advance=advance)


def _room(totals: Totals, learn: Learn) -> Array:
    others = max(0, totals.orders.size - 1)
    return np.minimum(np.minimum(totals.partners, others), learn.neighbours)


def _judged(kept: Kept, chance: Chance, correction: Correction, learn: Learn) -> Neighbours:
    anchors = np.repeat(np.arange(kept.offsets.size - 1), np.diff(kept.offsets))
    expected = chance.expected(anchors, kept.add_ons)
    adjusted = correction(tail(kept.proof, expected))
    effect = sure_effect(kept.proof, expected)
    above = above_floor(kept.proof, effect, adjusted, learn)
    return _neighbours(kept, effect=effect, p_adjusted=adjusted, above_floor=above)


def _neighbours(kept: Kept, **verdicts: Array) -> Neighbours:
    return make_neighbours(
        offsets=kept.offsets, items=kept.add_ons, score=kept.score, together=kept.together, **verdicts
    )
