"""Pairs counted one by one, with nothing clever in between."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.mining.mine import Asked
from pairwell.learn.mining.score import Scale, make_scale
from pairwell.learn.mining.weights import pair_weights, weight_unit

Found = dict[
    int, list[tuple[int, float, int, int]]
]  # of each anchor: add-on, score, orders together, those of evidence


class ByHand:
    """Sums over all directed pairs."""

    def __init__(self, baskets: Baskets, learn: Learn, asked: Asked) -> None:
        self.learn, self.n_items = learn, len(baskets.item_ids)
        self.together: Counter[tuple[int, int]] = Counter()
        self.proof: Counter[tuple[int, int]] = Counter()
        self.weight: Counter[tuple[int, int]] = Counter()
        self.sums, self.orders = np.zeros(self.n_items), baskets.item_orders()
        lines = np.ones(baskets.items.size, np.int64) if asked.line_weights is None else asked.line_weights
        heaviest = int(lines.max(initial=1))
        weights = pair_weights(baskets, learn, heaviest)
        self.unit = weight_unit(baskets.n_orders * heaviest)
        for order in range(baskets.n_orders):
            places = range(int(baskets.offsets[order]), int(baskets.offsets[order + 1]))
            ordinary = len(places) <= learn.ordinary_basket
            for place in places:
                self.sums[baskets.items[place]] += int(weights[order] * lines[place]) / self.unit
            for one, other in permutations(places, 2):
                pair = int(baskets.items[one]), int(baskets.items[other])
                offered = baskets.offered is not None and bool(baskets.offered[one] or baskets.offered[other])
                self.together[pair] += 1
                self.proof[pair] += ordinary and not offered
                self.weight[pair] += int(weights[order] * min(lines[one], lines[other]))

    def best(self) -> Found:
        """Of each anchor the best add-ons, ties by number."""
        items = np.argsort(-self.orders, kind="stable")
        by_rank = make_scale(self.sums[items], sum(self.weight.values()) / self.unit, self.learn)
        scale = by_rank._replace(factors=by_rank.factors[np.argsort(items)])
        found: Found = {anchor: [] for anchor in range(self.n_items)}
        for (anchor, add_on), together in self.together.items():
            score = _score(self.weight[anchor, add_on] / self.unit, anchor, add_on, scale)
            found[anchor].append((add_on, score, together, self.proof[anchor, add_on]))
        return {
            anchor: sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[: self.learn.neighbours]
            for anchor, pairs in found.items()
        }


def _score(weight: float, anchor: int, add_on: int, scale: Scale) -> float:
    factors, (damping, shrinkage) = scale.factors, scale.constants
    expected = factors[anchor, 2] * factors[add_on, 2]
    below = factors[anchor, 0] * factors[add_on, 1] + damping
    return float(np.float32(expected * (weight + shrinkage) / ((expected + shrinkage) * below)))


def as_found(offsets: Array, *columns: Array) -> Found:
    """What a pass kept, in the same form."""
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    return {anchor: rows[offsets[anchor] : offsets[anchor + 1]] for anchor in range(offsets.size - 1)}
