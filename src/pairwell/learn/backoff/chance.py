"""How often two groups would meet in one order by chance alone."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.learn.baskets import Array

_GRID = np.geomspace(1e-9, 1.0, 20_001)


class Draws(msgspec.Struct, frozen=True, kw_only=True):
    """Orders of these sizes, whose items are drawn from groups with these chances.

    Groups are few and large where items are many and small, so that the usual `a·b·Σs(s-1) / (Σs)²` does not hold: an
    order may draw a group twice and holds it once.
    """

    sizes: Array  # distinct items of an order, ascending
    counts: Array  # orders of each size
    chances: Array  # of each group, for one draw

    def expected(self, ones: Array, others: Array) -> Array:
        """Orders expected to hold both: `Σ_s 1 - (1-p)^s - (1-q)^s + (1-p-q)^s` over the orders' sizes s."""
        one, other = self.chances[ones], self.chances[others]
        neither, total = np.maximum(1 - one - other, 0.0), np.zeros(one.shape)
        for size, count in zip(self.sizes.tolist(), self.counts.tolist(), strict=True):
            total += count * (1 - (1 - one) ** size - (1 - other) ** size + neither**size)
        positive: Array = np.maximum(total, 1e-12)
        return positive


def draws_of(sizes: Array, orders: Array) -> Draws:
    """The chances with which groups must be drawn into orders of `sizes` items to be in as many as they are.

    `Σ_s 1 - (1-p)^s = n` is solved for each group's p, so that chance gives every group exactly its own orders.
    """
    kinds, counts = np.unique(sizes, return_counts=True)
    reached = sum(
        (count * -np.expm1(size * np.log1p(-_GRID[:-1])) for size, count in zip(kinds, counts, strict=True)),
        start=np.zeros(_GRID.size - 1),
    )
    reached = np.append(reached, counts[kinds > 0].sum())
    return Draws(sizes=kinds, counts=counts, chances=np.interp(orders, reached, _GRID))
