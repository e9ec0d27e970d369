"""Whether the arms are as large as they were meant to be."""

from __future__ import annotations

from collections.abc import Sequence

from scipy import special

ALARM = 0.001  # below it something is wrong with the lots or with the counting


def sample_ratio_p_value(counts: Sequence[int], shares: Sequence[float]) -> float:
    """The probability of counts as far from `shares` as these, by chance alone: Pearson's chi-square.

    Shares are scaled to add up to 1. Source: Fabijan et al. 2019, "Diagnosing sample ratio mismatch".
    """
    total, whole = sum(counts), sum(shares)
    expected = [total * share / whole for share in shares]
    squared = sum((count - due) ** 2 / due for count, due in zip(counts, expected, strict=True))
    return float(special.chdtrc(len(counts) - 1, squared))
