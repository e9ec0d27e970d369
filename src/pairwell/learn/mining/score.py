"""How good an add-on is for an anchor: the one place where the score of a pair is written."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array
from pairwell.learn.compiled import compiled


class Scale(NamedTuple):
    """What the score of a pair takes besides its own sums; all of float64.

    `factors[rank]` holds the numbers of one item, in the order of its rank (see `encode.py`), `constants` those of all.
    """

    factors: Array
    constants: Array


def make_scale(sums: Array, learn: Learn) -> Scale:
    """Everything that can be computed once for each item: `sums` are the weights of its orders, in orders."""
    orders = np.maximum(sums, 1e-6)
    factors = np.stack([orders**learn.anchor_exponent, orders**learn.add_on_exponent], axis=1)
    return Scale(factors, np.array([learn.score_damping]))


@compiled
def score_pair(weight: float, anchor: int, add_on: int, scale: Scale) -> float:
    """`C / (n_anchor^x · n_add_on^y + d)`: `weight` is C, the weights of the orders with both, in orders."""
    below: float = scale.factors[anchor, 0] * scale.factors[add_on, 1] + scale.constants[0]
    return weight / below
