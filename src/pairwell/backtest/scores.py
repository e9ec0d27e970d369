"""From ranked answers to figures with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from pairwell.errors import EvidenceError
from pairwell.learn.baskets import Array
from pairwell.measure.intervals import Interval, NotEstimable, Resampling, bootstrap_ratios

DEPTH = 20
_CUT = 10


class Estimate(msgspec.Struct, frozen=True):
    """A figure and its 95 % interval."""

    value: float
    ci: tuple[float, float]


class Scores(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={
        "hit_rate_at_5": "hr@5",
        "hit_rate_at_10": "hr@10",
        "hit_rate_at_20": "hr@20",
        "mrr_at_10": "mrr@10",
        "recall_at_10": "recall@10",
        "ndcg_at_10": "ndcg@10",
        "revenue_hit_rate_at_10": "revenue_hr@10",
        "coverage_at_10": "coverage@10",
    },
):
    """What one method scored; one item is hidden a case, so recall is the hit rate."""

    hit_rate_at_5: Estimate
    hit_rate_at_10: Estimate
    hit_rate_at_20: Estimate
    mrr_at_10: Estimate
    recall_at_10: Estimate
    ndcg_at_10: Estimate
    revenue_hit_rate_at_10: Estimate | None  # cases weighted by what the hidden item cost; None without prices
    coverage_at_10: float  # share of the trained items that were among the ten best of any case


def score(ranked: Sequence[Sequence[str]], hidden: Sequence[str], revenue: Array, n_items: int) -> Scores:
    """Score the answers of one method: for each case the ranked items, the hidden one and its revenue (0: unknown)."""
    ranks = np.array([_rank(answer, item) for answer, item in zip(ranked, hidden, strict=True)], dtype=np.float64)
    gains = {
        "hit_rate_at_5": ranks <= 5,  # noqa: PLR2004 - as the name says
        "hit_rate_at_10": ranks <= _CUT,
        "hit_rate_at_20": ranks <= DEPTH,
        "mrr_at_10": np.where(ranks <= _CUT, 1 / ranks, 0.0),
        "recall_at_10": ranks <= _CUT,
        "ndcg_at_10": np.where(ranks <= _CUT, 1 / np.log2(ranks + 1), 0.0),
    }
    means: dict[str, Any] = _estimates(gains, np.ones(ranks.size))
    weighted = _estimates({"revenue": (ranks <= _CUT) * revenue}, revenue)["revenue"] if revenue.any() else None
    shown = {item_id for answer in ranked for item_id in answer[:_CUT]}
    return Scores(**means, revenue_hit_rate_at_10=weighted, coverage_at_10=len(shown) / n_items)


def _rank(answer: Sequence[str], hidden: str) -> float:
    return answer.index(hidden) + 1 if hidden in answer else np.inf


def _estimates(gains: dict[str, Array], weights: Array) -> dict[str, Estimate]:
    columns = np.column_stack(list(gains.values())).astype(np.float64)
    below = np.broadcast_to(weights[:, None], columns.shape)
    values = columns.sum(axis=0) / below.sum(axis=0)
    intervals = bootstrap_ratios(columns, below, Resampling())
    return {
        name: Estimate(float(value), _ends(interval))
        for name, value, interval in zip(gains, values, intervals, strict=True)
    }


def _ends(interval: Interval | NotEstimable) -> tuple[float, float]:
    if isinstance(interval, NotEstimable):
        raise EvidenceError("A figure of the back-test has no interval: its cases weigh nothing.")
    return interval.low, interval.high
