"""Bayesian logistic regression with effects that all share and an own one of every item.

The posterior is taken as normal around its mode, with the curvature there (Laplace's approximation: Bishop 2006,
sections 4.4 and 4.5; MacKay 1992). Rows of one cluster are not independent: what they say counts for less by the
measured design effect (Rao and Scott 1981, first order).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.learn.responses.arrays import Bools, Floats, Ints

_STEPS = 60
_SMALL = 1e-10  # gain of the log posterior below which the mode is found
_HALVINGS = 30
_AT_A_TIME = 65_536  # rows of the design in memory beside it
_RANK = 1e-9  # share of the greatest variance below which a direction holds nothing


class Rows(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What was seen: one row an offer."""

    design: Floats  # [row, effect]
    item: Ints
    foretold: Floats  # log odds
    bought: Bools
    weight: Floats
    cluster: Ints

    def __len__(self) -> int:
        return len(self.item)


class Prior(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Standard deviations around 0."""

    effects: Floats
    item: float
    items: int  # how many there are


class Fitted(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Means, and how sure they are."""

    effects: Floats
    covariance: Floats
    items: Floats
    item_sds: Floats  # given the effects
    design_effect: float  # how many dependent rows say as much as one independent
    effective: float  # independent rows of equal weight that would say as much


class _Curve(NamedTuple):
    """Gradient of the log posterior, and its curvature downwards."""

    slope: Floats
    item_slope: Floats
    shared: Floats  # [effect, effect]
    between: Floats  # [effect, item]
    own: Floats  # [item], as no two items touch


def fit_rows(rows: Rows, prior: Prior) -> Fitted:
    """The posterior of all effects, from rows of which there is at least one.

    Weights count as information no further than their effective number (Kish 1965), and clusters no further than
    their design effect.
    """
    weight = rows.weight * (rows.weight.sum() / (rows.weight**2).sum())
    first = msgspec.structs.replace(rows, weight=weight)
    effects, items = _climb(first, prior)
    excess = _design_effect(first, effects, items)
    last = msgspec.structs.replace(rows, weight=weight / excess)
    effects, items = _climb(last, prior, (effects, items))
    curve = _curve(last, prior, (effects, items))
    return Fitted(
        effects=effects,
        covariance=np.asarray(np.linalg.inv(_marginal(curve)), dtype=np.float64),
        items=items,
        item_sds=1 / np.sqrt(curve.own),
        design_effect=excess,
        effective=float(last.weight.sum()),
    )


def _climb(rows: Rows, prior: Prior, start: tuple[Floats, Floats] | None = None) -> tuple[Floats, Floats]:
    """The mode, by Newton's method; a step that leads down is halved."""
    at = start or (np.zeros(rows.design.shape[1]), np.zeros(prior.items))
    height = _height(rows, prior, at)
    for _ in range(_STEPS):
        step = _step(_curve(rows, prior, at))
        for _ in range(_HALVINGS):
            there = at[0] + step[0], at[1] + step[1]
            gained = _height(rows, prior, there) - height
            if gained >= 0:
                break
            step = step[0] / 2, step[1] / 2
        else:
            return at  # no way up is left but rounding
        at, height = there, height + gained
        if gained <= _SMALL * max(1.0, abs(height)):
            return at
    return at


def _step(curve: _Curve) -> tuple[Floats, Floats]:
    """Newton's step; the items are solved for first, as none of them touches another."""
    ratio = curve.between / curve.own
    solved = np.linalg.solve(_marginal(curve), curve.slope - ratio @ curve.item_slope)
    effects = np.asarray(solved, dtype=np.float64)
    return effects, (curve.item_slope - curve.between.T @ effects) / curve.own


def _marginal(curve: _Curve) -> Floats:
    """The precision of the effects, whatever the items' own are."""
    return np.asarray(curve.shared - (curve.between / curve.own) @ curve.between.T)


def _curve(rows: Rows, prior: Prior, at: tuple[Floats, Floats]) -> _Curve:
    p, m = rows.design.shape[1], prior.items
    slope, shared, between = -at[0] / prior.effects**2, np.diag(1 / prior.effects**2), np.zeros((p, m))
    item_slope, own = -at[1] / prior.item**2, np.full(m, 1 / prior.item**2)
    for part in _parts(rows):
        chance = _chances(part, at)
        left, curved = part.weight * (part.bought - chance), part.weight * chance * (1 - chance)
        slope += part.design.T @ left
        shared += part.design.T @ (part.design * curved[:, None])
        item_slope += np.bincount(part.item, left, minlength=m)
        own += np.bincount(part.item, curved, minlength=m)
        for effect in range(p):
            between[effect] += np.bincount(part.item, curved * part.design[:, effect], minlength=m)
    return _Curve(slope, item_slope, shared, between, own)


def _height(rows: Rows, prior: Prior, at: tuple[Floats, Floats]) -> float:
    """The log posterior, up to a constant."""
    found = -0.5 * float(((at[0] / prior.effects) ** 2).sum() + ((at[1] / prior.item) ** 2).sum())
    for part in _parts(rows):
        odds = _odds(part, at)
        found += float((part.weight * (part.bought * odds - np.logaddexp(0.0, odds))).sum())
    return found


def _design_effect(rows: Rows, effects: Floats, items: Floats) -> float:
    """How many times as much the effects vary as if rows of one cluster were independent; 1 at least."""
    p = rows.design.shape[1]
    alone = np.zeros((p, p))
    together = np.zeros((int(rows.cluster.max()) + 1, p))
    for part in _parts(rows):
        scores = part.design * (part.weight * (part.bought - _chances(part, (effects, items))))[:, None]
        alone += scores.T @ scores
        for effect in range(p):
            together[:, effect] += np.bincount(part.cluster, scores[:, effect], minlength=len(together))
    inverse = np.linalg.pinv(alone, rcond=_RANK, hermitian=True)
    rank = np.linalg.matrix_rank(alone, tol=_RANK * float(np.linalg.norm(alone, 2)), hermitian=True)
    return max(1.0, float(np.trace(inverse @ (together.T @ together))) / int(rank)) if rank else 1.0


def _parts(rows: Rows) -> Iterator[Rows]:
    for start in range(0, len(rows), _AT_A_TIME):
        some = slice(start, start + _AT_A_TIME)
        yield Rows(**{name: getattr(rows, name)[some] for name in Rows.__struct_fields__})


def _chances(rows: Rows, at: tuple[Floats, Floats]) -> Floats:
    odds = _odds(rows, at)
    return np.asarray(0.5 * (1 + np.tanh(odds / 2)))


def _odds(rows: Rows, at: tuple[Floats, Floats]) -> Floats:
    return np.asarray(rows.foretold + rows.design @ at[0] + at[1][rows.item])
