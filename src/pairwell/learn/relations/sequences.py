"""Who bought what on a later day: counts of customers and days between, over first purchases."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import tight
from pairwell.learn.relations.counted import places_by_item
from pairwell.learn.relations.directed import Directed
from pairwell.learn.relations.first_purchases import FirstPurchases
from pairwell.learn.relations.often import often_together

FEWEST = 10  # customers who bought the two on different days


class Sequences(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs that at least ten customers bought on different days, each pair once, by item number.

    `later` bought the target after the anchor, `earlier` before it.
    """

    pairs: Directed
    later: Array
    earlier: Array


def count_sequences(bought: FirstPurchases) -> Sequences:
    """Count, for every two items, the customers who bought one later and earlier; the same day counts for neither.

    Memory is bounded by what is found, not by the pairs there are.
    """
    found = often_together(bought.shelves, bought.n_items, FEWEST)
    return Sequences(
        pairs=Directed(n_items=bought.n_items, anchors=found[:, 0], targets=found[:, 1]),
        later=found[:, 2],
        earlier=found[:, 3],
    )


def measure_lags(bought: FirstPurchases, pairs: Directed, followers: Array) -> Array:
    """Lower quartile, median and upper quartile of the days between, a row a pair; each is the lag of a customer.

    `followers` says how many customers bought the target of each pair after its anchor; at least one did.
    """
    starts = np.concatenate(([0], np.cumsum(followers))).astype(np.int64)
    lags = np.zeros(int(starts[-1]), dtype=np.int32)
    items, days = bought.shelves.items, bought.shelves.times
    held_at, held = places_by_item(items, bought.n_items)
    ends = np.repeat(bought.offsets[1:].astype(held.dtype), np.diff(bought.offsets))
    _measure(items, days, ends, held_at, held, pairs.anchors, pairs.targets, starts, lags)
    rising = lags[np.lexsort((lags, np.repeat(np.arange(followers.size), followers)))]
    quarters: Array = starts[:-1, None] + np.arange(1, 4) * (followers[:, None] - 1) // 4
    found: Array = rising[quarters]
    return found


@tight
def _measure(  # noqa: PLR0913, PLR0917 - plain arrays compile in a fraction of the time that tuples of them take
    items: Array,
    days: Array,
    ends: Array,
    held_at: Array,
    held: Array,
    anchors: Array,
    targets: Array,
    starts: Array,
    lags: Array,
) -> None:
    for pair in range(anchors.size):
        low, high = min(anchors[pair], targets[pair]), max(anchors[pair], targets[pair])
        sign = 1 if targets[pair] == high else -1
        written = starts[pair]
        for holder in range(held_at[low], held_at[low + 1]):
            own = held[holder]
            for place in range(own + 1, ends[own]):
                if items[place] == high and sign * (days[place] - days[own]) > 0:
                    lags[written] = sign * (days[place] - days[own])
                    written += 1
