"""How readily an item is bought again by those who bought it."""

from __future__ import annotations

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.taste.profiles import Profiles

_PRIOR_CHANCES = 50.0


def again_rates(profiles: Profiles, n_items: int) -> Array:
    """For each item how often it is bought again, as a multiple of the usual: 1 where nothing is known.

    A chance is a basket of a customer after the first one with the item. The rate of an item is shrunk towards that of
    the shop, as if 50 more chances had been taken at the shop's rate.
    """
    later = profiles.baskets[profiles.owners] - 1 - profiles.first
    chances = np.bincount(profiles.items, weights=later, minlength=n_items)
    taken = np.bincount(profiles.items, weights=profiles.times - 1, minlength=n_items)
    usual = taken.sum() / max(1.0, chances.sum())
    if usual == 0:
        return np.ones(n_items)
    rates: Array = (taken / usual + _PRIOR_CHANCES) / (chances + _PRIOR_CHANCES)
    return rates
