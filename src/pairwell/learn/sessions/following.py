"""What follows an item in a visit: directed, nearer steps and newer visits counting more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array
from pairwell.learn.compiled import THREADS, compiled
from pairwell.learn.sessions.visits import CARTED, Visits
from pairwell.model.sessions import Followers

REACH = 10  # steps that one item can be ahead of another
_BLOCKS = 64
_DAY_MICROS = 86_400_000_000
_UNIT_BITS = 16  # a step of weight 1; divided by 1..REACH it stays exact enough, and billions of visits fit
_UNIT = 1 << _UNIT_BITS


class _Steps(NamedTuple):
    """Steps by place, and the places of each item in order."""

    items: Array
    kinds: Array
    gains: Array  # by place: what arriving there weighs
    visit_of: Array
    weights: Array  # by visit
    starts: Array  # by item
    places: Array


class _Kept(NamedTuple):
    """The best of each item, in a row that starts at `starts[item]`; -1 ends it early."""

    starts: Array
    items: Array
    weights: Array
    visits: Array
    occurred: Array  # by item: the weight of its visits
    seen: Array  # … and their number
    carted: Array  # … and of those in which it was put into the cart or bought


def learn_following(visits: Visits, learn: Learn, threads: int = THREADS) -> Followers:
    """For each item the `learn.neighbours` that follow it most, best first; ties by item id.

    A visit adds, for each pair of an item and a later one, the weight of the later step by its distance, once: its
    best. It decays with the visit's age against the newest. Source: sequential rules (Kamehkhosh et al. 2017).
    Sums are integers, so that neither the order of visits nor the number of threads changes a byte.
    """
    n_items = len(visits.item_ids)
    steps, kept = _steps(visits, learn), _room(visits, learn.neighbours)
    bounds = np.linspace(0, n_items, _BLOCKS + 1).astype(np.int64).tolist()
    with ThreadPoolExecutor(threads) as pool:
        blocks = [pool.submit(_fill, steps, kept, block) for block in pairwise(bounds)]
    for block in blocks:
        block.result()
    return _followers(kept)


def _room(visits: Visits, width: int) -> _Kept:
    """Place for what is kept: no item is followed by more others than its steps reach."""
    n_items = len(visits.item_ids)
    most = np.minimum(np.bincount(visits.items, minlength=n_items) * REACH, min(width, max(0, n_items - 1)))
    starts = np.concatenate(([0], np.cumsum(most))).astype(np.int64)
    return _Kept(
        starts=starts,
        items=np.full(starts[-1], -1, dtype=np.int32),
        weights=np.zeros(starts[-1], dtype=np.int64),
        visits=np.zeros(starts[-1], dtype=np.int32),
        occurred=np.zeros(n_items, dtype=np.int64),
        seen=np.zeros(n_items, dtype=np.int32),
        carted=np.zeros(n_items, dtype=np.int32),
    )


def _steps(visits: Visits, learn: Learn) -> _Steps:
    weights = learn.event_weights
    gains = np.array([weights.view, weights.add_to_cart, weights.purchase], dtype=np.int64)
    age = (visits.began_at.max(initial=0) - visits.began_at) / _DAY_MICROS
    return _Steps(
        items=visits.items,
        kinds=visits.kinds,
        gains=gains[visits.kinds],
        visit_of=np.repeat(np.arange(visits.n_visits, dtype=np.int64), visits.sizes),
        weights=np.rint(np.exp2(-age / learn.half_life_days) * _UNIT).astype(np.int64),
        starts=np.searchsorted(np.sort(visits.items), np.arange(len(visits.item_ids) + 1)),
        places=np.argsort(visits.items, kind="stable"),
    )


def _followers(kept: _Kept) -> Followers:
    held = kept.items >= 0
    return Followers(
        offsets=np.concatenate(([0], np.cumsum(held)))[kept.starts].astype(np.int64),
        items=kept.items[held],
        weight=kept.weights[held] / _UNIT,
        visits=kept.visits[held],
        occurred=kept.occurred / _UNIT,
        seen=kept.seen,
        carted=kept.carted,
    )


@compiled
def _fill(steps: _Steps, kept: _Kept, block: tuple[int, int]) -> None:
    first, last = block
    n_items = steps.starts.size - 1
    sums, visits = np.zeros(n_items, np.int64), np.zeros(n_items, np.int64)
    best, seen = np.zeros(n_items, np.int64), np.full(n_items, -1, np.int64)
    touched = np.empty(n_items, np.int64)
    for item in range(first, last):
        n_touched, before, carted = 0, -1, -1
        for place in steps.places[steps.starts[item] : steps.starts[item + 1]]:
            visit = steps.visit_of[place]
            if visit != before:
                kept.occurred[item] += steps.weights[visit]
                kept.seen[item] += 1
                before = visit
            if visit != carted and steps.kinds[place] >= CARTED:
                kept.carted[item] += 1
                carted = visit
            n_touched = _follow(steps, (item, place), (sums, visits, best, seen), touched, n_touched)
        _keep_best(kept, item, (sums, visits), touched[:n_touched])
        for other in touched[:n_touched]:
            sums[other], visits[other], seen[other] = 0, 0, -1


@compiled
def _follow(
    steps: _Steps, here: tuple[int, int], tally: tuple[Array, Array, Array, Array], touched: Array, n_touched: int
) -> int:
    """Add what follows one step to the tally of its item."""
    item, place = here
    sums, visits, best, seen = tally
    visit = steps.visit_of[place]
    for distance in range(1, min(REACH, steps.items.size - 1 - place) + 1):
        if steps.visit_of[place + distance] != visit:
            break
        other = steps.items[place + distance]
        if other == item:
            continue
        gain = steps.weights[visit] * steps.gains[place + distance] // distance
        if seen[other] != visit:
            if seen[other] == -1:
                touched[n_touched] = other
                n_touched += 1
            seen[other], best[other] = visit, 0
            visits[other] += 1
        if gain > best[other]:
            sums[other] += gain - best[other]
            best[other] = gain
    return n_touched


@compiled
def _keep_best(kept: _Kept, item: int, tally: tuple[Array, Array], touched: Array) -> None:
    sums, visits = tally
    start, width = kept.starts[item], kept.starts[item + 1] - kept.starts[item]
    touched.sort()  # ascending, so that the stable sort after it leaves ties by item
    order = np.argsort(-sums[touched], kind="mergesort")
    for rank in range(min(width, touched.size)):
        other = touched[order[rank]]
        kept.items[start + rank] = other
        kept.weights[start + rank] = sums[other]
        kept.visits[start + rank] = visits[other]
