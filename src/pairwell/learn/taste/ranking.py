"""The items each customer is likely to buy next, ranked."""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.compiled import THREADS, compiled
from pairwell.learn.history import History
from pairwell.learn.taste.again import again_rates
from pairwell.learn.taste.company import Company, find_company, in_blocks, keep_best
from pairwell.learn.taste.profiles import Profiles, make_profiles
from pairwell.learn.taste.weights import COMPANIES, FEWEST_CASES, POPULARITIES, Hidden, Weights, grade, hide_newest

_CUT = 10


class Tastes(NamedTuple):
    """What `rank` needs to score any customer of the profiles."""

    profiles: Profiles
    again: Array  # float64, one an item
    popular: Array  # float64: share of orders with each item, weighted
    falling: Array  # int32: items that were ever bought, most popular first
    company: Company
    prior: float
    beside: float  # weight of the company


class Ranking(NamedTuple):
    """`items[row]` and `score[row]` of each customer asked for, best first; -1 ends a short row."""

    items: Array  # int32, customers x n
    score: Array  # float64


def learn_tastes(history: History, learn: Learn, threads: int = THREADS) -> tuple[Tastes, Weights]:
    """Everything but the ranking itself, and the weights in it; the customer after the last one is nobody."""
    n_customers = len(history.customer_ids) + 1
    weights = find_weights(hide_newest(history.baskets, history.customers), n_customers, learn, threads)
    profiles = make_profiles(history.baskets, history.customers, n_customers, learn.taste_half_life_baskets)
    return _weighted(_unweighted(history.baskets, profiles, learn, threads), weights), weights


def find_weights(hidden: Hidden, n_customers: int, learn: Learn, threads: int = THREADS) -> Weights:
    """The weights that foretell the hidden baskets best: first that of popularity, then of company, then both again.

    Fewer than a hundred hidden baskets say too little; then the usual weights are taken.
    """
    if hidden.sizes.size < FEWEST_CASES:
        return Weights()
    profiles = make_profiles(hidden.baskets, hidden.owners, n_customers, learn.taste_half_life_baskets)
    tastes = _unweighted(hidden.baskets, profiles, learn, threads)
    grades: dict[Weights, float] = {}

    def better(one: Weights, other: Weights) -> Weights:
        for weights in (one, other):
            if weights not in grades:
                grades[weights] = grade(hidden, rank(_weighted(tastes, weights), hidden.customers, _CUT, threads).items)
        return other if grades[other] > grades[one] else one

    best = Weights(cases=hidden.sizes.size)
    for turn in (POPULARITIES, COMPANIES, POPULARITIES, COMPANIES):
        best = reduce(better, [msgspec.structs.replace(best, **{turn.name: value}) for value in turn.values], best)
    return best


def _unweighted(baskets: Baskets, profiles: Profiles, learn: Learn, threads: int) -> Tastes:
    n_items = len(baskets.item_ids)
    orders = baskets.item_orders()
    falling = np.lexsort((np.arange(n_items), -orders))
    return Tastes(
        profiles=profiles,
        again=again_rates(profiles, n_items) ** learn.taste_again_exponent,
        popular=orders / max(1, baskets.n_orders),
        falling=falling[orders[falling] > 0].astype(np.int32),
        company=find_company(profiles, n_items, learn.taste_neighbours, threads),
        prior=learn.taste_prior_baskets,
        beside=1.0,
    )


def _weighted(tastes: Tastes, weights: Weights) -> Tastes:
    return tastes._replace(popular=tastes.popular * weights.popularity, beside=weights.company)


def rank(tastes: Tastes, customers: Array, n: int, threads: int = THREADS) -> Ranking:
    """The `n` best items of each of `customers`; ties go by item id.

    `score = h_ci/(H_c + prior) · again_i + popular_i + beside · Σ_j √h_cj · s_ji / |P_c|`, see `docs/learning.md`.
    """
    items = np.full((customers.size, n), -1, dtype=np.int32)
    score = np.zeros((customers.size, n))

    def fill(first: int, last: int) -> None:
        _rank(tastes, customers[first:last], items[first:last], score[first:last])

    in_blocks(fill, customers.size, threads)
    return Ranking(items, score)


@compiled
def _rank(tastes: Tastes, customers: Array, items: Array, score: Array) -> None:
    sums = np.zeros(tastes.popular.size)
    met = np.empty(tastes.popular.size, dtype=np.int32)
    for row in range(customers.size):
        found = _score(tastes, customers[row], sums, met)
        filled = 0
        for place in range(found):
            item = met[place]
            value = sums[item] + tastes.popular[item]
            filled = keep_best(items[row], score[row], filled, item, value)
        _fill_up(tastes, sums, items[row], score[row], filled)
        for place in range(found):
            sums[met[place]] = 0.0


@compiled
def _score(tastes: Tastes, customer: int, sums: Array, met: Array) -> int:
    """What a customer's items say of themselves and of their company; how many items were met."""
    profiles, company = tastes.profiles, tastes.company
    first, last = profiles.offsets[customer], profiles.offsets[customer + 1]
    found = 0
    for row in range(first, last):
        item = profiles.items[row]
        own = profiles.habit[row] / (profiles.span[customer] + tastes.prior) * tastes.again[item]
        found = _add(item, own, sums, met, found)
        share = tastes.beside * np.sqrt(profiles.habit[row]) / (last - first)
        for place in range(item * company.width, (item + 1) * company.width):
            if company.items[place] < 0:
                break
            found = _add(company.items[place], share * company.score[place], sums, met, found)
    return found


@compiled
def _add(item: int, value: float, sums: Array, met: Array, found: int) -> int:
    if sums[item] == 0.0 and value > 0.0:
        met[found] = item
        found += 1
    sums[item] += value
    return found


@compiled
def _fill_up(tastes: Tastes, sums: Array, items: Array, score: Array, filled: int) -> None:
    """Offer the most popular items that say nothing of this customer; no later one can be among the best."""
    fresh = 0
    for item in tastes.falling:
        if fresh == items.size:
            break
        if sums[item] == 0.0:
            filled = keep_best(items, score, filled, item, tastes.popular[item])
            fresh += 1
