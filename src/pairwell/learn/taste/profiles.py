"""What each customer bought, and in how many baskets."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.blocks import in_blocks
from pairwell.learn.compiled import THREADS, tight
from pairwell.learn.purchases import NUMBER, NUMBER_BITS, Purchases, list_purchases


class Profiles(NamedTuple):
    """The items of customer c lie between `offsets[c]` and `offsets[c + 1]`, distinct, ascending.

    Baskets of a customer are numbered from 0, oldest first.
    """

    offsets: Array  # int64
    items: Array  # int32
    times: Array  # int32: baskets of the customer with the item
    habit: Array  # float64: the same, older ones counting less
    first: Array  # int32: the number of the first of them
    last: Array  # int32: and of the last
    baskets: Array  # int64: baskets of each customer
    span: Array  # float64: the same, older ones counting less


def make_profiles(
    baskets: Baskets, customers: Array, n_customers: int, half_life: float, threads: int = THREADS
) -> Profiles:
    """Profiles of `n_customers` from orders, oldest first; those of customer -1 are left out, and so are empty ones.

    A basket counts half where `half_life` newer ones of the customer follow: dates are not asked for.
    """
    return sum_up(list_purchases(baskets, customers, n_customers, threads), half_life, threads)


def sum_up(purchases: Purchases, half_life: float, threads: int = THREADS) -> Profiles:
    """The profiles of customers whose purchases are listed."""
    n_baskets = np.diff(purchases.starts)
    profiles = _room(purchases.distinct, n_baskets, half_life)
    decay = np.exp2(-np.arange(int(n_baskets.max(initial=1))) / half_life)
    in_blocks(lambda *part: _sum_up(part, purchases, decay, profiles), n_baskets.size, threads)
    return profiles


def replaced(profiles: Profiles, customers: Array, others: Profiles) -> Profiles:
    """The same, but those of `customers` are as in `others`, which have no rows but theirs."""
    chosen = np.zeros(profiles.baskets.size, dtype=bool)
    chosen[customers] = True
    sizes = np.diff(profiles.offsets)
    kept, sizes = np.repeat(~chosen, sizes), np.where(chosen, np.diff(others.offsets), sizes)
    offsets, new = np.concatenate(([0], np.cumsum(sizes))), np.repeat(chosen, sizes)

    def column(old: Array, other: Array) -> Array:
        merged = np.empty(new.size, dtype=old.dtype)
        merged[~new], merged[new] = old[kept], other
        return merged

    rows = ("items", "times", "habit", "first", "last")
    return Profiles(
        offsets=offsets,
        baskets=np.where(chosen, others.baskets, profiles.baskets),
        span=np.where(chosen, others.span, profiles.span),
        **{name: column(getattr(profiles, name), getattr(others, name)) for name in rows},
    )


def _room(distinct: Array, baskets: Array, half_life: float) -> Profiles:
    offsets = np.concatenate(([0], np.cumsum(distinct)))
    items, times, first, last = (np.empty(offsets[-1], dtype=np.int32) for _ in range(4))
    return Profiles(
        offsets=offsets,
        items=items,
        times=times,
        habit=np.empty(offsets[-1]),
        first=first,
        last=last,
        baskets=baskets,
        span=(1 - np.exp2(-baskets / half_life)) / (1 - np.exp2(-1 / half_life)),
    )


@tight
def _sum_up(part: tuple[int, int], purchases: Purchases, decay: Array, profiles: Profiles) -> None:
    """Fill the rows of each customer; `decay` is what a basket counts that so many newer ones follow."""
    for customer in range(part[0], part[1]):
        newest = profiles.baskets[customer] - 1
        row, before = profiles.offsets[customer] - 1, -1
        for place in range(purchases.rooms[customer], purchases.rooms[customer + 1]):
            item, number = purchases.lines[place] >> NUMBER_BITS, purchases.lines[place] & NUMBER
            if item != before:
                row, before = row + 1, item
                profiles.items[row], profiles.first[row] = item, number
                profiles.times[row], profiles.habit[row] = 0, 0.0
            profiles.times[row] += 1
            profiles.habit[row] += decay[newest - number]
            profiles.last[row] = number
