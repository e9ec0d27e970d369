"""How far the mean of a series that remembers itself may stray: the long-run variance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

Floats = NDArray[np.float64]
_SHARE_OF_COSINES = 0.4


def cosine_weights(series: Floats) -> Floats:
    """The first cosine transforms of a series about its mean; the mean of their squares is its long-run variance.

    .4 n^(2/3) of them, and at least one: fewer keep to slower movements, more make Student's t narrower.
    Source: Lazarus, Lewis, Stock and Watson 2018, eq. 11 (equal-weighted cosines) and their rule for how many.
    """
    n = series.size
    count = max(1, int(_SHARE_OF_COSINES * n ** (2 / 3)))
    places = (np.arange(n) + 0.5) / n
    cosines = np.cos(np.pi * np.outer(np.arange(1, count + 1), places))
    found: Floats = np.sqrt(2 / n) * (cosines @ (series - series.mean()))
    return found


def p_value(size: float, freedom: float | None) -> float:
    """Chance of an effect of `size` errors or more, either way, where there is none; None: of the normal law."""
    return 2 * float(ndtr(-size) if freedom is None else stdtr(freedom, -size))
