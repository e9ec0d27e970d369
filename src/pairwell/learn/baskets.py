"""Orders as arrays: which items each one held, and when."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

LARGEST_BASKET = 1_000  # distinct items; an order with more gives this many, drawn by lot, to pair counting


class Baskets(msgspec.Struct, frozen=True, kw_only=True):
    """Orders, oldest first; the items of order i lie between `offsets[i]` and `offsets[i + 1]`, distinct, ascending.

    `item_ids` is ascending, and an item's place in it is its number. `placed_at` is in microseconds since 1970.
    `offered` goes with `items`: whether every line of that item in that order came from an offer of our own; None
    where no line did.
    """

    item_ids: list[str]
    offsets: Array
    items: Array
    placed_at: Array
    offered: Array | None = None

    @property
    def n_orders(self) -> int:
        return self.offsets.size - 1

    @property
    def sizes(self) -> Array:
        """Distinct items of each order."""
        return np.diff(self.offsets)

    def item_orders(self) -> Array:
        """Orders with each item."""
        return np.bincount(self.items, minlength=len(self.item_ids))


def make_baskets(item_ids: list[str], orders: Array, items: Array, placed_at: Array) -> Baskets:
    """Baskets from lines: for each line the number of its order and of its item, in any order, repeats allowed.

    Orders are numbered as in `placed_at`, oldest first; `item_ids` is ascending.
    """
    keys = np.sort(orders.astype(np.int64) * max(1, len(item_ids)) + items)
    keys = keys[np.diff(keys, prepend=-1) != 0]
    order_of, item_of = np.divmod(keys, max(1, len(item_ids)))
    offsets = np.searchsorted(order_of, np.arange(placed_at.size + 1))
    return Baskets(item_ids=item_ids, offsets=offsets, items=item_of.astype(np.int32), placed_at=placed_at)


def slice_orders(baskets: Baskets, start: int, stop: int) -> Baskets:
    """Only the orders from `start` up to `stop`; the numbers of items stay."""
    first, last = int(baskets.offsets[start]), int(baskets.offsets[stop])
    return Baskets(
        item_ids=baskets.item_ids,
        offsets=baskets.offsets[start : stop + 1] - first,
        items=baskets.items[first:last],
        placed_at=baskets.placed_at[start:stop],
        offered=None if baskets.offered is None else baskets.offered[first:last],
    )


def only_ordinary(baskets: Baskets, largest: int) -> Baskets:
    """Only the orders with at most `largest` items; the numbers of items stay."""
    ordinary = baskets.sizes <= largest
    if ordinary.all():
        return baskets
    sizes, keep = baskets.sizes[ordinary], np.repeat(ordinary, baskets.sizes)
    return Baskets(
        item_ids=baskets.item_ids,
        offsets=np.concatenate(([0], np.cumsum(sizes))),
        items=baskets.items[keep],
        placed_at=baskets.placed_at[ordinary],
        offered=None if baskets.offered is None else baskets.offered[keep],
    )


def thin(baskets: Baskets, largest: int = LARGEST_BASKET) -> tuple[Baskets, int]:
    """Cut every order to `largest` items, drawn by a lot that depends on nothing but its items; and how many were cut.

    The work of counting pairs grows with the square of a basket. A stocktaking order of 5,000 lines would cost as
    much as 250,000 orders of ten, and says almost nothing about what goes with what.
    """
    oversize = np.flatnonzero(baskets.sizes > largest)
    if not oversize.size:
        return baskets, 0
    keep = np.ones(baskets.items.size, dtype=bool)
    for order in oversize.tolist():
        row = slice(int(baskets.offsets[order]), int(baskets.offsets[order + 1]))
        lots = _lots(baskets.items[row])
        keep[row] = lots <= np.partition(lots, largest - 1)[largest - 1]
    thinned = Baskets(
        item_ids=baskets.item_ids,
        offsets=np.concatenate(([0], np.cumsum(np.minimum(baskets.sizes, largest)))),
        items=baskets.items[keep],
        placed_at=baskets.placed_at,
        offered=None if baskets.offered is None else baskets.offered[keep],
    )
    return thinned, int(oversize.size)


def _lots(items: Array) -> Array:
    # Every order draws anew, or the same items would be lost from all; one order's items never draw the same lot.
    codes = items.astype(np.uint64)
    return mixed(codes ^ mixed(codes + np.uint64(items.size)).sum(dtype=np.uint64))


def mixed(values: Array) -> Array:
    """A bijection of 64-bit integers: the finalizer of splitmix64 (Steele, Lea and Flood 2014)."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    last: Array = mixed ^ (mixed >> np.uint64(31))
    return last
