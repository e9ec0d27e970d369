"""The best add-ons of every anchor, with the evidence for each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import msgspec
import numpy as np

from pairwell.config.progress import Advance, unheard
from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets, only_ordinary, thin
from pairwell.learn.mining.chance import (
    Chance,
    Correction,
    above_floor,
    correct,
    expect,
    notable_tails,
    sure_effect,
    tail,
)
from pairwell.learn.mining.counting import PairCounts, count_pairs
from pairwell.learn.mining.weights import pair_weights, weight_unit
from pairwell.model.neighbours import Neighbours, make_neighbours


class LearnedPairs(msgspec.Struct, frozen=True, kw_only=True):
    """Kept pairs, and what judging other pairs of the same orders takes."""

    neighbours: Neighbours
    thinned_orders: int
    ordinary: Baskets  # the orders that count as evidence
    chance: Chance
    correction: Correction


class _Best(msgspec.Struct, frozen=True, kw_only=True):
    sizes: Array
    add_ons: Array
    score: Array
    together: Array

    @property
    def anchors(self) -> Array:
        return np.repeat(np.arange(self.sizes.size), self.sizes)


class _Verdicts(msgspec.Struct, frozen=True, kw_only=True):
    """What ordinary orders say of the kept pairs."""

    adjusted: Array
    effect: Array
    above: Array


def learn_pairs(baskets: Baskets, learn: Learn, advance: Advance = unheard) -> LearnedPairs:
    """Keep for each item the `neighbours` best add-ons by score, judged among all pairs there could be.

    `score = C / (n_anchor^anchor_exponent · n_add_on^add_on_exponent + score_damping)`, where C and n are sums of order
    weights: together, and of each item. Add-ons of equal score go by item id. `advance` hears the share that is done.
    """
    thinned, n_thinned = thin(baskets)
    ordinary = only_ordinary(baskets, learn.ordinary_basket)
    best = _mine(thinned, learn, lambda share: advance(0.6 * share))
    chance = expect(ordinary)
    together, tails = _count_again(best, ordinary, chance, lambda share: advance(0.6 + 0.4 * share))
    correction = correct(tails, chance.possible)
    return LearnedPairs(
        neighbours=_neighbours(best, _judge(best, together, chance, correction, learn)),
        thinned_orders=n_thinned,
        ordinary=ordinary,
        chance=chance,
        correction=correction,
    )


def rank_pairs(baskets: Baskets, learn: Learn) -> Neighbours:
    """The same add-ons with the same scores as `learn_pairs`, none of them judged: p is 1, nothing above the floor."""
    best = _mine(thin(baskets)[0], learn, unheard)
    nothing = np.zeros(best.score.size)
    return _neighbours(best, _Verdicts(adjusted=nothing + 1, effect=nothing, above=nothing))


def _mine(baskets: Baskets, learn: Learn, advance: Advance) -> _Best:
    weights = pair_weights(baskets, learn)
    scale = _scale(baskets, weights, learn)
    kept = []
    for counts in count_pairs(baskets, weights):
        kept.append(_best(counts, scale, learn.neighbours))
        advance(counts.last / len(baskets.item_ids))
    return _joined(kept)


def _count_again(best: _Best, ordinary: Baskets, chance: Chance, advance: Advance) -> tuple[Array, Array]:
    """Ordinary orders with each kept pair, and the tails of all pairs there are in ordinary orders."""
    n_items = len(ordinary.item_ids)
    wanted = best.anchors * n_items + best.add_ons
    together, tails = np.zeros(wanted.size, dtype=np.int64), [np.empty(0)]
    for counts in count_pairs(ordinary, np.zeros(ordinary.n_orders, dtype=np.int64)):
        tails.append(notable_tails(counts, chance))
        here = slice(*np.searchsorted(best.anchors, (counts.first, counts.last)).tolist())
        together[here] = _look_up(wanted[here], counts, n_items)
        advance(counts.last / n_items)
    return together, np.concatenate(tails)


def _look_up(wanted: Array, counts: PairCounts, n_items: int) -> Array:
    keys = counts.anchors * n_items + counts.add_ons
    if not keys.size:
        return np.zeros(wanted.size, dtype=np.int64)
    order = np.argsort(keys)
    places = np.minimum(np.searchsorted(keys, wanted, sorter=order), keys.size - 1)
    return np.where(keys[order[places]] == wanted, counts.together[order[places]], 0)


def _judge(best: _Best, together: Array, chance: Chance, correction: Correction, learn: Learn) -> _Verdicts:
    expected = chance.expected(best.anchors, best.add_ons)
    adjusted = correction(tail(together, expected))
    effect = sure_effect(together, expected)
    return _Verdicts(adjusted=adjusted, effect=effect, above=above_floor(together, effect, adjusted, learn))


class _Scale(msgspec.Struct, frozen=True, kw_only=True):
    """What turns weights into scores."""

    unit: float
    anchors: Array
    add_ons: Array
    damping: float

    def score(self, counts: PairCounts) -> Array:
        below = self.anchors[counts.anchors] * self.add_ons[counts.add_ons] + self.damping
        score: Array = counts.weight / (self.unit * below)
        return score


def _scale(baskets: Baskets, weights: Array, learn: Learn) -> _Scale:
    unit = weight_unit(baskets.n_orders)
    each = np.repeat(weights, baskets.sizes).astype(np.float64)
    sums = np.bincount(baskets.items, weights=each, minlength=len(baskets.item_ids))
    orders = np.maximum(sums, 1.0) / unit
    return _Scale(
        unit=unit,
        anchors=orders**learn.anchor_exponent,
        add_ons=orders**learn.add_on_exponent,
        damping=learn.score_damping,
    )


def _best(counts: PairCounts, scale: _Scale, n: int) -> _Best:
    score = scale.score(counts)
    rows = [_best_of_row(counts.add_ons, score, row, n) for row in _rows(counts.offsets)]
    places = np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)
    return _Best(
        sizes=np.array([row.size for row in rows], dtype=np.int64),
        add_ons=counts.add_ons[places],
        score=score[places],
        together=counts.together[places],
    )


def _rows(offsets: Array) -> Iterator[slice]:
    bounds = offsets.tolist()
    return (slice(start, stop) for start, stop in pairwise(bounds))


def _best_of_row(add_ons: Array, score: Array, row: slice, n: int) -> Array:
    falling = -score[row]
    places = np.arange(falling.size)
    if falling.size > n:
        places = np.flatnonzero(falling <= np.partition(falling, n - 1)[n - 1])
    best = places[np.lexsort((add_ons[row][places], falling[places]))][:n]
    shifted: Array = best + row.start
    return shifted


def _joined(kept: list[_Best]) -> _Best:
    if not kept:
        whole = np.empty(0, dtype=np.int64)
        return _Best(sizes=whole, add_ons=whole, score=np.empty(0), together=whole)
    return _Best(**{name: np.concatenate([getattr(best, name) for best in kept]) for name in _Best.__struct_fields__})


def _neighbours(best: _Best, verdicts: _Verdicts) -> Neighbours:
    return make_neighbours(
        offsets=np.concatenate(([0], np.cumsum(best.sizes))),
        items=best.add_ons,
        score=best.score,
        together=best.together,
        effect=verdicts.effect,
        p_adjusted=verdicts.adjusted,
        above_floor=verdicts.above,
    )
