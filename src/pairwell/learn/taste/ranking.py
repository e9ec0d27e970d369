"""The items each customer is likely to buy next, ranked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.compiled import THREADS, compiled
from pairwell.learn.taste.again import again_rates
from pairwell.learn.taste.company import Company, find_company, in_blocks, keep_best
from pairwell.learn.taste.profiles import Profiles


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


def learn_tastes(baskets: Baskets, profiles: Profiles, learn: Learn, threads: int = THREADS) -> Tastes:
    """Everything but the ranking itself; `profiles` are of customers in `baskets`, which may hold other orders too."""
    n_items = len(baskets.item_ids)
    orders = baskets.item_orders()
    falling = np.lexsort((np.arange(n_items), -orders))
    return Tastes(
        profiles=profiles,
        again=again_rates(profiles, n_items) ** learn.taste_again_exponent,
        popular=learn.taste_popularity * orders / max(1, baskets.n_orders),
        falling=falling[orders[falling] > 0].astype(np.int32),
        company=find_company(profiles, n_items, learn.taste_neighbours, threads),
        prior=learn.taste_prior_baskets,
        beside=learn.taste_company,
    )


def rank(tastes: Tastes, customers: Array, n: int, threads: int = THREADS) -> Ranking:
    """The `n` best items of each of `customers`; ties go by item id.

    `score = n_ci/(B_c + prior) · again_i + popular_i + beside · Σ_j √n_cj · s_ji / |P_c|`, see `docs/learning.md`.
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
        own = profiles.times[row] / (profiles.baskets[customer] + tastes.prior) * tastes.again[item]
        found = _add(item, own, sums, met, found)
        share = tastes.beside * np.sqrt(profiles.times[row]) / (last - first)
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
