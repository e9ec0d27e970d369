"""Whether anything goes with anything in a shop, or popularity alone explains its baskets."""

from __future__ import annotations

import math

import numpy as np
from scipy import sparse

from pairwell.learn.baskets import Array, Baskets, mixed, slice_orders

_MOST_ITEMS = 500  # the most bought; bounds the work, and there is nothing to see in rare pairs
_MOST_ORDERS = 200_000  # the newest
_SURE = 2.0  # standard errors
_SEED = 1


def shows_affinity(ordinary: Baskets) -> bool:
    """Whether pairs that exceed chance in one half of the orders exceed it in the other half, too.

    A lot that depends on nothing but the number of an order says which half it is in: orders that take turns must not
    part by kind. Summed over the pairs of the 500 most bought items, `(t₁ - μ₁)·(t₂ - μ₂)` has the mean 0 where chance
    alone makes pairs, and the variance `Σ μ₁·μ₂`; two standard errors above it count as affinity.
    `ordinary` should hold no huge orders: their items stand beside everything.
    """
    lines = _most_bought(ordinary)
    lots = mixed(np.arange(lines.shape[0], dtype=np.uint64) + np.uint64(_SEED)) & np.uint64(1)
    (seen, expected), (seen_too, expected_too) = (_excess(lines[np.flatnonzero(lots == half)]) for half in (0, 1))
    variance = float((expected * expected_too).sum()) / 2
    shared = float(((seen - expected) * (seen_too - expected_too)).sum()) / 2
    return shared > _SURE * math.sqrt(variance)


def _most_bought(baskets: Baskets) -> sparse.csr_array:
    orders = baskets.item_orders()
    chosen = np.sort(np.lexsort((np.arange(orders.size), -orders))[:_MOST_ITEMS])
    newest = slice_orders(baskets, max(0, baskets.n_orders - _MOST_ORDERS), baskets.n_orders)
    ones = np.ones(newest.items.size, dtype=np.int64)
    holds = sparse.csr_array((ones, newest.items, newest.offsets), shape=(newest.n_orders, orders.size))
    return holds[:, chosen]


def _excess(holds: sparse.csr_array) -> tuple[Array, Array]:
    """Orders with each two different items, and how many chance expects if those were drawn by how often they sell."""
    together = (holds.T @ holds).toarray()
    orders = together.diagonal().astype(np.float64)
    np.fill_diagonal(together, 0)
    expected = np.outer(orders, orders)
    np.fill_diagonal(expected, 0.0)
    possible = float(expected.sum())
    return together, expected * (float(together.sum()) / possible if possible else 0.0)
