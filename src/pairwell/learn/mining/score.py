"""How good an add-on is for an anchor: the one place where the score of a pair is written."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array
from pairwell.learn.compiled import inlined


class Scale(NamedTuple):
    """What the score of a pair takes besides its own sums; all of float64.

    `factors[rank]` holds the numbers of one item, in the order of its rank (see `encode.py`), `constants` those of all.
    """

    factors: Array
    constants: Array


def make_scale(sums: Array, together: float, learn: Learn) -> Scale:
    """Everything that can be computed once for each item: `sums` are the weights of its orders, in orders.

    `together` is the sum of C over all directed pairs: it says how many orders together chance expects.
    """
    orders = np.maximum(sums, 1e-6)
    possible = float(orders.sum()) ** 2 - float((orders**2).sum())
    rate = together / possible if min(together, possible) > 0 else 1.0  # 1: any will do, as every C is 0
    powers = [orders**learn.anchor_exponent, orders**learn.add_on_exponent, orders * np.sqrt(rate)]
    return Scale(np.stack(powers, axis=1), np.array([learn.score_damping, learn.score_shrinkage]))


@inlined
def score_pair(weight: float, anchor: int, add_on: int, scale: Scale) -> float:
    """`E[C] / (n_anchor^x · n_add_on^y + d)`: `weight` is C, the weights of the orders with both, in orders.

    `E[C] = μ·(C + g)/(μ + g)` draws C towards μ, what chance expects, where chance expects next to nothing: the mean of
    the posterior of a Poisson rate whose ratio to μ has a Gamma prior of the shape g and the mean 1 (DuMouchel 1999).
    """
    expected: float = scale.factors[anchor, 2] * scale.factors[add_on, 2]
    below: float = scale.factors[anchor, 0] * scale.factors[add_on, 1] + scale.constants[0]
    score: float = expected * (weight + scale.constants[1]) / ((expected + scale.constants[1]) * below)
    return score


def weigh_pairs(score: Array, anchors: Array, add_ons: Array, scale: Scale) -> Array:
    """Undo `score_pair` for many pairs: C, in orders, as exactly as the scores are; `scale` goes by item here."""
    expected = scale.factors[anchors, 2] * scale.factors[add_ons, 2]
    damping, shrinkage = scale.constants
    drawn = score * (scale.factors[anchors, 0] * scale.factors[add_ons, 1] + damping)
    weights: Array = np.maximum(0.0, drawn * (expected + shrinkage) / expected - shrinkage)
    return weights
