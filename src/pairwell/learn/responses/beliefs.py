"""What is believed of one kind of offer, and what that comes to for the offers that were made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.learn.responses.arrays import Bools, Floats, Ints
from pairwell.learn.responses.gathering import Offers, Slates
from pairwell.learn.responses.regression import Fitted, Prior, Rows, fit_rows
from pairwell.posterior import ITEM_SD, Belief, Normal, of_quiet, persuasion, prior_sd

FEWEST = 30  # offers shown, and not shown: below, the prior holds
_SAYS = 0.98  # share of the prior deviation from which on an item's own is not worth keeping
_DIGITS = 12
_NORMAL = 1.959963984540054  # deviations on either side of the mean that hold 95 %


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A mean with both ends of its 95 % interval."""

    value: float
    low: float
    high: float


class KindLearned(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of offer, averaged over all that were made, shown or not."""

    kind: str
    seen: int
    bought_seen: int
    not_shown: int
    bought_not_shown: int
    when_shown: Interval  # chance of being bought
    anyway: Interval
    persuasion: Interval
    prior_persuasion: float  # before anything was learned
    enough: bool  # else it is mostly the prior that speaks
    design_effect: float  # how many of the dependent offers seen say as much as one


class Believed(NamedTuple):
    """Of one kind; None where there was nothing to learn it from."""

    shown: Belief | None
    quiet: Belief | None
    summary: KindLearned


class _Side(NamedTuple):
    """Shown or not shown: what was seen of it, what was foretold, and which effects there are."""

    rows: Rows
    foretold: Floats  # of all offers
    columns: Sequence[int]  # places of its effects
    fitted: Fitted


def believe(kind: str, offers: Offers, slates: Slates) -> Believed:
    """Learn of one kind of offer from those of its offers that were seen, and from those that by lot were not shown."""
    order = sorted(range(len(offers.names)), key=offers.names.__getitem__)
    names = [offers.names[place] for place in order]
    design = _design(offers)[:, order]
    moved = of_quiet(dict.fromkeys(names, 1.0))
    quiet_columns = [place for place, name in enumerate(names) if name in moved]
    unshown = ~slates.shown[offers.slate]
    shown = _fit((offers, slates), (design, names), (offers.seen, offers.shown, range(len(names))))
    quiet = _fit((offers, slates), (design, names), (unshown, offers.quiet, quiet_columns))
    return Believed(
        shown=_belief(shown, names, offers.items),
        quiet=_belief(quiet, names, offers.items),
        summary=_summary(kind, (shown, quiet), offers, design),
    )


def _design(offers: Offers) -> Floats:
    design = np.zeros((len(offers.slate), len(offers.names)))
    np.put_along_axis(design, offers.effects, offers.sizes, axis=1)
    return design


def _fit(
    of: tuple[Offers, Slates], by: tuple[Floats, Sequence[str]], side: tuple[Bools, Floats, Sequence[int]]
) -> _Side:
    (offers, slates), (design, names), (which, foretold, columns) = of, by, side
    slate = offers.slate[which]
    rows = Rows(
        design=design[which][:, columns],
        item=offers.item[which],
        foretold=foretold[which],
        bought=offers.bought[which],
        # What is shown is no sample of something else: only what was not shown stands for all.
        weight=np.where(slates.shown[slate], 1.0, slates.weight[slate]),
        cluster=slates.cluster[slate],
    )
    deviations = np.array([prior_sd(names[column]) for column in columns])
    prior = Prior(effects=deviations, item=ITEM_SD, items=len(offers.items))
    return _Side(rows, foretold, columns, fit_rows(rows, prior) if len(rows) else _unlearned(prior))


def _unlearned(prior: Prior) -> Fitted:
    return Fitted(
        effects=np.zeros(len(prior.effects)),
        covariance=np.diag(prior.effects**2),
        items=np.zeros(prior.items),
        item_sds=np.full(prior.items, prior.item),
        design_effect=1.0,
        effective=0.0,
    )


def _belief(side: _Side, names: Sequence[str], items: Sequence[str]) -> Belief | None:
    fitted = side.fitted
    if not len(side.rows):
        return None
    rows, columns = np.tril_indices(len(fitted.effects))
    known = np.flatnonzero(fitted.item_sds < _SAYS * ITEM_SD).tolist()
    own = {items[place]: _normal(float(fitted.items[place]), float(fitted.item_sds[place])) for place in known}
    return Belief(
        names=[names[column] for column in side.columns],
        means=[_rounded(mean) for mean in fitted.effects.tolist()],
        covariance=[_rounded(each) for each in fitted.covariance[rows, columns].tolist()],
        items={item_id: own[item_id] for item_id in sorted(own)},
        opportunities=len(side.rows),
    )


def _normal(mean: float, sd: float) -> Normal:
    return Normal(mean=_rounded(mean), sd=_rounded(sd))


def _rounded(number: float) -> float:
    """To as many digits as processors agree on."""
    return float(f"{number:.{_DIGITS}g}")


# --- in words -----------------------------------------------------------------------------------------


def _summary(kind: str, sides: tuple[_Side, _Side], offers: Offers, design: Floats) -> KindLearned:
    shown, quiet = sides
    when_shown, anyway = (_average(side, offers.item, design) for side in sides)
    foretold = [float(_logistic(side.foretold).mean()) for side in sides]
    return KindLearned(
        kind=kind,
        seen=len(shown.rows),
        bought_seen=int(shown.rows.bought.sum()),
        not_shown=len(quiet.rows),
        bought_not_shown=int(quiet.rows.bought.sum()),
        when_shown=_interval(when_shown),
        anyway=_interval(anyway),
        persuasion=_persuaded(anyway, when_shown),
        prior_persuasion=persuasion(foretold[1], foretold[0]),
        enough=min(len(shown.rows), len(quiet.rows)) >= FEWEST,
        design_effect=shown.fitted.design_effect,
    )


def _average(side: _Side, item: Ints, design: Floats) -> Normal:
    """The mean chance over all offers; its deviation by the slope in each effect (delta method)."""
    fitted, within = side.fitted, design[:, side.columns]
    chance = _logistic(side.foretold + within @ fitted.effects + fitted.items[item])
    slope = chance * (1 - chance) / len(chance)
    shared, own = within.T @ slope, np.bincount(item, slope, minlength=len(fitted.items))
    variance = float(shared @ fitted.covariance @ shared) + float(((own * fitted.item_sds) ** 2).sum())
    return Normal(mean=float(chance.mean()), sd=math.sqrt(variance))


def _persuaded(anyway: Normal, when_shown: Normal) -> Interval:
    """Persuasion of the two means; its deviation by the slope in each."""
    quiet, shown = anyway.mean, when_shown.mean
    slopes = (1 / (1 - quiet), (1 - shown) / (1 - quiet) ** 2) if shown >= quiet else (1 / quiet, shown / quiet**2)
    spread = math.hypot(slopes[0] * when_shown.sd, slopes[1] * anyway.sd)
    found = _interval(Normal(mean=persuasion(quiet, shown), sd=spread))
    return Interval(value=found.value, low=max(found.low, -1.0), high=min(found.high, 1.0))


def _interval(found: Normal) -> Interval:
    half = _NORMAL * found.sd
    return Interval(value=found.mean, low=found.mean - half, high=found.mean + half)


def _logistic(odds: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(odds / 2)))
