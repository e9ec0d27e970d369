"""Comparable, dearer items that may replace an item, best first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pairwell.config.settings import Settings
from pairwell.learn.baskets import Baskets
from pairwell.learn.catalogue import Listing
from pairwell.learn.pairs import LearnedPairs
from pairwell.model.neighbours import Neighbours, make_neighbours


def learn_upgrades(
    listings: Sequence[Listing], baskets: Baskets, pairs: LearnedPairs, settings: Settings
) -> Neighbours:
    return make_neighbours(
        offsets=np.zeros(len(listings) + 1),
        items=np.empty(0),
        score=np.empty(0),
        together=np.empty(0),
        p_adjusted=np.empty(0),
        above_floor=np.empty(0),
    )
