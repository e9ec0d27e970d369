"""What an order counts: less when it is old, less a pair when it is large."""

from __future__ import annotations

import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets

_DAY_MICROS = 86_400_000_000
_MOST_BITS = 20
_AT_A_TIME = 65_536  # orders


def pair_weights(baskets: Baskets, learn: Learn, heaviest: int = 1) -> Array:
    """Weight of each order for pairs, `size^-size_exponent · 2^(-age / half_life)`, as a fixed-point integer.

    Age is relative to the newest order, not to the clock. Integers make every sum exact, whatever its order. Lines may
    multiply the weight by up to `heaviest`. Of uint32, computed a piece at a time: millions of orders are the rule.
    """
    newest, unit = baskets.placed_at.max(initial=0), weight_unit(baskets.n_orders * heaviest)
    weights = np.empty(baskets.n_orders, dtype=np.uint32)
    for start in range(0, baskets.n_orders, _AT_A_TIME):
        piece = slice(start, min(start + _AT_A_TIME, baskets.n_orders))
        sizes = np.maximum(np.diff(baskets.offsets[piece.start : piece.stop + 1]), 1).astype(np.float64)
        decay = _decay(baskets.placed_at[piece], newest, learn)
        weights[piece] = np.rint(sizes**-learn.size_exponent * decay * unit)
    return weights


def order_weights(baskets: Baskets, learn: Learn) -> Array:
    """Weight of each order for popularity: its decay alone, as a fixed-point integer."""
    decay = _decay(baskets.placed_at, baskets.placed_at.max(initial=0), learn)
    return np.rint(decay * weight_unit(baskets.n_orders)).astype(np.int64)


def _decay(placed_at: Array, newest: int, learn: Learn) -> Array:
    days = (newest - placed_at) / _DAY_MICROS
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
