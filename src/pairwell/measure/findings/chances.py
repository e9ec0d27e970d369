"""How surely a share lies above or below what it is held against."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from scipy.special import bdtr, betaincinv, ndtr, ndtri

from pairwell.measure.offers.estimates import LEVEL, Bools, Estimate, Floats, Ints, share_of
from pairwell.several import adjust

WRONG = 0.05  # of what is found in one family, this share may be chance
FEWEST_CUSTOMERS, FEWEST_TIMES = 20, 5  # of a group before the normal distribution is trusted
_MUCH = 1.5  # times the rest
_LITTLE = 1 / 3  # of the rest: what is taken half as often may well earn twice as much


class Tally(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Of a group, one row a customer: how often it was tried, and how often it happened."""

    happened: Floats
    tried: Floats

    @property
    def share(self) -> float:
        """Of all tries."""
        return float(self.happened.sum() / max(self.tried.sum(), 1.0))

    def square(self) -> float:
        """The variance of the share, over customers; never below that of independent ones.

        Two made-up tries, one of which happened, keep it above 0.
        """
        tried, units = float(self.tried.sum()), len(self.tried)
        apart = self.happened - self.share * self.tried
        spread = float(np.sum(apart**2)) / tried**2 * units / max(units - 1, 1)
        near = (float(self.happened.sum()) + 1) / (tried + 2)
        return max(spread, near * (1 - near) / tried)


class Apart(msgspec.Struct, frozen=True, kw_only=True):
    """A group in which something happens surely and much more often, or more seldom, than in the others together."""

    group: int  # place among the groups
    share: Estimate
    rest: float
    happened: int
    tried: int


def tally_of(happened: Bools, tried: Bools, clusters: Ints) -> Tally:
    """Add up by customer what was tried, and what of it happened."""
    _, rows = np.unique(clusters[tried], return_inverse=True)
    many = int(rows.max(initial=-1)) + 1
    return Tally(
        happened=np.bincount(rows, weights=happened[tried], minlength=many).astype(np.float64),
        tried=np.bincount(rows, minlength=many).astype(np.float64),
    )


def much_above(groups: Sequence[Tally]) -> list[Apart]:
    """Groups whose share is half as much again as that of the others together, and surely above it.

    One-sided score test over customers, corrected by Benjamini and Hochberg for as many groups as were looked at;
    those with too little to be judged are not looked at. A customer may be in several groups, which tests too
    cautiously: what varies together is taken for independent.
    """
    judged = [place for place, one in enumerate(groups) if _is_enough(one)]
    rests = {place: _rest_of(groups, place) for place in judged}
    judged = [place for place in judged if rests[place].tried.size >= FEWEST_CUSTOMERS]
    chances = adjust([_chance(groups[place], rests[place]) for place in judged])
    found = []
    for place, chance in zip(judged, chances, strict=True):
        one, rest = groups[place], rests[place].share
        share = share_of(one.happened, one.tried)
        if share is not None and chance < WRONG and one.share >= _MUCH * rest:
            happened, tried = int(one.happened.sum()), int(one.tried.sum())
            found.append(Apart(group=place, share=share, rest=rest, happened=happened, tried=tried))
    return found


def much_below(groups: Sequence[Tally]) -> list[Apart]:
    """Groups whose share is at most a third of that of the others together, and surely below it; lowest first.

    Also those in which nothing happened. Of two one-sided tests over customers the more cautious, as few cases are not
    normal: the score test, and the exact binomial one of who had it happen at all. Corrected by Benjamini and Hochberg.
    """
    rests = {place: _rest_of(groups, place) for place in range(len(groups))}
    judged = [place for place, rest in rests.items() if _is_many(groups[place]) and _is_enough(rest)]
    chances = adjust([_chance_below(groups[place], rests[place]) for place in judged])
    found = []
    for place, chance in zip(judged, chances, strict=True):
        one, rest = groups[place], rests[place].share
        if chance < WRONG and one.share <= _LITTLE * rest:
            happened, tried = int(one.happened.sum()), int(one.tried.sum())
            share = share_of(one.happened, one.tried) if happened else exact_share(0, len(one.tried))
            if share is not None:
                found.append(Apart(group=place, share=share, rest=rest, happened=happened, tried=tried))
    return sorted(found, key=lambda one: one.share.value)


def surely_above(groups: Sequence[Tally], bound: float) -> list[int]:
    """Places of the groups whose share is surely above a bound, corrected for as many groups."""
    judged = [place for place, one in enumerate(groups) if _is_enough(one)]
    scores = [(groups[place].share - bound) / math.sqrt(groups[place].square()) for place in judged]
    chances = adjust([float(ndtr(-score)) for score in scores])
    return [place for place, chance in zip(judged, chances, strict=True) if chance < WRONG]


def chance_of_so_few(happened: int, tried: int, share: float) -> float:
    """How probable it is that so few happen, or fewer, were the true share this one. Binomial, exact."""
    return float(bdtr(happened, tried, min(share, 1.0)))


def exact_share(happened: int, tried: int) -> Estimate:
    """A share of independent tries, with the interval of Clopper and Pearson 1934."""
    tail = (1 - LEVEL) / 2
    low = float(betaincinv(happened, tried - happened + 1, tail)) if happened else 0.0
    high = float(betaincinv(happened + 1, tried - happened, 1 - tail)) if happened < tried else 1.0
    return Estimate(value=happened / tried, low=low, high=high)


def is_surely_below(found: Estimate, bound: float, *, among: int) -> bool:
    """Whether an estimate lies below a bound, its interval widened for as many as were looked at (Bonferroni)."""
    wider = float(ndtri(1 - (1 - LEVEL) / 2 / among) / ndtri(1 - (1 - LEVEL) / 2))
    return found.value + (found.high - found.value) * wider < bound


def times_more_to_show(found: Estimate, effect: float, *, power: float = 0.8) -> float:
    """How many times the units it takes until an effect is shown with that power, the interval narrowing as 1/√n.

    Source: two-sample power, normal approximation.
    """
    sure = float(ndtri(1 - (1 - LEVEL) / 2))
    error = (found.high - found.low) / 2 / sure
    return ((sure + float(ndtri(power))) * error / effect) ** 2


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How customers of a comparison came, and what they show: in so many days, a share of them held out."""

    days: int
    held: float  # share of the customers, in (0, 1)
    smallest: float  # effect on a customer that these would show with the power wanted

    def days_to_show(self, effect: float, held: float) -> int:
        """Days until an effect on a customer is shown with that share held out."""
        more = (self.smallest / effect) ** 2 * self._worse(held)
        return max(1, math.ceil(self.days * more))

    def smallest_in(self, days: int, held: float) -> float:
        """The smallest effect on a customer that so many days show with that share held out."""
        return self.smallest * math.sqrt(self.days / days * self._worse(held))

    def _worse(self, held: float) -> float:
        """The variance of a difference of means, beside the one at the share there was: as 1 / (h (1 - h))."""
        return self.held * (1 - self.held) / (held * (1 - held))


def _is_many(one: Tally) -> bool:
    return len(one.tried) >= FEWEST_CUSTOMERS


def _is_enough(one: Tally) -> bool:
    return _is_many(one) and float(one.happened.sum()) >= FEWEST_TIMES


def _rest_of(groups: Sequence[Tally], place: int) -> Tally:
    others = [one for at, one in enumerate(groups) if at != place]
    empty = np.empty(0)
    return Tally(
        happened=np.concatenate([empty, *(one.happened for one in others)]),
        tried=np.concatenate([empty, *(one.tried for one in others)]),
    )


def _chance_below(one: Tally, rest: Tally) -> float:
    score = (rest.share - one.share) / math.sqrt(one.square() + rest.square())
    ever, ever_of_rest = int((one.happened > 0).sum()), float((rest.happened > 0).mean())
    return max(float(ndtr(-score)), chance_of_so_few(ever, len(one.tried), ever_of_rest))


def _chance(one: Tally, rest: Tally) -> float:
    return float(ndtr(-(one.share - rest.share) / math.sqrt(one.square() + rest.square())))
