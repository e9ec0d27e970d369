"""What the kept pairs are worth as evidence: millions of them, each by its own counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import THREADS, tight
from pairwell.learn.mining.chance import Chance, Correction, lowest_means
from pairwell.learn.mining.encode import in_threads
from pairwell.learn.mining.kernel import Kept
from pairwell.learn.mining.tails import ByChance, bin_of


class _Pairs(NamedTuple):
    offsets: Array
    add_ons: Array
    proof: Array


class _Scales(NamedTuple):
    lines: Array
    rate: float
    lowest: Array  # of each count
    by_chance: ByChance  # by the number of the item
    adjusted: Array  # of each bin


def judge(kept: Kept, chance: Chance, correction: Correction, threads: int = THREADS) -> tuple[Array, Array]:
    """The sure effect of each kept pair (see `sure_effect`), and its adjusted p: that of the bin it was counted in."""
    pairs = _Pairs(kept.offsets, kept.add_ons, kept.proof)
    by_chance = chance.by_rank(np.arange(chance.lines.size))
    scales = _Scales(chance.lines, float(chance.rate), lowest_means(kept.proof), by_chance, correction.adjusted)
    effect, adjusted = np.zeros(kept.add_ons.size), np.ones(kept.add_ons.size)
    in_threads(
        lambda first, last: _judge((first, last), pairs, scales, (effect, adjusted)), kept.offsets.size - 1, threads
    )
    return effect, adjusted


@tight
def _judge(part: tuple[int, int], pairs: _Pairs, scales: _Scales, verdicts: tuple[Array, Array]) -> None:
    effect, adjusted = verdicts
    for anchor in range(part[0], part[1]):
        for place in range(pairs.offsets[anchor], pairs.offsets[anchor + 1]):
            add_on, proof = pairs.add_ons[place], int(np.int64(pairs.proof[place]))
            expected = scales.lines[anchor] * scales.lines[add_on] * scales.rate
            if proof > 0 and expected > 0:
                effect[place] = scales.lowest[proof] / expected
                counted_in = bin_of(anchor, add_on, proof, scales.by_chance)
                if counted_in >= 0:
                    adjusted[place] = scales.adjusted[counted_in]
