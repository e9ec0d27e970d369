"""One pass over the orders: the best pairs, and what judging them takes."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.config.progress import Advance, unheard
from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets, slice_orders
from pairwell.learn.compiled import THREADS
from pairwell.learn.mining.best import no_best
from pairwell.learn.mining.chance import Chance, expect_of
from pairwell.learn.mining.encode import HEAD, Encoded, Marks, Totals, encode, total
from pairwell.learn.mining.kernel import Counting, Kept, Ranking, keep_best, lay_out
from pairwell.learn.mining.score import make_scale
from pairwell.learn.mining.weights import pair_weights, rejuvenation, weight_unit


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a pass is for."""

    judged: bool = True  # count tails
    cut: int = 0  # keep the best of the first so many orders as well
    line_weights: Array | None = None  # positive integers, one a line: a pair weighs as its lighter line
    threads: int = THREADS  # changes no result


class Mined(msgspec.Struct, frozen=True, kw_only=True):
    """What one pass found."""

    kept: Kept
    older: Kept | None  # the best pairs of the orders before the cut
    chance: Chance
    bins: Array  # tails of all pairs


def mine(baskets: Baskets, learn: Learn, asked: Asked, advance: Advance = unheard) -> Mined:
    """Count all pairs of `baskets` once; memory is in lines and in items times `learn.neighbours`.

    Lines of offers of our own are no evidence, nor are orders of more than `learn.ordinary_basket` items. The older
    pairs are those of a pass over the older orders alone, but for the rounding of weights.
    """
    heaviest = 1 if asked.line_weights is None else int(asked.line_weights.max(initial=1))
    marks, unit = _mark(baskets, learn, asked, heaviest), weight_unit(baskets.n_orders * heaviest)
    totals = total(baskets, marks)
    encoded = encode(baskets, marks, totals, asked.threads)
    whole = _ranking(totals, encoded, unit, learn)
    older = whole
    if asked.cut:
        earlier = total(slice_orders(baskets, 0, asked.cut), _first(marks, asked.cut, int(baskets.offsets[asked.cut])))
        older = _ranking(earlier, encoded, unit / rejuvenation(baskets.placed_at, asked.cut, learn), learn)
        del earlier
    chance = expect_of(totals)
    del marks, totals  # what is counted now takes the most memory
    cut = int(baskets.offsets[asked.cut]) + HEAD * asked.cut
    counting = Counting(encoded, chance.by_rank(encoded.items), whole, older, cut, asked.judged)
    bins, items = keep_best(counting, asked.threads, advance), encoded.items
    del counting, encoded  # nor are the orders needed for what follows
    return Mined(
        kept=lay_out(whole.best, items, asked.threads),
        older=lay_out(older.best, items, asked.threads) if asked.cut else None,
        chance=chance,
        bins=bins,
    )


def _mark(baskets: Baskets, learn: Learn, asked: Asked, heaviest: int) -> Marks:
    offered = baskets.offered
    return Marks(
        weights=pair_weights(baskets, learn, heaviest),
        ordinary=learn.ordinary_basket,
        evidence=None if offered is None or not offered.any() else ~offered,
        line_weights=asked.line_weights,
    )


def _first(marks: Marks, orders: int, lines: int) -> Marks:
    return Marks(
        weights=marks.weights[:orders],
        ordinary=marks.ordinary,
        evidence=None if marks.evidence is None else marks.evidence[:lines],
        line_weights=None if marks.line_weights is None else marks.line_weights[:lines],
    )


def _ranking(totals: Totals, encoded: Encoded, unit: float, learn: Learn) -> Ranking:
    scale = make_scale(totals.weights[encoded.items] / unit, totals.together / unit, learn)
    room = np.minimum(np.minimum(totals.partners, max(0, totals.orders.size - 1)), learn.neighbours)
    return Ranking(scale, unit, no_best(room, encoded.items))
