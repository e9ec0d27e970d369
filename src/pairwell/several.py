"""What p-values are worth when there are several of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def adjust(p_values: Sequence[float] | NDArray[np.float64], *, among: float | None = None) -> list[float]:
    """As `adjust_array`."""
    found: list[float] = adjust_array(np.asarray(p_values, dtype=np.float64), among=among).tolist()
    return found


def adjust_array(p_values: NDArray[np.float64], *, among: float | None = None) -> NDArray[np.float64]:
    """The p-values that keep the share of false discoveries, in the order given.

    `among` is how many were tested, where those that are not given have p-values of 1. Source: Benjamini and Hochberg
    1995.
    """
    order = np.argsort(p_values, kind="stable")
    steps = p_values[order] * (p_values.size if among is None else among) / np.arange(1, p_values.size + 1)
    adjusted = np.empty(p_values.size)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return adjusted
