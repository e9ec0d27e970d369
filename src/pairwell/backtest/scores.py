"""What each answer earns: one number a case and figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pairwell.backtest.trial import DEPTH
from pairwell.learn.baskets import Array

CUT = 10
_DISCOUNTS = 1 / np.log2(np.arange(2, DEPTH + 2))
GAINS = ("hit_rate_at_5", "hit_rate_at_10", "hit_rate_at_20", "mrr_at_10", "recall_at_10", "ndcg_at_10")


def gains(ranked: Sequence[Sequence[str]], truths: Sequence[frozenset[str]]) -> Array:
    """The figures of `GAINS` for each case, one row a case.

    Hit rates count a case as found where any of its truths is; recall is the share of its truths; the ideal of NDCG
    holds the whole truth, also where that is more than ten items. Source: Järvelin and Kekäläinen 2002.
    """
    found = np.zeros((len(truths), DEPTH))
    for case, (answer, truth) in enumerate(zip(ranked, truths, strict=True)):
        found[case, : min(DEPTH, len(answer))] = [item_id in truth for item_id in answer[:DEPTH]]
    sizes = np.array([len(truth) for truth in truths], dtype=np.int64)
    first = np.where(found.any(axis=1), found.argmax(axis=1) + 1.0, np.inf)
    return np.column_stack(
        [
            first <= 5,  # noqa: PLR2004 - as its name says
            first <= CUT,
            first <= DEPTH,
            np.where(first <= CUT, 1 / first, 0.0),
            found[:, :CUT].sum(axis=1) / sizes,
            found[:, :CUT] @ _DISCOUNTS[:CUT] / _ideal(sizes),
        ]
    )


def novelty(ranked: Sequence[Sequence[str]], item_orders: Mapping[str, int], orders: int) -> Array:
    """For each case the mean of -log2 of the share of orders with each of its ten best; 0 for an empty answer.

    An item that was never bought counts as bought once. Source: Castells, Hurley and Vargas 2015, self-information.
    """
    bits = {item_id: float(np.log2(orders / max(1, count))) for item_id, count in item_orders.items()}
    unseen = float(np.log2(max(1, orders)))
    return np.array([_mean([bits.get(item_id, unseen) for item_id in answer[:CUT]]) for answer in ranked])


def coverage(ranked: Sequence[Sequence[str]], item_orders: Mapping[str, int]) -> float:
    """Share of the items that may be recommended that are among the ten best of any case."""
    shown = {item_id for answer in ranked for item_id in answer[:CUT]}
    return len(shown & item_orders.keys()) / len(item_orders)


def _ideal(sizes: Array) -> Array:
    best = np.cumsum(1 / np.log2(np.arange(2, sizes.max(initial=1) + 2)))
    ideal: Array = best[sizes - 1]
    return ideal


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
