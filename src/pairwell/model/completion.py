"""What completes a basket: the partners of everything in it, summed."""

from __future__ import annotations

import math
from collections.abc import Iterator

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


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """Ranks everything learned for a basket of item numbers."""

    pairs: Neighbours
    popular: Array  # numbers of all items bought, most first
    affinity: bool  # whether anything goes with anything in this shop; without, popularity ranks alone
    growth: float  # of the power, see `cart_power`

    def rank(self, basket: Array, n: int) -> Iterator[tuple[int, float]]:
        """Up to `n` items that are not among the distinct numbers of `basket`, best first, with scores.

        Scores are raised to the power of `cart_power` and summed; ties go by number; popularity fills up at score 0.
        """
        codes, scores = self._summed(basket) if self.affinity else (np.empty(0, np.int32), np.empty(0))
        best = np.lexsort((codes, -scores))[:n]
        yield from zip(codes[best].tolist(), scores[best].tolist(), strict=True)
        taken = set(basket.tolist()) | set(codes[best].tolist())
        spare = (code for code in self.popular[: n + len(taken)].tolist() if code not in taken)
        yield from ((code, 0.0) for code, _ in zip(spare, range(n - best.size), strict=False))

    def _summed(self, basket: Array) -> tuple[Array, Array]:
        rows = [self.pairs.row(code) for code in basket.tolist()]
        add_ons = np.concatenate([np.empty(0, np.int32), *(self.pairs.items[row] for row in rows)])
        scores = np.concatenate([np.empty(0), *(self.pairs.score[row] for row in rows)])
        codes, where = np.unique(add_ons, return_inverse=True)
        power = cart_power(basket.size, self.growth)
        # Summed in the order of the numbers of the basket, so that equal baskets tie to the last bit.
        sums = np.bincount(where, weights=scores**power, minlength=codes.size)
        outside = ~np.isin(codes, basket, assume_unique=True)
        return codes[outside], sums[outside]
