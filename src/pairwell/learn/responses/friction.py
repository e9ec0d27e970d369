"""What offers cost: orders that are placed less often where a slate is shown than where by lot it is not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import msgspec
import numpy as np

from pairwell.learn.responses.arrays import Bools, Floats
from pairwell.learn.responses.gathering import Slates
from pairwell.posterior import Normal

PRIOR_SD = 0.002  # of friction, before anything is known
_FEWEST = 30  # slates of either, and of whom: below, nobody can tell


class Friction(msgspec.Struct, frozen=True, kw_only=True):
    """Of one placement; slates beside a cart only."""

    placement: str
    shown: int
    not_shown: int
    ordered_shown: int
    ordered_not_shown: int
    prior: float
    learned: Normal | None  # None: too few, the prior holds


def find_frictions(slates: Slates, priors: Mapping[str, float]) -> Iterator[Friction]:
    """The chance that one offer costs the checkout, by placement.

    A placement that is no longer in the settings, of which `priors` has the frictions, is left out.
    """
    for code, name in sorted(enumerate(slates.placements), key=lambda each: each[1]):
        if name in priors:
            here = slates.has_cart & (slates.placement == code)
            shown, not_shown = here & slates.shown, here & ~slates.shown
            yield Friction(
                placement=name,
                shown=int(shown.sum()),
                not_shown=int(not_shown.sum()),
                ordered_shown=int(slates.ordered[shown].sum()),
                ordered_not_shown=int(slates.ordered[not_shown].sum()),
                prior=priors[name],
                learned=_learn(slates, (shown, not_shown), priors[name]),
            )


def _learn(slates: Slates, arms: tuple[Bools, Bools], prior: float) -> Normal | None:
    """Prior and measurement, each weighed by its precision."""
    if min(len(np.unique(slates.cluster[arm])) for arm in arms) < _FEWEST:
        return None
    shown, not_shown = (_mean(slates, arm, slates.ordered.astype(np.float64)) for arm in arms)
    offers = _mean(slates, arms[0], slates.offers.astype(np.float64)).mean
    if shown.sd == 0 or not_shown.sd == 0:
        return None  # all ordered, or nobody did: that says nothing of how sure it is
    measured = Normal(mean=(not_shown.mean - shown.mean) / offers, sd=math.hypot(shown.sd, not_shown.sd) / offers)
    precision = 1 / PRIOR_SD**2 + 1 / measured.sd**2
    mean = (prior / PRIOR_SD**2 + measured.mean / measured.sd**2) / precision
    return Normal(mean=max(0.0, mean), sd=precision**-0.5)


def _mean(slates: Slates, arm: Bools, values: Floats) -> Normal:
    """The mean over all opportunities, from those of one arm, with the deviation over clusters (Hájek 1971)."""
    weight = slates.weight[arm]
    total = float(weight.sum())
    mean = float((weight * values[arm]).sum()) / total
    sums = np.bincount(slates.cluster[arm], weight * (values[arm] - mean))
    return Normal(mean=mean, sd=float(np.sqrt((sums**2).sum())) / total)
