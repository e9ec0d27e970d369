"""What counts of orders say of two items: shrunk confidence, lift, log-likelihood ratio."""

from __future__ import annotations

import math

import msgspec


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of orders: with both items, with the anchor, with the add-on, and all of them."""

    together: int
    anchor_orders: int
    item_orders: int
    n_orders: int


def confidence(counts: Together, *, prior_orders: float) -> float:
    """P(add-on | anchor), as if `prior_orders` more orders with the anchor had held the add-on at its usual rate."""
    if counts.n_orders == 0:
        return 0.0
    usual = counts.item_orders / counts.n_orders
    weight = counts.anchor_orders + prior_orders
    return (counts.together + prior_orders * usual) / weight if weight else usual


def lift(counts: Together) -> float:
    """Times as often together as if both were bought independently; 0 where one of them was never bought."""
    independent = counts.anchor_orders * counts.item_orders
    return counts.together * counts.n_orders / independent if independent else 0.0


def log_likelihood_ratio(counts: Together) -> float:
    """How far the two-by-two table of orders is from independence; never negative.

    Source: Dunning 1993, Accurate Methods for the Statistics of Surprise and Coincidence.
    """
    a, b, n, both = counts.anchor_orders, counts.item_orders, counts.n_orders, counts.together
    cells = (
        _cell(both, a * b, n)
        + _cell(a - both, a * (n - b), n)
        + _cell(b - both, (n - a) * b, n)
        + _cell(n - a - b + both, (n - a) * (n - b), n)
    )
    return max(0.0, 2 * cells)


def _cell(k: int, margins: int, n: int) -> float:
    return k * math.log(k * n / margins) if k > 0 and margins > 0 else 0.0
