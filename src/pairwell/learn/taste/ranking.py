"""The items each customer is likely to buy next, ranked."""

from __future__ import annotations

from functools import cache, reduce
from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.blocks import in_blocks
from pairwell.learn.bought import list_all
from pairwell.learn.compiled import THREADS, tight
from pairwell.learn.history import History
from pairwell.learn.purchases import Purchases
from pairwell.learn.taste.again import learn_again
from pairwell.learn.taste.best import Ranking, key_of, no_best, offer, read_ranking
from pairwell.learn.taste.company import Company, find_company
from pairwell.learn.taste.profiles import Profiles, make_profiles, replaced, sum_up
from pairwell.learn.taste.weights import (
    CAUTIOUS,
    COMPANIES,
    FEWEST_CASES,
    POPULARITIES,
    Hidden,
    Weights,
    grade,
    hide_newest,
    surely_above,
)

_CUT = 10
_FEW_HIDDEN = 0.01  # share of the orders without which company is the same


class Tastes(NamedTuple):
    """What `rank` needs to score any customer of the profiles."""

    profiles: Profiles
    again: Array  # float64, one an item
    left: Array  # float64: share of its popularity that counts for who has it
    popular: Array  # float64: share of orders with each item, weighted
    falling: Array  # int32: items that were ever bought, most popular first
    places: Array  # int32: the place of each item in `falling`
    company: Company
    prior: float
    beside: float  # weight of the company


def learn_tastes(
    history: History, learn: Learn, purchases: Purchases | None = None, threads: int = THREADS
) -> tuple[Tastes, Weights]:
    """Everything but the ranking itself, and the weights in it; the customer after the last one is nobody.

    `purchases` is what `list_all` says, where it is known.
    """
    profiles = sum_up(purchases or list_all(history), learn.taste_half_life_baskets, threads)
    hidden = hide_newest(history.baskets, history.customers)
    known = _without_weights(hidden.baskets, _without_newest(profiles, hidden, learn, threads), learn, threads)
    weights = find_weights(hidden, known, threads)
    # Company is most of the work; that of a large shop without the hidden orders is that of the shop.
    few = hidden.sizes.size <= _FEW_HIDDEN * history.baskets.n_orders
    tastes = _without_weights(history.baskets, profiles, learn, threads, known.company if few else None)
    return _weighted(tastes, weights), weights


def find_weights(hidden: Hidden, known: Tastes, threads: int = THREADS) -> Weights:
    """The weights that foretell the hidden baskets best: first that of popularity, then of company, then both again.

    Where those are not surely better than popularity, that is taken. Fewer than a hundred hidden baskets say too
    little; then the usual weights are taken.
    """
    if hidden.sizes.size < FEWEST_CASES:
        return Weights()

    @cache
    def graded(weights: Weights) -> Array:
        return grade(hidden, rank(_weighted(known, weights), hidden.customers, _CUT, threads).items)

    def better(one: Weights, other: Weights) -> Weights:
        return other if graded(other).mean() > graded(one).mean() else one

    best = Weights()
    for turn in (POPULARITIES, COMPANIES, POPULARITIES, COMPANIES):
        best = reduce(better, [msgspec.structs.replace(best, **{turn.name: value}) for value in turn.values], best)
    chosen = best if surely_above(graded(best), graded(CAUTIOUS)) else CAUTIOUS
    return msgspec.structs.replace(chosen, cases=hidden.sizes.size)


def _without_newest(profiles: Profiles, hidden: Hidden, learn: Learn, threads: int) -> Profiles:
    """The profiles of all customers before the orders that were hidden: other customers stay as they are."""
    n_customers = profiles.baskets.size
    chosen = np.zeros(n_customers + 1, dtype=bool)
    chosen[hidden.customers] = True  # the last place: for nobody
    owners = np.where(chosen[hidden.owners], hidden.owners, -1)
    others = make_profiles(hidden.baskets, owners, n_customers, learn.taste_half_life_baskets, threads)
    return replaced(profiles, hidden.customers, others)


def _without_weights(
    baskets: Baskets, profiles: Profiles, learn: Learn, threads: int, company: Company | None = None
) -> Tastes:
    n_items = len(baskets.item_ids)
    bought = baskets.item_orders()
    falling = np.lexsort((np.arange(n_items), -bought)).astype(np.int32)
    popular = bought / max(1, baskets.n_orders)
    again = learn_again(profiles, popular)
    return Tastes(
        profiles=profiles,
        again=again.rates**learn.taste_again_exponent,
        left=again.left,
        popular=popular,
        falling=falling[bought[falling] > 0],
        places=np.argsort(falling).astype(np.int32),
        company=company or find_company(profiles, n_items, learn.taste_neighbours, threads),
        prior=learn.taste_prior_baskets,
        beside=1.0,
    )


def _weighted(tastes: Tastes, weights: Weights) -> Tastes:
    return tastes._replace(popular=tastes.popular * weights.popularity, beside=weights.company)


def rank(tastes: Tastes, customers: Array, n: int, threads: int = THREADS) -> Ranking:
    """The `n` best items of each of `customers`; ties go by item id.

    `score = h_ci/(H_c + prior) · again_i + popular_i · left_ci + beside · Σ_j √h_cj · s_ji / |P_c|`, see
    `docs/learning.md`.
    """
    best = no_best(customers.size, n)

    def fill(first: int, last: int) -> None:
        sums = np.stack((tastes.popular, tastes.popular), axis=1).astype(np.float32)
        _rank(tastes, customers[first:last], best[first:last], (sums, np.empty_like(tastes.places)))

    in_blocks(fill, customers.size, threads)
    return read_ranking(best)


@tight
def _rank(tastes: Tastes, customers: Array, best: Array, scratch: tuple[Array, Array]) -> None:
    """Each row of `sums` is a score and the popularity it began with, side by side for the processor's sake."""
    sums, risen = scratch
    width = tastes.company.items.shape[1] if tastes.beside > 0 else 0
    for row in range(customers.size):
        customer = customers[row]
        first, last = tastes.profiles.offsets[customer], tastes.profiles.offsets[customer + 1]
        # Of so many most popular items as many as are asked for are not the customer's own: none of these falls, so
        # what stays below the last of them is not among the best.
        ahead = min(best.shape[1] + last - first, tastes.falling.size)
        bar = float(sums[tastes.falling[ahead - 1], 1]) if ahead else 0.0
        found = _add(tastes, customer, (ahead, bar), sums, risen)
        for place in range(ahead):
            offer(best, row, key_of(sums[tastes.falling[place], 0], tastes.falling[place]))
        for place in range(found):
            offer(best, row, key_of(sums[risen[place], 0], risen[place]))
        _take_back((first, last, width), tastes.profiles.items, tastes.company.items, sums)


@tight
def _add(tastes: Tastes, customer: int, level: tuple[int, float], sums: Array, risen: Array) -> int:
    """Add what a customer's items say of themselves and of their company; how many others rose above the bar."""
    profiles, company = tastes.profiles, tastes.company
    ahead, bar = level
    first, last = profiles.offsets[customer], profiles.offsets[customer + 1]
    found = 0
    for row in range(first, last):
        item = profiles.items[row]
        own = profiles.habit[row] / (profiles.span[customer] + tastes.prior) * tastes.again[item]
        before, after = sums[item, 1], np.float32(sums[item, 1] * tastes.left[item] + own)
        sums[item, 0] = after
        if before <= bar < after and tastes.places[item] >= ahead:
            risen[found] = item
            found += 1
    if tastes.beside == 0:
        return found
    for row in range(first, last):
        share = tastes.beside * np.sqrt(profiles.habit[row]) / (last - first)
        anchor = profiles.items[row]
        for place in range(company.items.shape[1]):
            item = company.items[anchor, place]
            if item < 0:
                break
            before = sums[item, 0]
            after = np.float32(before + share * company.score[anchor, place])
            sums[item, 0] = after
            if before <= bar < after and tastes.places[item] >= ahead:
                risen[found] = item
                found += 1
    return found


@tight
def _take_back(part: tuple[int, int, int], own: Array, company: Array, sums: Array) -> None:
    first, last, width = part
    for row in range(first, last):
        anchor = own[row]
        sums[anchor, 0] = sums[anchor, 1]
        for place in range(width):
            item = company[anchor, place]
            if item < 0:
                break
            sums[item, 0] = sums[item, 1]
