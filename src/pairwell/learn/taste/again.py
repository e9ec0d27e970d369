"""How readily an item is bought again by those who bought it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import tight
from pairwell.learn.taste.profiles import Profiles

_PRIOR_CHANCES = 50.0


class Again(NamedTuple):
    """How much each item is wanted by those who have it."""

    rates: Array  # how often it is bought again, as a multiple of the shop's usual
    left: Array  # 0 to 1: what its popularity says of a customer who has it, beside one who has not


def learn_again(profiles: Profiles, popular: Array) -> Again:
    """Both from what buyers did in their later baskets; where nothing is known it is 1.

    A chance is a basket of a customer after the first one with the item, and is taken where that holds it. As if 50
    more chances had been taken, rates are shrunk towards the shop's and what is left towards `popular`, the share of
    all orders with the item.
    """
    chances, taken = np.zeros((2, popular.size), dtype=np.int64)
    _count(profiles, chances, taken)
    usual = taken.sum() / max(1.0, chances.sum())
    rates = (taken / usual + _PRIOR_CHANCES) / (chances + _PRIOR_CHANCES) if usual > 0 else np.ones(popular.size)
    among_buyers = (taken + _PRIOR_CHANCES * popular) / (chances + _PRIOR_CHANCES)
    left = np.divide(among_buyers, popular, out=np.ones(popular.size), where=popular > 0)
    return Again(rates, np.minimum(left, 1.0))


@tight
def _count(profiles: Profiles, chances: Array, taken: Array) -> None:
    for customer in range(profiles.baskets.size):
        for row in range(profiles.offsets[customer], profiles.offsets[customer + 1]):
            item = profiles.items[row]
            chances[item] += profiles.baskets[customer] - 1 - profiles.first[row]
            taken[item] += profiles.times[row] - 1
