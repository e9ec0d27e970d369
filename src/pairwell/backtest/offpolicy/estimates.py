"""The worth of a policy for a request, by weighting what was logged, with an interval over customers.

Outcomes of one place of a slate depend on the places before it and not on those after, so that each is weighted by its
prefix alone: reward-interaction importance sampling (McInerney et al. 2020); with one place it is plain importance
sampling (Precup et al. 2000). Weights are divided by their sum (Swaminathan and Joachims 2015), place by place. The
doubly robust estimate adds to a model's expectation what the weighted outcomes differ from it (Dudík et al. 2011).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
import numpy as np
from scipy.special import stdtrit

from pairwell.backtest.offpolicy.samples import Floats, Ints, Sample, Weighed

Method = Literal["importance", "self_normalised", "doubly_robust"]
Reason = Literal["too_few", "no_overlap", "weights_too_uneven"]

FEWEST_CUSTOMERS = 50
FEWEST_OUTCOMES = 20  # requests of which anything came
LEAST_EFFECTIVE = 50.0  # customers
MOST_UNSUPPORTED = 0.2
_RARE = 0.02  # a place that is reached more rarely decides on no refusal
LEVEL = 0.95


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A mean for a request and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


Term = tuple[float, Sample, Weighed]  # a factor, and what it multiplies the mean of


class NotEstimable(msgspec.Struct, frozen=True, kw_only=True, tag="not_estimable"):
    """There is no estimate, and why."""

    reason: Reason
    detail: str


class Parts(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """An estimate before its interval: its value, and how far each request moves it from there."""

    value: float
    influence: Floats  # [request], mean 0


def estimate(sample: Sample, policy: Weighed, method: Method) -> Estimate:
    """The mean outcome of a request, had `policy` acted. Ask `objection` first."""
    return total([(1.0, sample, policy)], method)


def difference(sample: Sample, policy: Weighed, other: Weighed, method: Method) -> Estimate:
    """How much more than `other` the policy earns for a request, both estimated from the same requests."""
    return total([(1.0, sample, policy), (-1.0, sample, other)], method)


def total(terms: Sequence[Term], method: Method) -> Estimate:
    """The sum of several means, each times a factor, estimated from the same requests."""
    parts = [(factor, parts_of(sample, policy, method)) for factor, sample, policy in terms]
    value = sum(factor * one.value for factor, one in parts)
    influence = np.sum([factor * one.influence for factor, one in parts], axis=0)
    return _with_interval(Parts(value=value, influence=influence), terms[0][1].clusters)


def effective_customers(policy: Weighed, clusters: Ints) -> float:
    """Equally weighted customers that would tell as much: (Σw)² / Σw², at the worst place that matters. Kish 1965."""
    sums = _by_cluster(policy.weights, clusters)
    squares = (sums**2).sum(axis=0)
    matters = policy.reach.mean(axis=0) >= _RARE
    found = np.divide(sums.sum(axis=0) ** 2, squares, out=np.zeros(len(squares)), where=squares > 0)[matters]
    return float(found.min()) if len(found) else float(sums.shape[0])


def objection(sample: Sample, policy: Weighed) -> NotEstimable | None:
    """Why the worth of the policy cannot be told from the sample; None where it can."""
    if sample.customers < FEWEST_CUSTOMERS or sample.happened < FEWEST_OUTCOMES:
        found = f"{sample.customers} customers and {sample.happened} requests that anything came of"
        return NotEstimable(reason="too_few", detail=f"{found}; needs {FEWEST_CUSTOMERS} and {FEWEST_OUTCOMES}.")
    if policy.unsupported > MOST_UNSUPPORTED:
        detail = f"{policy.unsupported:.0%} of what it does could not happen then; at most {MOST_UNSUPPORTED:.0%} may."
        return NotEstimable(reason="no_overlap", detail=detail)
    effective = effective_customers(policy, sample.clusters)
    if effective < LEAST_EFFECTIVE:
        detail = f"It rests on {effective:.0f} customers' worth of outcomes; needs {LEAST_EFFECTIVE:.0f}."
        return NotEstimable(reason="weights_too_uneven", detail=detail)
    return None


def parts_of(sample: Sample, policy: Weighed, method: Method) -> Parts:
    """The value of an estimate and its influence function, by the delta method for ratios."""
    return _METHODS[method](sample, policy)


def _importance(sample: Sample, policy: Weighed) -> Parts:
    earned = (policy.weights * sample.outcomes).sum(axis=1)
    return Parts(value=float(earned.mean()), influence=earned - earned.mean())


def _self_normalised(sample: Sample, policy: Weighed) -> Parts:
    return _normalised(policy, sample.outcomes, np.zeros_like(sample.outcomes))


def _doubly_robust(sample: Sample, policy: Weighed) -> Parts:
    return _normalised(policy, sample.outcomes - policy.expected, policy.direct)


def _normalised(policy: Weighed, outcomes: Floats, direct: Floats) -> Parts:
    """Σ over places of mean direct + reach · Σ w·outcome / Σ w."""
    weight, reach = policy.weights.mean(axis=0), policy.reach.mean(axis=0)
    share = np.divide(policy.weights, weight, out=np.zeros_like(policy.weights), where=weight > 0)
    ratio = (share * outcomes).mean(axis=0)
    moved = direct - direct.mean(axis=0)
    moved = moved + (policy.reach - reach) * ratio + reach * share * (outcomes - ratio)
    return Parts(value=float((direct.mean(axis=0) + reach * ratio).sum()), influence=moved.sum(axis=1))


_METHODS: dict[Method, Callable[[Sample, Weighed], Parts]] = {
    "importance": _importance,
    "self_normalised": _self_normalised,
    "doubly_robust": _doubly_robust,
}


def _with_interval(parts: Parts, clusters: Ints) -> Estimate:
    """By Student's t over customers, whose requests vary together. Source: Liang and Zeger 1986."""
    sums = _by_cluster(parts.influence[:, None], clusters)[:, 0]
    n = len(sums)
    error = float(np.sqrt((sums**2).sum() * n / (n - 1)) / len(clusters))
    half = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * error
    return Estimate(value=parts.value, low=parts.value - half, high=parts.value + half)


def _by_cluster(rows: Floats, clusters: Ints) -> Floats:
    where = np.unique(clusters, return_inverse=True)[1]
    return np.stack([np.bincount(where, weights=column) for column in rows.T], axis=1)
