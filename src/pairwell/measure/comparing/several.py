"""What p-values are worth when there are several of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def adjust(p_values: Sequence[float] | NDArray[np.float64]) -> list[float]:
    """The p-values that keep the share of false discoveries, in the order given.

    Source: Benjamini and Hochberg 1995.
    """
    values = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = values[order] * values.size / np.arange(1, values.size + 1)
    adjusted = np.empty(values.size)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    found: list[float] = adjusted.tolist()
    return found
