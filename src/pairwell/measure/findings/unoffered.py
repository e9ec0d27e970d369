"""Items that are surely bought together, and that no slate named."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
from scipy.special import bdtrc

from pairwell.measure.findings.chances import WRONG
from pairwell.measure.sales.goods import Together
from pairwell.several import adjust


class Unoffered(msgspec.Struct, frozen=True, kw_only=True):
    """Two items, neither of which was offered."""

    pair: Together
    times_chance: float


def find_unoffered(
    pairs: Sequence[Together], offered: Collection[str], *, orders: int, times: float, fewest: int
) -> list[Unoffered]:
    """Of the pairs those with neither item `offered`, surely together more than `times` as often as chance has it.

    One-sided binomial test over orders, which takes orders of one customer for independent; corrected by Benjamini and
    Hochberg for all pairs given, offered or not.
    """
    expected = [one.first_orders / orders * one.second_orders for one in pairs]
    chances = adjust(
        [
            float(bdtrc(one.orders - 1, orders, min(1.0, times * by_chance / orders)))
            for one, by_chance in zip(pairs, expected, strict=True)
        ]
    )
    return [
        Unoffered(pair=one, times_chance=one.orders / by_chance)
        for one, by_chance, chance in zip(pairs, expected, chances, strict=True)
        if chance < WRONG and one.orders >= fewest and one.first not in offered and one.second not in offered
    ]
