"""Whom an offer changes: units ranked by what it is expected to do to each, and what that ranking is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from pairwell.measure.comparing.compare import Arm, Compared, compare
from pairwell.measure.comparing.experiment import Limits, limits
from pairwell.measure.comparing.moments import Values, is_share

Advice = Literal["everyone", "no_one", "leave_out_last"]
Floats = NDArray[np.float64]
_FOLDS, _REPEATS, _STEPS, _RIDGE, _CLOSE = 5, 3, 15, 1.0, 1e-4
_RESAMPLES, _SEED = 200, 7
_GROUPS = 10
_LAST = 0.3


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Units that are ranked alike. Without an effect there were too few of them."""

    units: int
    effect: float | None
    ci: Limits | None


class Uplift(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an offer changes some units more than others."""

    treated: str
    control: str
    metric: str
    units: int
    effect: float  # of everybody
    ci: Limits
    qini: float  # 0: the ranking is worth no more than a lot; 1: it could not be better
    qini_ci: Limits
    groups: Sequence[Group]
    last: Group  # the 30 % who are expected to gain least
    rest: Group  # the others
    advice: Advice


def expect(features: Floats, values: Values, treated: NDArray[np.bool_]) -> Floats:
    """What treating is expected to change in each unit, by two models, each unit's from folds without it.

    Folds are drawn anew three times, as one draw may be lucky. Logistic models of values of 0 and 1, else linear ones.
    Source: two-model approach, Radcliffe and Surry 2011.
    """
    rng = np.random.default_rng(_SEED)
    scores = np.zeros(values.size)
    model = _logistic if is_share(values) else _linear
    for fold in (rng.integers(_FOLDS, size=values.size) for _ in range(_REPEATS)):
        for here in (fold == place for place in range(_FOLDS)):
            with_it, without = (
                model(features[~here & arm], values[~here & arm], features[here]) for arm in (treated, ~treated)
            )
            scores[here] += (with_it - without) / _REPEATS
    return scores


def qini(scores: Floats, values: Values, treated: NDArray[np.bool_]) -> tuple[float, Limits]:
    """The area between the Qini curve and a lot's, as a share of the largest possible; with its 95 % interval.

    The interval is from weights drawn for units (Poisson bootstrap). Source: Radcliffe 2007.
    """
    by_score = np.argsort(-scores, kind="stable")
    best = np.argsort(-np.where(treated, values, -values), kind="stable")
    rng = np.random.default_rng(_SEED)
    weights = (rng.poisson(1.0, values.size).astype(np.float64) for _ in range(_RESAMPLES))
    drawn = [_coefficient((by_score, best), values, treated, weight) for weight in weights]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return _coefficient((by_score, best), values, treated, np.ones(values.size)), (float(low), float(high))


def effects_by_rank(scores: Floats, values: Values, treated: NDArray[np.bool_]) -> list[Group]:
    """The effect in each tenth, the one with the highest scores first."""
    parts = np.array_split(np.argsort(-scores, kind="stable"), _GROUPS)
    return [_group(values[part], treated[part]) for part in parts]


def last_and_rest(scores: Floats, values: Values, treated: NDArray[np.bool_]) -> tuple[Group, Group]:
    """The 30 % who are expected to gain least, and the others."""
    order = np.argsort(scores, kind="stable")
    last, rest = np.split(order, [round(_LAST * scores.size)])
    return _group(values[last], treated[last]), _group(values[rest], treated[rest])


def advise(overall: Compared, last: Group, rest: Group) -> Advice:
    """Whom to treat, where treating costs nothing.

    Somebody is left out only where the offer is shown to harm those last and to do the rest good (95 % intervals).
    """
    if last.ci is not None and last.ci[1] <= 0 and rest.ci is not None and rest.ci[0] > 0:
        return "leave_out_last"
    return "everyone" if overall.absolute.interval.low > 0 else "no_one"


def _coefficient(
    orders: tuple[NDArray[Any], NDArray[Any]], values: Values, treated: NDArray[np.bool_], weights: Floats
) -> float:
    by_score, best = (_area(order, values, treated, weights) for order in orders)
    return by_score / best if best > 0 else 0.0


def _area(order: NDArray[Any], values: Values, treated: NDArray[np.bool_], weights: Floats) -> float:
    """Between the curve of gains, units in this order, and the straight line to its end."""
    weight, value, arm = weights[order], values[order], treated[order]
    with_it, without = np.cumsum(weight * arm), np.cumsum(weight * ~arm)
    share = np.divide(with_it, without, out=np.zeros(order.size), where=without > 0)
    gain = np.cumsum(weight * value * arm) - np.cumsum(weight * value * ~arm) * share
    done = (with_it + without) / (with_it[-1] + without[-1])
    return float(np.trapezoid(gain - gain[-1] * done, done))


def _group(values: Values, treated: NDArray[np.bool_]) -> Group:
    found = compare(Arm(above=values[treated]), Arm(above=values[~treated]))
    if not isinstance(found, Compared):
        return Group(units=values.size, effect=None, ci=None)
    return Group(units=values.size, effect=found.absolute.value, ci=limits(found.absolute.interval))


def _logistic(features: Floats, values: Values, asked: Floats) -> Floats:
    """Ridge-penalised, by Newton's method."""
    weights, penalty = np.zeros(features.shape[1]), _penalty(features.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
        slope = features.T @ (values - chance) - penalty @ weights
        step = np.linalg.solve((features * (chance * (1 - chance))[:, None]).T @ features + penalty, slope)
        weights = weights + step
        if np.abs(step).max() < _CLOSE:
            break
    return np.asarray(1 / (1 + np.exp(-np.clip(asked @ weights, -30, 30))))


def _linear(features: Floats, values: Values, asked: Floats) -> Floats:
    penalty = _penalty(features.shape[1])
    return np.asarray(asked @ np.linalg.solve(features.T @ features + penalty, features.T @ values))


def _penalty(size: int) -> Floats:
    """Of everything but the first feature, which is 1 for every unit."""
    diagonal = np.full(size, _RIDGE)
    diagonal[0] = 1e-9
    return np.diag(diagonal)
