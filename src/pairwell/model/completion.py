"""What completes a basket: the partners of everything in it, summed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.model.neighbours import Array, Neighbours

_FEW = 4  # items of a cart up to which scores are summed as they are
_MOST_POWER = 4.0


def cart_power(n_anchors: int, growth: float) -> float:
    """What scores are raised to before they are summed over a cart of `n_anchors` items.

    1 up to four items, `1 + growth · ln(n/4)` beyond, at most 4: in a small cart every item has a say, in a large one
    the strong partner of one item must not drown in weak partners of the others.
    """
    return min(_MOST_POWER, 1 + growth * math.log(max(n_anchors, _FEW) / _FEW))


class Spoken(NamedTuple):
    """What a basket says of every item outside it that any of its items has as a partner."""

    codes: Array  # ascending
    score: Array  # scores to the power of the cart, summed
    linear: Array  # linear weights, summed; may be negative

    def blended(self, share: float) -> Array:
        """`score / max score + share · linear`; with the share 0 the scores as they are."""
        if not share:
            return self.score
        mixed: Array = self.score / self.score.max(initial=np.finfo(np.float64).tiny) + share * self.linear
        return mixed


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """Ranks everything learned for a basket of item numbers."""

    pairs: Neighbours
    popular: Array  # numbers of all items bought, most first
    affinity: bool  # whether anything goes with anything in this shop; without, popularity ranks alone
    growth: float  # of the power, see `cart_power`
    linear: Array  # a weight for each of `pairs`; empty where the share is 0
    share: float  # of the linear weights, see `Spoken`

    def rank(self, basket: Array, n: int) -> Iterator[tuple[int, float]]:
        """Up to `n` items that are not among the distinct numbers of `basket`, best first, with scores.

        Scores are blended as in `Spoken`; ties go by number; popularity fills up at score 0.
        """
        spoken = self.hear(basket if self.affinity else basket[:0])
        scores = spoken.blended(self.share)
        best = np.lexsort((spoken.codes, -scores))[:n]
        best = best[scores[best] > 0]
        yield from zip(spoken.codes[best].tolist(), scores[best].tolist(), strict=True)
        taken = set(basket.tolist()) | set(spoken.codes[best].tolist())
        spare = (code for code in self.popular[: n + len(taken)].tolist() if code not in taken)
        yield from ((code, 0.0) for code, _ in zip(spare, range(n - best.size), strict=False))

    def hear(self, basket: Array) -> Spoken:
        """What the distinct numbers of `basket` say, each of the rest once."""
        rows = [self.pairs.row(code) for code in basket.tolist()]
        codes, where = np.unique(_joined(self.pairs.items, rows), return_inverse=True)
        power = cart_power(basket.size, self.growth)
        # Summed in the order of the numbers of the basket, so that equal baskets tie to the last bit.
        score = np.bincount(where, weights=_joined(self.pairs.score, rows) ** power, minlength=codes.size)
        weights = _joined(self.linear, rows) if self.linear.size else np.zeros(where.size)
        linear = np.bincount(where, weights=weights, minlength=codes.size)
        outside = ~np.isin(codes, basket, assume_unique=True)
        return Spoken(codes[outside], score[outside], linear[outside])


def _joined(column: Array, rows: list[slice]) -> Array:
    return np.concatenate([column[:0], *(column[row] for row in rows)])
