"""Bayesian logistic regression of buying, shown and not, on effects that offers share and an own one of every item.

Log odds of who is shown nothing are those foretold, plus effects. From that chance and the persuasion foretold
follows the chance of who is shown it; the effects of showing are added to its log odds. So both kinds of opportunity
say how well history foretells, and only their difference says what showing does.

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
from pairwell.posterior import LEAST

_STEPS = 60
_SMALL = 1e-10  # gain of the log posterior below which the mode is found
_HALVINGS = 30
_AT_A_TIME = 65_536  # rows of the design in memory beside it
_RANK = 1e-9  # share of the greatest variance below which a direction holds nothing


class Rows(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What was seen: one row an offer."""

    quiet: Floats  # [row, effect]
    showing: Floats  # [row, effect]; counts where it was shown
    item: Ints
    shown: Bools
    foretold: Floats  # log odds of who is shown nothing
    persuasion: Floats  # foretold, of who is foretold to buy anyway as often as that
    half: Floats  # quiet probability at which an offer is half as persuasive as the best; 0: it does not matter
    bought: Bools
    weight: Floats
    cluster: Ints

    def __len__(self) -> int:
        return len(self.item)


class Priors(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Standard deviations around 0."""

    effects: Floats  # first those of `quiet`, then those of `showing`
    items: tuple[float, float]  # of an item's own: of both
    n_items: int


class State(NamedTuple):
    """Where the effects are, in the order of the priors, and the items' own: [item, quiet and showing]."""

    effects: Floats
    items: Floats


class Fitted(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Means, and how sure they are: given the effects no two items depend on each other."""

    effects: Floats
    items: Floats  # [item, 2]
    covariance: Floats  # of the effects
    blocks: Floats  # [item, 2, 2]: covariance of an item's own, given the effects
    pull: Floats  # [effect, item, 2]: by how much an item's own falls where an effect rises
    information: Floats  # [item, 2]: its share of what the rows say
    design_effect: float  # how many dependent rows say as much as one independent

    def variance(self, effects: Floats, items: Floats) -> float:
        """Of a sum of so much of each effect and of the items' own."""
        rest = effects - np.tensordot(self.pull, items, 2)
        own = np.einsum("mk,mkl,ml->", items, self.blocks, items)
        return float(rest @ self.covariance @ rest) + float(own)

    def apart(self, common: int, side: int) -> tuple[Floats, Floats]:
        """The effects' covariance and the items' deviations once the items' mean is part of the effect `common`.

        What all items share cannot be told from an effect that all share: taken apart like this, the two are nearly
        independent, so that the variance of an offer is nearly the sum of both. `side`: 0 quiet, 1 showing.
        """
        unit = np.zeros(len(self.effects))
        unit[common] = 1.0
        share, own, pull = self.information[:, side], self.blocks[:, side, side], self.pull[:, :, side]
        mean_pull, mean_variance = pull @ share, float((share**2 * own).sum())
        turned = np.eye(len(unit)) - np.outer(unit, mean_pull)
        covariance = turned @ self.covariance @ turned.T + mean_variance * np.outer(unit, unit)
        away = pull - mean_pull[:, None]
        spread = np.einsum("ij,ij->j", away, self.covariance @ away)
        return covariance, np.sqrt(own * (1 - 2 * share) + mean_variance + spread)


class _Curve(NamedTuple):
    """Gradient of the log posterior, and its curvature downwards."""

    slope: Floats
    item_slope: Floats  # [item, 2]
    shared: Floats  # [effect, effect]
    between: Floats  # [effect, item, 2]
    own: Floats  # [item, 2, 2], as no two items touch


def fit_rows(rows: Rows, priors: Priors) -> Fitted:
    """The posterior of all effects, from rows of which there is at least one."""
    rows = select(rows, np.argsort(rows.item, kind="stable"))  # so that each item's rows stand together
    first = _climb(rows, priors, State(np.zeros(len(priors.effects)), np.zeros((priors.n_items, 2))))
    excess = _design_effect(rows, first)
    last = msgspec.structs.replace(rows, weight=rows.weight / excess)
    state = _climb(last, priors, first)
    curve = _curve(last, priors, state)
    blocks = np.linalg.inv(curve.own)
    pull = np.einsum("pmk,mkl->pml", curve.between, blocks)
    told = np.diagonal(curve.own, axis1=1, axis2=2) - np.array(priors.items) ** -2.0
    total = told.sum(axis=0)
    return Fitted(
        effects=state.effects,
        items=state.items,
        covariance=np.asarray(np.linalg.inv(_marginal(curve, pull)), dtype=np.float64),
        blocks=np.asarray(blocks, dtype=np.float64),
        pull=pull,
        information=np.where(total > 0, told / np.where(total > 0, total, 1.0), 1 / priors.n_items),
        design_effect=excess,
    )


def effective_weights(weight: Floats) -> Floats:
    """Weights in the same proportions that sum to the number of equal ones that say as much (Kish 1965)."""
    return weight * (weight.sum() / (weight**2).sum()) if len(weight) else weight


def chances_of(rows: Rows, state: State) -> tuple[Floats, Floats]:
    """P(bought | not shown) and P(bought | shown) of every row, whatever was the case."""
    anyway, shown, _ = _odds(rows, state)
    return _logistic(anyway), _logistic(shown)


def levers_of(rows: Rows, state: State) -> Floats:
    """How much the log odds of who is shown an offer rise with those of who is not."""
    return _odds(rows, state)[2]


def _climb(rows: Rows, priors: Priors, at: State) -> State:
    """The mode, by Newton's method with the expected curvature; a step that leads down is halved."""
    height = _height(rows, priors, at)
    for _ in range(_STEPS):
        step = _step(_curve(rows, priors, at))
        for _ in range(_HALVINGS):
            there = State(at.effects + step.effects, at.items + step.items)
            gained = _height(rows, priors, there) - height
            if gained >= 0:
                break
            step = State(step.effects / 2, step.items / 2)
        else:
            return at  # no way up is left but rounding
        at, height = there, height + gained
        if gained <= _SMALL * max(1.0, abs(height)):
            return at
    return at


def _step(curve: _Curve) -> State:
    """Newton's step; the items are solved for first, as none of them touches another."""
    blocks = np.linalg.inv(curve.own)
    pull = np.einsum("pmk,mkl->pml", curve.between, blocks)
    solved = np.linalg.solve(_marginal(curve, pull), curve.slope - np.tensordot(pull, curve.item_slope, 2))
    left = curve.item_slope - np.einsum("pmk,p->mk", curve.between, solved)
    return State(np.asarray(solved, dtype=np.float64), np.einsum("mkl,ml->mk", blocks, left))


def _marginal(curve: _Curve, pull: Floats) -> Floats:
    """The precision of the effects, whatever the items' own are."""
    p = len(curve.slope)
    return np.asarray(curve.shared - pull.reshape(p, -1) @ curve.between.reshape(p, -1).T)


def _curve(rows: Rows, priors: Priors, at: State) -> _Curve:
    p, m, precision = len(at.effects), priors.n_items, np.array(priors.items) ** -2.0
    slope, shared = -at.effects / priors.effects**2, np.diag(priors.effects**-2.0)
    item_slope, own, between = -at.items * precision, np.tile(np.diag(precision), (m, 1, 1)), np.zeros((p, m, 2))
    for part in _parts(rows):
        design, touches, chance = _tangent(part, at)
        left, curved = part.weight * (part.bought - chance), part.weight * chance * (1 - chance)
        slope += design.T @ left
        shared += design.T @ (design * curved[:, None])
        items, starts = np.unique(part.item, return_index=True)
        for k in range(2):
            pressed = (curved * touches[:, k])[:, None]
            item_slope[items, k] += np.add.reduceat(left * touches[:, k], starts)
            own[items, k] += np.add.reduceat(pressed * touches, starts, axis=0)
            between[:, items, k] += np.add.reduceat(pressed * design, starts, axis=0).T
    return _Curve(slope, item_slope, shared, between, own)


def _tangent(rows: Rows, at: State) -> tuple[Floats, Floats, Floats]:
    """How the log odds of what was the case rise with each effect, with each item's own, and the chance."""
    anyway, shown, lever = _odds(rows, at)
    lever = np.where(rows.shown, lever, 1.0)
    design = np.hstack([rows.quiet * lever[:, None], rows.showing * rows.shown[:, None]])
    touches = np.column_stack([lever, rows.shown])
    return design, touches, _logistic(np.where(rows.shown, shown, anyway))


def _odds(rows: Rows, at: State) -> tuple[Floats, Floats, Floats]:
    """Log odds of who is shown nothing and of who is, and how much the latter rise with the former.

    The law is that of `pairwell.posterior`, which has it for one offer and imports no arrays.
    """
    p, own = rows.quiet.shape[1], at.items[rows.item]
    anyway = rows.foretold + rows.quiet @ at.effects[:p] + own[:, 0]
    quiet, by = _logistic(anyway), _persuasion(rows, anyway)
    foretold = np.where(by >= 0, quiet + (1 - quiet) * by, quiet * (1 + by))
    inside = np.clip(foretold, LEAST, 1 - LEAST)
    growing = rows.half / (quiet + np.where(rows.half > 0, rows.half, 1.0))
    won = (quiet * (1 - by) + (1 - quiet) * by * growing) / np.maximum(foretold * (1 - by), LEAST)
    lever = np.where(by >= 0, won, (1 - quiet) / np.maximum(1 - foretold, LEAST))
    shown = np.log(inside / (1 - inside)) + rows.showing @ at.effects[p:] + own[:, 1]
    return anyway, shown, lever


def _persuasion(rows: Rows, anyway: Floats) -> Floats:
    """Foretold once it is known how often the offer is bought anyway: what is bought more seldom fits less well."""
    quiet, before, half = _logistic(anyway), _logistic(rows.foretold), np.where(rows.half > 0, rows.half, 1.0)
    grown = rows.persuasion * quiet / (quiet + half) * (before + half) / np.maximum(before, LEAST)
    return np.where((rows.persuasion > 0) & (rows.half > 0), np.minimum(grown, 1.0), rows.persuasion)


def _height(rows: Rows, priors: Priors, at: State) -> float:
    """The log posterior, up to a constant."""
    found = -0.5 * float(((at.effects / priors.effects) ** 2).sum() + ((at.items / np.array(priors.items)) ** 2).sum())
    for part in _parts(rows):
        anyway, shown, _ = _odds(part, at)
        odds = np.where(part.shown, shown, anyway)
        found += float((part.weight * (part.bought * odds - np.logaddexp(0.0, odds))).sum())
    return found


def _design_effect(rows: Rows, at: State) -> float:
    """How many times as much the effects vary as if rows of one cluster were independent; 1 at least."""
    p = len(at.effects)
    alone = np.zeros((p, p))
    together = np.zeros((int(rows.cluster.max()) + 1, p))
    for part in _parts(rows):
        design, _, chance = _tangent(part, at)
        scores = design * (part.weight * (part.bought - chance))[:, None]
        alone += scores.T @ scores
        for effect in range(p):
            together[:, effect] += np.bincount(part.cluster, scores[:, effect], minlength=len(together))
    inverse = np.linalg.pinv(alone, rcond=_RANK, hermitian=True)
    rank = np.linalg.matrix_rank(alone, tol=_RANK * float(np.linalg.norm(alone, 2)), hermitian=True)
    return max(1.0, float(np.trace(inverse @ (together.T @ together))) / int(rank)) if rank else 1.0


def _parts(rows: Rows) -> Iterator[Rows]:
    for start in range(0, len(rows), _AT_A_TIME):
        yield select(rows, slice(start, start + _AT_A_TIME))


def select(rows: Rows, which: slice | Ints) -> Rows:
    """Those rows."""
    return Rows(**{name: getattr(rows, name)[which] for name in Rows.__struct_fields__})


def _logistic(odds: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(odds / 2)))
