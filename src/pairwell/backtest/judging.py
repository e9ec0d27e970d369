"""From what was answered to figures with intervals, and to what sets the engine apart."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

import msgspec
import numpy as np

from pairwell.backtest.filling import Filling, fill_from_stock
from pairwell.backtest.scores import GAINS, coverage, gains, novelty
from pairwell.backtest.trial import ENGINE, POPULARITY, Trial
from pairwell.errors import EvidenceError
from pairwell.learn.baskets import Array
from pairwell.measure.interval import Interval
from pairwell.measure.intervals import NotEstimable, Resampling, bootstrap_ratios, sum_clusters

_NAMES = {
    "hit_rate_at_5": "hr@5",
    "hit_rate_at_10": "hr@10",
    "hit_rate_at_20": "hr@20",
    "mrr_at_10": "mrr@10",
    "recall_at_10": "recall@10",
    "ndcg_at_10": "ndcg@10",
    "revenue_hit_rate_at_10": "revenue_hr@10",
    "coverage_at_10": "coverage@10",
    "novelty_at_10": "novelty@10",
    "novelty_over_popularity": "novelty_over_popularity@10",
}


class Estimate(msgspec.Struct, frozen=True):
    """A figure and its 95 % interval."""

    value: float
    ci: tuple[float, float]


class Figures(msgspec.Struct, frozen=True, kw_only=True, rename=_NAMES):
    """Figures of one method, or what the engine has over one."""

    hit_rate_at_5: Estimate
    hit_rate_at_10: Estimate
    hit_rate_at_20: Estimate
    mrr_at_10: Estimate
    recall_at_10: Estimate
    ndcg_at_10: Estimate
    revenue_hit_rate_at_10: Estimate | None  # cases weighted by what the hidden items cost; None without prices


class Scores(Figures, frozen=True, kw_only=True, rename=_NAMES):
    """What one method scored."""

    coverage_at_10: float  # share of the trained items that were among the ten best of any case
    novelty_at_10: float  # bits: mean -log2 of the share of orders with a recommended item
    novelty_over_popularity: float  # bits more than popularity's; each bit is an item half as often bought


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """How well every method found what was hidden."""

    protocol: str
    hidden: str  # what was hidden of each case, in words
    cases: int
    clusters: int  # cases are resampled in this many groups
    truths: int  # hidden items of all cases
    unseen: int  # of those, in no order learned from: misses of every method
    trained_orders: int
    trained_on: str = "orders"  # what `trained_orders` counts, in words
    trained_items: int
    later: int = 0  # orders dated after the moment of asking, taken as placed with the newest of the others
    methods: dict[str, Scores]
    differences: dict[str, Figures]  # the engine minus each other method, by the same cases
    filling: Filling  # the engine's answers with part of the items out of stock


def judge(trial: Trial) -> Evaluation:
    """Score every answer of `trial`, with percentile bootstraps over its clusters, the same samples for each method."""
    earned = {name: gains(ranked, trial.truths) for name, ranked in trial.answers.items()}
    others = [name for name in earned if name != ENGINE]
    columns = {("", name): found for name, found in earned.items()}
    columns |= {("over", name): earned[ENGINE] - earned[name] for name in others}
    figures = _figures(columns, trial)
    return Evaluation(
        protocol=trial.protocol,
        hidden=trial.hidden,
        cases=len(trial.truths),
        clusters=int(np.unique(trial.clusters).size),
        truths=sum(map(len, trial.truths)),
        unseen=sum(item_id not in trial.item_orders for item_id in chain.from_iterable(trial.truths)),
        trained_orders=trial.trained_orders,
        trained_on=trial.trained_on,
        trained_items=len(trial.item_orders),
        methods={name: Scores(**figures["", name], **_spread(trial, name)) for name in earned},
        differences={name: Figures(**figures["over", name]) for name in others},
        filling=fill_from_stock(trial),
    )


def _figures(columns: Mapping[tuple[str, str], Array], trial: Trial) -> dict[tuple[str, str], dict[str, Any]]:
    """For each key its figures by name; all are resampled at once, on the same samples."""
    hit = GAINS.index("hit_rate_at_10")
    plain = np.column_stack(list(columns.values()))
    weighted = np.column_stack([found[:, hit] * trial.revenue for found in columns.values()])
    means = iter(_estimates(plain, np.ones(len(trial.truths)), trial.clusters))
    by_revenue = iter(_estimates(weighted, trial.revenue, trial.clusters) if trial.revenue.any() else ())
    return {
        key: {**{name: next(means) for name in GAINS}, "revenue_hit_rate_at_10": next(by_revenue, None)}
        for key in columns
    }


def _estimates(numerators: Array, weights: Array, clusters: Array) -> list[Estimate]:
    above, below = sum_clusters(numerators, clusters), sum_clusters(weights[:, None], clusters)
    values = above.sum(axis=0) / below.sum()
    intervals = bootstrap_ratios(above, np.broadcast_to(below, above.shape), Resampling())
    return [Estimate(float(value), _ends(interval)) for value, interval in zip(values, intervals, strict=True)]


def _ends(interval: Interval | NotEstimable) -> tuple[float, float]:
    if isinstance(interval, NotEstimable):
        raise EvidenceError("A figure of the back-test has no interval: its cases weigh nothing.")
    return interval.low, interval.high


def _spread(trial: Trial, name: str) -> dict[str, Any]:
    own, usual = (
        float(novelty(trial.answers[method], trial.item_orders, trial.trained_orders).mean())
        for method in (name, POPULARITY)
    )
    return {
        "coverage_at_10": coverage(trial.answers[name], trial.item_orders),
        "novelty_at_10": own,
        "novelty_over_popularity": own - usual,
    }
