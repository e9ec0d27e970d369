"""What p-values are worth when there are several of them."""

from __future__ import annotations

from collections.abc import Sequence


def adjust(p_values: Sequence[float]) -> list[float]:
    """The p-values that keep the share of false discoveries, in the order given.

    Source: Benjamini and Hochberg 1995.
    """
    count = len(p_values)
    adjusted, least = [0.0] * count, 1.0
    by_size = sorted(range(count), key=p_values.__getitem__)
    for rank in range(count, 0, -1):
        place = by_size[rank - 1]
        least = min(least, p_values[place] * count / rank)
        adjusted[place] = least
    return adjusted
