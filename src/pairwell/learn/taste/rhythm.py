"""How many days customers let pass between two purchases of an item."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.taste.days import Visits

_OWN, _ITEMS, _GROUPS = 1.0, 5.0, 20.0  # gaps that what stands above weighs, for a customer, an item, a category


def typical_gaps(visits: Visits, groups: Array) -> Array:
    """Days to the next purchase that were to be expected after each one, by the customer's gaps until then.

    A geometric mean, which one long absence hardly moves: of the customer's own gaps for the item, shrunk towards the
    item's, that towards the item's group's (`groups`, one an item, -1 for none), and that towards the shop's.
    """
    logs = np.log(np.maximum(visits.before, 1)) * (visits.number > 0)
    usual = _item_gaps(visits, logs, groups)
    sums = np.cumsum(logs)
    first = np.arange(sums.size) - visits.number
    own = sums - sums[first]  # a first purchase has no gap before it
    expected: Array = np.exp((own + _OWN * usual[visits.items]) / (visits.number + _OWN))
    return expected


def _item_gaps(visits: Visits, logs: Array, groups: Array) -> Array:
    """The mean logarithm of each item's gaps, shrunk towards its group's."""
    counted = (visits.number > 0).astype(np.float64)
    n = np.bincount(visits.items, weights=counted, minlength=groups.size)
    sums = np.bincount(visits.items, weights=logs, minlength=groups.size)
    shop = sums.sum() / max(1.0, n.sum())
    of_groups = _shrunk(sums, n, groups, shop)
    usual: Array = (sums + _ITEMS * of_groups) / (n + _ITEMS)
    return usual


def _shrunk(sums: Array, n: Array, groups: Array, shop: float) -> Array:
    places = groups + 1  # items without a group are one of their own
    group_n, group_sums = np.bincount(places, weights=n), np.bincount(places, weights=sums)
    means: Array = (group_sums + _GROUPS * shop) / (group_n + _GROUPS)
    of_items: Array = means[places]
    return of_items


def number_groups(names: Sequence[str | None]) -> Array:
    """A number for each name, -1 for None."""
    numbers = {name: number for number, name in enumerate(sorted({name for name in names if name is not None}))}
    return np.array([-1 if name is None else numbers[name] for name in names], dtype=np.int64)
