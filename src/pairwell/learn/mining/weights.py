"""What an order counts: less when it is old, less a pair when it is large."""

from __future__ import annotations

import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets

_DAY_MICROS = 86_400_000_000
_MOST_BITS = 20


def pair_weights(baskets: Baskets, learn: Learn, heaviest: int = 1) -> Array:
    """Weight of each order for pairs, `size^-size_exponent · 2^(-age / half_life)`, as a fixed-point integer.

    Age is relative to the newest order, not to the clock. Integers make every sum exact, whatever its order. Lines may
    multiply the weight by up to `heaviest`.
    """
    sizes = np.maximum(baskets.sizes, 1).astype(np.float64)
    return _fixed_point(sizes**-learn.size_exponent * _decay(baskets, learn), baskets.n_orders * heaviest)


def order_weights(baskets: Baskets, learn: Learn) -> Array:
    """Weight of each order for popularity: its decay alone, as a fixed-point integer."""
    return _fixed_point(_decay(baskets, learn), baskets.n_orders)


def _decay(baskets: Baskets, learn: Learn) -> Array:
    newest = baskets.placed_at.max(initial=0)
    days = (newest - baskets.placed_at) / _DAY_MICROS
    decay: Array = np.exp2(-days / learn.half_life_days)
    return decay


def rejuvenation(placed_at: Array, cut: int, learn: Learn) -> float:
    """How many times as much the first `cut` orders weigh when their own newest is the newest there is."""
    days = (placed_at.max(initial=0) - placed_at[:cut].max(initial=0)) / _DAY_MICROS
    return float(np.exp2(days / learn.half_life_days))


def weight_unit(n_orders: int) -> float:
    """The fixed-point weight that stands for 1, among `n_orders` orders."""
    # A count of orders and a sum of weights must fit one signed 64-bit integer side by side (see kernel.py).
    return 2.0 ** min(_MOST_BITS, 62 - 2 * n_orders.bit_length())


def _fixed_point(weights: Array, n_orders: int) -> Array:
    return np.rint(weights * weight_unit(n_orders)).astype(np.int64)
