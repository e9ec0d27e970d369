"""Whom an offer changes: units ranked by what it is expected to do to each, and what that ranking is worth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from pairwell.measure.comparing.compare import Arm, Compared, compare
from pairwell.measure.comparing.experiment import Limits, limits
from pairwell.measure.comparing.moments import Values, is_share

Advice = Literal["everyone", "no_one", "leave_out_last"]
Floats = NDArray[np.float64]
_FOLDS, _REPEATS, _STEPS, _RIDGE, _CLOSE = 5, 3, 15, 1.0, 1e-4
_RESAMPLES, _SEED = 200, 7
_WIDER = math.sqrt(1 + _FOLDS / (_FOLDS - 1))  # variance 1/k + 1/(k - 1) in place of 1/k
_GROUPS = 10
_LAST = 0.3


class Ranking(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What treating is expected to change: one row a draw of folds, one column a unit."""

    scores: Floats
    folds: NDArray[np.int64]  # in which each unit was when it was scored


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Units that are ranked alike. Without an effect there were too few of them."""

    units: int
    effect: float | None
    ci: Limits | None


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """What treating some units brings, less what it costs, spread over all units. Nothing is known of too few."""

    who: Advice
    net: float | None
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
    cost: float  # of treating one unit, in the metric's own unit
    priced: Sequence[Priced]
    advice: Advice


def expect(features: Floats, values: Values, treated: NDArray[np.bool_]) -> Ranking:
    """What treating is expected to change in each unit, by two models, each unit's from folds without it.

    Folds are drawn anew three times, as one draw may be lucky. Logistic models of values of 0 and 1, else linear ones.
    Source: two-model approach, Radcliffe and Surry 2011.
    """
    rng = np.random.default_rng(_SEED)
    folds = rng.integers(_FOLDS, size=(_REPEATS, values.size))
    scores = np.zeros(folds.shape)
    model = _logistic if is_share(values) else _linear
    for score, fold in zip(scores, folds, strict=True):
        for here in (fold == place for place in range(_FOLDS)):
            with_it, without = (
                model(features[~here & arm], values[~here & arm], features[here]) for arm in (treated, ~treated)
            )
            score[here] = with_it - without
    return Ranking(scores=scores, folds=folds)


def places(ranking: Ranking) -> Floats:
    """Where each unit stands in its folds, 0 expected to gain least and 1 most, on average of the draws."""
    found = np.zeros(ranking.scores.shape)
    for draw, here in _parts(ranking):
        found[draw, here] = rankdata(ranking.scores[draw, here]) / here.size
    return np.asarray(found.mean(axis=0))


def qini(ranking: Ranking, values: Values, treated: NDArray[np.bool_]) -> tuple[float, Limits]:
    """The area between the Qini curve and a lot's, as a share of the largest possible; with its 95 % interval.

    Areas are taken in each fold, and added up: across folds, models that lack the units with the best luck would
    rank these too low. The interval is from weights drawn for units (Poisson bootstrap), widened as folds share the
    units that models learn from. Sources: Radcliffe 2007; Nadeau and Bengio 2003, section 4.
    """
    best = np.where(treated, values, -values)
    pairs = [
        tuple(_Curve(score, here, values, treated) for score in (ranking.scores[draw, here], best[here]))
        for draw, here in _parts(ranking)
    ]

    def coefficient(weights: Floats) -> float:
        reached, most = (math.fsum(pair[side].area(weights) for pair in pairs) for side in (0, 1))
        return reached / most if most > 0 else 0.0

    rng = np.random.default_rng(_SEED)
    drawn = [coefficient(rng.poisson(1.0, values.size).astype(np.float64)) for _ in range(_RESAMPLES)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    found = coefficient(np.ones(values.size))
    return found, (found - _WIDER * float(found - low), found + _WIDER * float(high - found))


def effects_by_rank(scores: Floats, values: Values, treated: NDArray[np.bool_]) -> list[Group]:
    """The effect in each tenth, the one with the highest scores first."""
    parts = np.array_split(np.argsort(-scores, kind="stable"), _GROUPS)
    return [_group(values[part], treated[part]) for part in parts]


def last_and_rest(scores: Floats, values: Values, treated: NDArray[np.bool_]) -> tuple[Group, Group]:
    """The 30 % who are expected to gain least, and the others."""
    order = np.argsort(scores, kind="stable")
    last, rest = np.split(order, [round(_LAST * scores.size)])
    return _group(values[last], treated[last]), _group(values[rest], treated[rest])


def advise(overall: Compared, last: Group, rest: Group, *, cost: float = 0.0) -> Advice:
    """Whom to treat, where treating one unit costs so much.

    Somebody is left out only where the offer is shown to bring less than it costs on those last, and more on the rest
    (95 % intervals).
    """
    if last.ci is not None and last.ci[1] <= cost and rest.ci is not None and rest.ci[0] > cost:
        return "leave_out_last"
    return "everyone" if overall.absolute.interval.low > cost else "no_one"


def price(overall: Compared, rest: Group, units: int, *, cost: float) -> list[Priced]:
    """What treating everyone, all but the last, and no one comes to a unit."""
    everyone = Group(units=units, effect=overall.absolute.value, ci=limits(overall.absolute.interval))
    found = [_net("everyone", everyone, 1.0, cost), _net("leave_out_last", rest, rest.units / units, cost)]
    return [*found, Priced(who="no_one", net=0.0, ci=(0.0, 0.0))]


def _net(who: Advice, group: Group, share: float, cost: float) -> Priced:
    if group.effect is None or group.ci is None:
        return Priced(who=who, net=None, ci=None)
    low, high = (share * (end - cost) for end in group.ci)
    return Priced(who=who, net=share * (group.effect - cost), ci=(low, high))


def _parts(ranking: Ranking) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """The units of each fold of each draw."""
    for draw, fold in enumerate(ranking.folds):
        yield from ((draw, np.flatnonzero(fold == place)) for place in np.unique(fold))


class _Curve:
    """The Qini curve of some units, those of equal scores in one step."""

    def __init__(self, scores: Floats, here: NDArray[np.int64], values: Values, treated: NDArray[np.bool_]) -> None:
        order = np.argsort(-scores, kind="stable")
        self._units = here[order]
        self._ends = np.append(np.flatnonzero(np.diff(scores[order])), order.size - 1)
        self._values, self._arm = values[self._units], treated[self._units]

    def area(self, weights: Floats) -> float:
        """Between the curve and the straight line to its end."""
        weight = weights[self._units]
        with_it, without = self._sums(weight * self._arm), self._sums(weight * ~self._arm)
        value = weight * self._values
        share = np.divide(with_it, without, out=np.zeros(with_it.size), where=without > 0)
        gain = self._sums(value * self._arm) - self._sums(value * ~self._arm) * share
        done = (with_it + without) / (with_it[-1] + without[-1])
        gain, done = np.append(0.0, gain), np.append(0.0, done)
        return float(np.trapezoid(gain - gain[-1] * done, done))

    def _sums(self, values: Floats) -> Floats:
        return np.asarray(np.cumsum(values)[self._ends])


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
