"""Whether the arms are as large as they were meant to be."""

from __future__ import annotations

from collections.abc import Sequence

from scipy import special

ALARM = 0.001  # below it something is wrong with the lots or with the counting
_LEAST_EXPECTED = 5  # in each arm, for Pearson's test
_LOST = 0.5  # of the smallest arm: what must be noticed, or nothing is said of the sizes


def sample_ratio_p_value(counts: Sequence[int], shares: Sequence[float]) -> float:
    """The probability of counts as far from `shares` as these, by chance alone: Pearson's chi-square.

    Shares are scaled to add up to 1. Where an arm should have fewer than 5 units, that of the least probable arm by the
    binomial distribution, for as many arms (Bonferroni). Source: Fabijan et al. 2019, "Diagnosing sample ratio
    mismatch".
    """
    total, whole = sum(counts), sum(shares)
    expected = [total * share / whole for share in shares]
    if min(expected) < _LEAST_EXPECTED:
        return min(
            1.0,
            len(counts) * min(_binomial(one, total, share / whole) for one, share in zip(counts, shares, strict=True)),
        )
    return _pearson(counts, expected)


def tells_sample_ratio(total: int, shares: Sequence[float]) -> bool:
    """Whether the check would notice that the arm with the smallest share lost half its units."""
    whole = sum(shares)
    expected = [total * share / whole for share in shares]
    smallest = expected.index(min(expected))
    found = [size * (_LOST if place == smallest else 1.0) for place, size in enumerate(expected)]
    left = sum(found)
    return _pearson(found, [left * share / whole for share in shares]) < ALARM


def _pearson(counts: Sequence[float], expected: Sequence[float]) -> float:
    squared = sum((count - due) ** 2 / due for count, due in zip(counts, expected, strict=True))
    return float(special.chdtrc(len(counts) - 1, squared))


def _binomial(count: int, total: int, share: float) -> float:
    """Two-sided: twice the smaller tail."""
    below = float(special.bdtr(count, total, share))
    above = float(special.bdtrc(count - 1, total, share)) if count else 1.0
    return min(1.0, 2 * min(below, above))
