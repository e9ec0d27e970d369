"""What offers cost: orders that are placed less often where a slate is shown than where by lot it is not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import msgspec
import numpy as np

from pairwell.learn.responses.arrays import Bools, Floats, Ints
from pairwell.learn.responses.gathering import Carts, Slates
from pairwell.posterior import Normal

PRIOR_SD = 0.002  # of friction, before anything is known
_FEWEST = 30  # slates of either, and of whom: below, nobody can tell


class Friction(msgspec.Struct, frozen=True, kw_only=True):
    """Of one placement; beside a cart only, one slate of a unit within a window."""

    placement: str
    shown: int
    not_shown: int
    ordered_shown: int
    ordered_not_shown: int
    prior: float
    learned: Normal | None  # None: too few, the prior holds


def find_frictions(slates: Slates, carts: Carts, priors: Mapping[str, float]) -> Iterator[Friction]:
    """The chance that one offer costs the checkout, by the placement where a unit first met offers in a window.

    Left out are placements that are no longer in the settings, of which `priors` has the frictions, and those where it
    is 0 there: beside what is bought already no checkout can be lost.
    """
    for code, name in sorted(enumerate(slates.placements), key=lambda each: each[1]):
        if priors.get(name):
            here, was = slates.placement[carts.slate] == code, slates.shown[carts.slate]
            shown, not_shown = here & was, here & ~was
            yield Friction(
                placement=name,
                shown=int(shown.sum()),
                not_shown=int(not_shown.sum()),
                ordered_shown=int(carts.ordered[shown].sum()),
                ordered_not_shown=int(carts.ordered[not_shown].sum()),
                prior=priors[name],
                learned=_learn(carts, slates.cluster[carts.slate], (shown, not_shown), priors[name]),
            )


def _learn(carts: Carts, cluster: Ints, arms: tuple[Bools, Bools], prior: float) -> Normal | None:
    """Prior and measurement, each weighed by its precision."""
    if min(len(np.unique(cluster[arm])) for arm in arms) < _FEWEST:
        return None
    shown, not_shown = (_mean(carts.ordered[arm], carts.weight[arm], cluster[arm]) for arm in arms)
    offers = _mean(carts.offers[arms[0]], carts.weight[arms[0]], cluster[arms[0]]).mean
    if shown.sd == 0 or not_shown.sd == 0:
        return None  # all ordered, or nobody did: that says nothing of how sure it is
    measured = Normal(mean=(not_shown.mean - shown.mean) / offers, sd=math.hypot(shown.sd, not_shown.sd) / offers)
    precision = 1 / PRIOR_SD**2 + 1 / measured.sd**2
    mean = (prior / PRIOR_SD**2 + measured.mean / measured.sd**2) / precision
    return Normal(mean=max(0.0, mean), sd=precision**-0.5)


def _mean(values: Bools | Ints, weight: Floats, cluster: Ints) -> Normal:
    """The mean over all opportunities, from those of one arm, with the deviation over clusters (Hájek 1971)."""
    total = float(weight.sum())
    mean = float((weight * values).sum()) / total
    sums = np.bincount(cluster, weight * (values - mean))
    return Normal(mean=mean, sd=float(np.sqrt((sums**2).sum())) / total)
