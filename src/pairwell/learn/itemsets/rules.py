"""Association rules with one item on the right, from itemsets with exact counts."""

from __future__ import annotations

from itertools import count

import msgspec
import numpy as np

from pairwell.errors import RequestError
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.itemsets.count import count_without
from pairwell.learn.itemsets.mine import Itemsets
from pairwell.said import phrase


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Rules as columns: of whom buys all items of set `sets[i]` but one, so many also buy that `consequents[i]`."""

    itemsets: Itemsets
    sets: Array
    consequents: Array
    antecedent_counts: Array
    consequent_counts: Array

    @property
    def counts(self) -> Array:
        """Orders with the whole set."""
        found: Array = self.itemsets.counts[self.sets]
        return found

    @property
    def support(self) -> Array:
        """Share of all orders with the whole set."""
        found: Array = self.counts / max(1, self.itemsets.n_orders)
        return found

    @property
    def confidence(self) -> Array:
        """Share of the orders with the antecedent that hold the consequent, too."""
        found: Array = self.counts / self.antecedent_counts
        return found

    @property
    def lift(self) -> Array:
        """Confidence against the share of all orders with the consequent."""
        by_chance = self.antecedent_counts * self.consequent_counts.astype(np.float64)
        found: Array = self.counts * float(self.itemsets.n_orders) / by_chance
        return found

    def antecedent(self, rule: int) -> list[int]:
        """The items on the left of one rule, ascending."""
        row = slice(*self.itemsets.offsets[self.sets[rule] : self.sets[rule] + 2].tolist())
        return [item for item in self.itemsets.items[row].tolist() if item != self.consequents[rule]]


def find_rules(baskets: Baskets, itemsets: Itemsets, min_confidence: float) -> Rules:
    """Every rule of the itemsets of two items or more whose confidence reaches `min_confidence`, none stated twice.

    Raises `RequestError` where that is no share. Source: Agrawal, Imielinski and Swami 1993.
    """
    if not 0 <= min_confidence <= 1:
        raise RequestError(
            phrase(
                "The minimum confidence is {confidence}; expected a share from 0 to 1.",
                confidence=min_confidence,
            ),
            hint=phrase("Write 0.5 for half of the orders with the left side."),
            field="min_confidence",
        )
    sizes = itemsets.sizes
    places = np.flatnonzero(np.repeat(sizes > 1, sizes))
    sets = np.repeat(np.arange(sizes.size), sizes)[places]
    consequents = itemsets.items[places]
    antecedents = _antecedent_counts(baskets, itemsets, places, sets)
    kept = itemsets.counts[sets] / np.maximum(antecedents, 1) >= min_confidence
    orders = baskets.item_orders()
    return Rules(
        itemsets=itemsets,
        sets=sets[kept],
        consequents=consequents[kept],
        antecedent_counts=antecedents[kept],
        consequent_counts=orders[consequents[kept]],
    )


def _antecedent_counts(baskets: Baskets, itemsets: Itemsets, places: Array, sets: Array) -> Array:
    if not places.size:
        return np.empty(0, dtype=np.int64)
    if itemsets.kind == "all":
        return _look_up(itemsets, places, sets, len(baskets.item_ids))
    return count_without(baskets, itemsets, places, sets)


def _look_up(itemsets: Itemsets, places: Array, sets: Array, n_items: int) -> Array:
    # Every antecedent of a frequent set is frequent and in the table. As long as no two sets of the table share a sum
    # of keys, finding the sum is finding the set.
    for seed in count():
        keys = np.random.default_rng(seed).integers(1 << 63, size=n_items, dtype=np.uint64)
        sums = np.add.reduceat(keys[itemsets.items], itemsets.offsets[:-1])
        ascending = np.argsort(sums)
        if (np.diff(sums[ascending]) > 0).all():
            break
    wanted = sums[sets] - keys[itemsets.items[places]]
    found: Array = itemsets.counts[ascending[np.searchsorted(sums, wanted, sorter=ascending)]]
    return found
