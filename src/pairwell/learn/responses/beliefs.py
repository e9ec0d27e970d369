"""What is believed of one kind of offer, and what that comes to for the offers that were made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.learn.responses.arrays import Bools, Floats
from pairwell.learn.responses.gathering import Offers, Slates
from pairwell.learn.responses.regression import (
    Fitted,
    Priors,
    Rows,
    State,
    chances_of,
    effective_weights,
    fit_rows,
    levers_of,
    select,
)
from pairwell.posterior import PASSED_OVER, QUIET, SHOWING, Belief, KindEffect, Normal, Prior, persuasion

FEWEST = 30  # offers shown, and not shown: below, it is mostly the prior that speaks
_SAYS = 0.98  # share of the prior deviation from which on an item's own is not worth keeping
_DIGITS = 12
_NORMAL = 1.959963984540054  # deviations on either side of the mean that hold 95 %


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A mean with both ends of its 95 % interval."""

    value: float
    low: float
    high: float


class KindLearned(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of offer, averaged over all that were made, shown or not; where none was, over those passed over."""

    kind: str
    shown: int
    bought_shown: int
    seen: int  # of those shown, as far as exposures were told; it counts for nothing
    not_shown: int  # by lot
    bought_not_shown: int
    passed_over: int  # by choice, not by lot
    bought_passed_over: int
    when_shown: Interval  # chance of being bought
    anyway: Interval
    persuasion: Interval
    prior_persuasion: float  # before anything was learned
    enough: bool  # else it is mostly the prior that speaks
    design_effect: float  # how many of the dependent offers say as much as one


class Believed(NamedTuple):
    """Of one kind."""

    quiet: Belief
    showing: Belief
    summary: KindLearned


class _Side(NamedTuple):
    """The effects on one chance: their names, and where they stand among all."""

    names: Sequence[str]
    first: int
    number: int  # 0 quiet, 1 showing
    prior_item: float


def believe(kind: str, offers: Offers, slates: Slates) -> Believed:
    """Learn of one kind from all offers that were to be shown, and from those that by lot or by choice were not.

    Whether they were looked at does not matter: of those that were not shown nobody knows who would have looked.
    """
    quiet = _Side(_names(QUIET, offers), 0, 0, QUIET.item)
    showing = _Side(_names(SHOWING, offers), len(quiet.names), 1, SHOWING.item)
    rows = _rows(offers, slates, (quiet, showing))
    priors = Priors(
        effects=np.array([*map(QUIET.sd, quiet.names), *map(SHOWING.sd, showing.names)]),
        items=(QUIET.item, SHOWING.item),
        n_items=len(offers.items),
    )
    fitted = fit_rows(_weighed(rows, offers.passed), priors)
    return Believed(
        quiet=_belief(fitted, quiet, offers.items, int((~rows.shown).sum())),
        showing=_belief(fitted, showing, offers.items, int(rows.shown.sum())),
        summary=_summary(kind, rows, offers, fitted),
    )


def _names(prior: Prior, offers: Offers) -> list[str]:
    """The effects that there are on one side, in their order."""
    return [name for name in sorted(offers.names) if prior.sd(name)]


def _rows(offers: Offers, slates: Slates, sides: tuple[_Side, _Side]) -> Rows:
    design = np.zeros((len(offers.slate), len(offers.names)))
    np.put_along_axis(design, offers.effects, offers.sizes, axis=1)
    places = {name: place for place, name in enumerate(offers.names)}
    quiet, showing = (design[:, [places[name] for name in side.names]] for side in sides)
    return Rows(
        quiet=quiet,
        showing=showing,
        item=offers.item,
        shown=offers.shown,
        foretold=offers.quiet,
        persuasion=offers.persuasion,
        half=offers.half,
        bought=offers.bought,
        weight=offers.weight,
        cluster=slates.cluster[offers.slate],
    )


def _weighed(rows: Rows, passed: Bools) -> Rows:
    """What by lot was not shown stands for all, by one over its chance (Horvitz and Thompson 1952); else for itself."""
    weight, by_lot = np.ones(len(rows)), ~rows.shown & ~passed
    weight[by_lot] = effective_weights(rows.weight[by_lot])
    return msgspec.structs.replace(rows, weight=weight)


def _belief(fitted: Fitted, side: _Side, items: Sequence[str], opportunities: int) -> Belief:
    some = slice(side.first, side.first + len(side.names))
    covariance, deviations = fitted.apart(side.first + side.names.index("kind"), side.number)
    spread = np.sqrt(fitted.blocks[:, side.number, side.number])
    known = np.flatnonzero(spread < _SAYS * side.prior_item).tolist()
    means = fitted.items[:, side.number]
    own = {items[place]: _normal(float(means[place]), float(deviations[place])) for place in known}
    return Belief(
        names=list(side.names),
        means=[_rounded(mean) for mean in fitted.effects[some].tolist()],
        covariance=[_rounded(each) for each in covariance[some, some][np.tril_indices(len(side.names))].tolist()],
        items={item_id: own[item_id] for item_id in sorted(own)},
        opportunities=opportunities,
    )


def _normal(mean: float, sd: float) -> Normal:
    return Normal(mean=_rounded(mean), sd=_rounded(sd))


def _rounded(number: float) -> float:
    """To as many digits as processors agree on."""
    return float(f"{number:.{_DIGITS}g}")


def effect_of(learned: KindLearned) -> KindEffect:
    """The same in as many digits as processors agree on, to be kept."""
    found = learned.persuasion
    return KindEffect(
        shown=learned.shown,
        bought_shown=learned.bought_shown,
        not_shown=learned.not_shown,
        bought_not_shown=learned.bought_not_shown,
        persuasion=_rounded(found.value),
        low=_rounded(found.low),
        high=_rounded(found.high),
        prior=_rounded(learned.prior_persuasion),
        enough=learned.enough,
    )


# --- averages, for people to read ---------------------------------------------------------------------


class _Average(NamedTuple):
    """A mean chance over all offers, and how it rises with each effect and each item's own."""

    mean: float
    effects: Floats
    items: Floats


def _summary(kind: str, rows: Rows, offers: Offers, fitted: Fitted) -> KindLearned:
    shown, passed = rows.shown, offers.passed
    by_lot = ~shown & ~passed
    averaged = _averaged(rows, offers)
    anyway, when_shown = _averages(averaged, fitted)
    before = chances_of(averaged, State(np.zeros_like(fitted.effects), np.zeros_like(fitted.items)))
    return KindLearned(
        kind=kind,
        shown=int(shown.sum()),
        bought_shown=int(rows.bought[shown].sum()),
        seen=int(offers.seen.sum()),
        not_shown=int(by_lot.sum()),
        bought_not_shown=int(rows.bought[by_lot].sum()),
        passed_over=int(passed.sum()),
        bought_passed_over=int(rows.bought[passed].sum()),
        when_shown=_interval(when_shown, fitted),
        anyway=_interval(anyway, fitted),
        persuasion=_persuaded(anyway, when_shown, fitted),
        prior_persuasion=persuasion(*(float(chance.mean()) for chance in before)),
        enough=min(int(shown.sum()), int(by_lot.sum())) >= FEWEST,
        design_effect=fitted.design_effect,
    )


def _averaged(rows: Rows, offers: Offers) -> Rows:
    """The offers that were made; where none was, those passed over, as if they were made."""
    if not offers.passed.all():
        return select(rows, np.flatnonzero(~offers.passed))
    shift = _names(QUIET, offers).index(PASSED_OVER)
    quiet = rows.quiet.copy()
    quiet[:, shift] = 0.0
    return msgspec.structs.replace(rows, quiet=quiet)


def _averages(rows: Rows, fitted: Fitted) -> tuple[_Average, _Average]:
    """Of not being shown and of being shown."""
    state, nothing = State(fitted.effects, fitted.items), np.zeros(rows.showing.shape[1])
    anyway, shown = chances_of(rows, state)
    quiet_slope = anyway * (1 - anyway) / len(rows)
    shown_slope = shown * (1 - shown) / len(rows)
    through = shown_slope * levers_of(rows, state)
    own = [_by_item(rows, each, fitted) for each in (quiet_slope, through, shown_slope)]
    return (
        _Average(float(anyway.mean()), np.concatenate([rows.quiet.T @ quiet_slope, nothing]), _columns(own[0])),
        _Average(
            float(shown.mean()),
            np.concatenate([rows.quiet.T @ through, rows.showing.T @ shown_slope]),
            _columns(own[1], own[2]),
        ),
    )


def _by_item(rows: Rows, slope: Floats, fitted: Fitted) -> Floats:
    return np.asarray(np.bincount(rows.item, slope, minlength=len(fitted.items)), dtype=np.float64)


def _columns(quiet: Floats, showing: Floats | None = None) -> Floats:
    return np.column_stack([quiet, np.zeros_like(quiet) if showing is None else showing])


def _persuaded(anyway: _Average, shown: _Average, fitted: Fitted) -> Interval:
    """Persuasion of the two means; the ends are those of their difference, as shares of non-buyers or of buyers."""
    difference = _Average(shown.mean - anyway.mean, shown.effects - anyway.effects, shown.items - anyway.items)
    found = _interval(difference, fitted)
    value, low, high = (_share_of(by, anyway.mean) for by in (found.value, found.low, found.high))
    return Interval(value=value, low=low, high=high)


def _share_of(difference: float, quiet: float) -> float:
    """A difference of chances as a persuasion."""
    return persuasion(quiet, min(max(quiet + difference, 0.0), 1.0))


def _interval(of: _Average, fitted: Fitted) -> Interval:
    half = _NORMAL * math.sqrt(fitted.variance(of.effects, of.items))
    return Interval(value=of.mean, low=of.mean - half, high=of.mean + half)
