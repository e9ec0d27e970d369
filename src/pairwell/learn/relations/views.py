"""What was looked at in one visit: who compares two things wants one of them."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from pairwell.learn.baskets import Array, Baskets, make_baskets, thin
from pairwell.learn.relations.context import chance_rate
from pairwell.learn.relations.counted import count_together
from pairwell.learn.relations.directed import Directed
from pairwell.learn.relations.similar import most_alike
from pairwell.learn.sessions.visits import Visits

_BY_VISITS = 20  # pairs for an item: those looked at together most
_LEADING = 100  # items of one visit that are led to one another
_MOST = 3.0  # log odds


def as_baskets(visits: Visits | None) -> Baskets | None:
    """The distinct items of each visit with two or more; None where nothing was logged."""
    if visits is None or not visits.items.size:
        return None
    numbers = np.repeat(np.arange(visits.n_visits), visits.sizes)
    seen = thin(make_baskets(list(visits.item_ids), numbers, visits.items, visits.began_at))[0]
    return seen if (seen.sizes > 1).any() else None


def viewed_together(views: Baskets) -> Directed:
    """For each item those that it was looked at with in most visits."""
    ones = np.ones(views.items.size)
    shape = (views.n_orders, len(views.item_ids))
    by_item = sparse.csr_array((ones, views.items, views.offsets), shape=shape).T.tocsr()
    return most_alike(by_item, n=_BY_VISITS, longest=_LEADING)


def view_odds(views: Baskets, pairs: Directed) -> Array:
    """`ln((v + 1) / (w + 1))`, from 0 to 3: v visits looked at both, where chance expects w of visits so long."""
    seen = views.item_orders().astype(np.float64)
    by_chance = seen[pairs.anchors] * seen[pairs.targets] * chance_rate(views)
    odds: Array = np.clip(np.log((count_together(views, pairs) + 1) / (by_chance + 1)), 0.0, _MOST)
    return odds
