"""In how many orders given pairs were together: one pass over the orders, whatever the number of pairs."""

from __future__ import annotations

import numpy as np

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.compiled import tight
from pairwell.learn.relations.directed import Directed, direct
from pairwell.learn.relations.side_by_side import share_rows

_MOST_PLACES = 1 << 31  # that 32 bits can name


def count_together(baskets: Baskets, pairs: Directed) -> Array:
    """Orders with both items of each pair."""
    if not pairs.anchors.size:
        return np.zeros(0, dtype=np.int64)
    # An order is ascending: from the lower item on, half of its lines are enough for both directions of a pair.
    low, high = np.minimum(pairs.anchors, pairs.targets), np.maximum(pairs.anchors, pairs.targets)
    rising = direct(pairs.n_items, low, high)
    held_at, held = places_by_item(baskets.items, pairs.n_items)
    ends = np.repeat(baskets.offsets[1:].astype(held.dtype), baskets.sizes)
    found = np.zeros(rising.anchors.size, dtype=np.int64)
    offsets, targets = rising.offsets, rising.targets.astype(np.int32)
    lines = baskets.items.astype(np.int32, copy=False)

    def count(first: int, last: int) -> None:
        place_of = np.full(pairs.n_items, -1, dtype=np.int32)
        _count(first, last, lines, ends, held_at, held, offsets, targets, place_of, found)

    share_rows(held_at, count)
    together: Array = found[rising.places(low, high)]
    return together


def places_by_item(items: Array, n_items: int) -> tuple[Array, Array]:
    """Where those of item i begin, and the places at which each item stands, ascending; without sorting."""
    starts = np.zeros(n_items + 1, dtype=np.int64)
    places = np.empty(items.size, dtype=np.int32 if items.size < _MOST_PLACES else np.int64)
    _turn(items, starts, places)
    return starts, places


@tight
def _turn(items: Array, starts: Array, places: Array) -> None:
    for place in range(items.size):
        starts[items[place] + 1] += 1
    for item in range(starts.size - 1):
        starts[item + 1] += starts[item]
    # `starts` serves as the cursor of each item and is brought back after.
    for place in range(items.size):
        places[starts[items[place]]] = place
        starts[items[place]] += 1
    for item in range(starts.size - 1, 0, -1):
        starts[item] = starts[item - 1]
    starts[0] = 0


@tight
def _count(  # noqa: PLR0913, PLR0917 - plain arrays compile in a fraction of the time that tuples of them take
    first_item: int,
    last_item: int,
    lines: Array,
    ends: Array,
    held_at: Array,
    held: Array,
    pair_at: Array,
    targets: Array,
    place_of: Array,
    found: Array,
) -> None:
    for anchor in range(first_item, last_item):
        first, last = pair_at[anchor], pair_at[anchor + 1]
        if first == last:
            continue
        for pair in range(first, last):
            place_of[targets[pair]] = pair - first
        for holder in range(held_at[anchor], held_at[anchor + 1]):
            own = held[holder]
            for line in range(own + 1, ends[own]):
                place = place_of[lines[line]]
                if place >= 0:
                    found[first + place] += 1
        for pair in range(first, last):
            place_of[targets[pair]] = -1
