"""What the outcomes of offers say of quiet probability and persuasion, and how sure that is.

Log odds of a purchase are those that the orders foretell plus a sum of effects, each normal: a Bayesian logistic
regression. Some effects hold whether an offer is shown or not, as the orders may foretell too much or too little;
others are what showing adds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from operator import mul
from typing import Final, NamedTuple

import msgspec

from pairwell.config.settings import Persuasion

PASSED_OVER: Final = "passed_over"  # the effect of what no lot, but the decision kept from being shown
_OF_TIME: Final = frozenset({"repeat", "follow_up"})  # sources of what time brings anyway
LEAST = 1e-4  # chances nearer to 0 or 1 than this are taken as this
# Effects are told from these, so that an offer like most is as sure as its kind; they need not be exact.
_USUAL_ODDS: Final = math.log(0.1 / 0.9)
_USUAL_EFFECT: Final = 2.0
_USUAL_ORDERS: Final = 1.5
_USUALLY_DEARER: Final = -1.5


class Prior(NamedTuple):
    """Standard deviations before anything is known, in log odds for each unit of an effect's size; all means are 0."""

    effects: Mapping[str, float]  # by family of names
    item: float  # of what is an item's own

    def sd(self, name: str) -> float:
        """That of an effect; 0 where it has no such effect."""
        return self.effects.get(name.partition(":")[0], 0.0)


# History is often far off, persuasion less so: an offer that is bought more seldom than foretold is mostly one that is
# bought more seldom anyway. What is passed over may differ from what is chosen by more than the features say, though by
# little. The place of an offer says something of who does not see it, too: the best come first.
QUIET: Final = Prior(
    {
        "kind": 1.0, "placement": 0.5, "source": 1.0, "quiet": 0.5, "fit": 2.0, "effect": 0.5, "price": 1.0,
        "tired": 0.3, "orders": 0.2, "dearer": 1.0, "place": 0.2, PASSED_OVER: 0.3,
    },
    0.5,
)  # fmt: skip
SHOWING: Final = Prior(
    {
        "kind": 0.25, "placement": 0.1, "source": 0.1, "quiet": 0.05, "fit": 0.3, "effect": 0.05, "price": 0.12,
        "place": 0.06, "tired": 0.05, "orders": 0.02, "dearer": 0.1,
    },
    0.12,
)  # fmt: skip


class Basis(msgspec.Struct, frozen=True, array_like=True):
    """What the response to one offer was foretold from, as it stood at the decision."""

    source: str  # of the candidate
    quiet: float  # chance of buying anyway, by the orders alone
    shown: float  # chance of buying when shown, by that and the prior persuasion
    fit: float  # 0..1
    effect: float  # log of times chance, surely; 0 where nobody knows
    price: float  # share of the purchase; of an upgrade: what it costs more, as a share of what it replaces
    tired: float  # log of 1 + offers that the customer got lately
    orders: float  # log of 1 + orders of the customer
    dearer: float = 0.0  # log of the add-on's price over that of what it goes with; 0 where nobody knows


class Setting(NamedTuple):
    """Where an offer stands."""

    placement: str
    place: int  # in the slate, from 0


class Normal(msgspec.Struct, frozen=True, kw_only=True):
    """A number and its standard deviation."""

    mean: float
    sd: float


class Belief(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Effects on log odds: their means, and the lower triangle of their covariance row by row.

    Effects that are not named here are 0, with the deviation that they had before anything was known.
    """

    names: list[str]
    means: list[float]
    covariance: list[float]
    items: dict[str, Normal]  # what is an item's own beyond the effects
    opportunities: int  # that it was learned from

    @cached_property
    def _rank(self) -> Mapping[str, int]:
        return {name: rank for rank, name in enumerate(self.names)}

    def mean(self, name: str) -> float:
        """Of one effect; 0 where nothing was learned of it."""
        rank = self._rank.get(name)
        return 0.0 if rank is None else self.means[rank]

    def log_odds(self, effects: Mapping[str, float], item_id: str) -> float:
        """What the effects and the item add to the log odds."""
        known = [
            self.means[rank] * size for name, size in effects.items() if (rank := self._rank.get(name)) is not None
        ]
        own = self.items.get(item_id)
        return math.fsum((*known, own.mean if own else 0.0))

    def deviation(self, effects: Mapping[str, float], item_id: str, prior: Prior) -> float:
        """The standard deviation of that sum."""
        sizes = [effects.get(name, 0.0) for name in self.names]
        shared = sum(size * sum(map(mul, row, sizes)) for size, row in zip(sizes, self._rows, strict=True) if size)
        unknown = math.fsum((prior.sd(name) * size) ** 2 for name, size in effects.items() if name not in self._rank)
        own = self.items.get(item_id)
        return math.sqrt(max(shared, 0.0) + unknown + (own.sd if own else prior.item) ** 2)

    @cached_property
    def _rows(self) -> list[list[float]]:
        """The whole covariance."""
        size = len(self.names)
        return [[self._covariance(row, column) for column in range(size)] for row in range(size)]

    def _covariance(self, one: int, other: int) -> float:
        row, column = max(one, other), min(one, other)
        return self.covariance[row * (row + 1) // 2 + column]


NOTHING_KNOWN: Final = Belief(names=[], means=[], covariance=[], items={}, opportunities=0)


class KindEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What showing one kind of offer changed, averaged over those that were made, for people to read."""

    shown: int
    bought_shown: int
    not_shown: int  # by lot
    bought_not_shown: int
    persuasion: float
    low: float  # of its 95 % interval
    high: float
    prior: float  # persuasion before anything was learned
    enough: bool  # else it is mostly the prior that speaks


class Posterior(msgspec.Struct, frozen=True, kw_only=True):
    """Everything learned from offers up to a moment. `epoch` grows with each learning; 0 is before the first."""

    epoch: int
    learned_at: datetime
    until: datetime  # decisions up to then, whose outcomes are known
    decisions: int
    prior: Persuasion  # under which it was learned: what was learned corrects this one and no other
    quiet: dict[str, Belief]  # by kind of offer: of its chance, shown or not
    showing: dict[str, Belief]  # what showing adds to that
    friction: dict[str, Normal]  # by placement: chance that one offer costs the checkout
    effects: dict[str, KindEffect] = {}  # by kind; empty where an older version learned it


# The regression (learn/responses) has the law of the next functions for columns; a test holds the two equal.
def chances(posterior: Posterior | None, kind: str, item_id: str, basis: Basis, at: Setting) -> tuple[float, float]:
    """P(bought | not shown) and P(bought | shown); without a posterior what the orders and the prior say.

    What moves the first moves the second too, by the persuasion that was foretold; the effects of showing come on top.
    """
    if posterior is None:
        return basis.quiet, basis.shown
    effects = effects_of(basis, at)
    quiet, showing = _beliefs(posterior, kind)
    anyway = quiet.log_odds(effects, item_id)
    quiet_chance = moved(basis.quiet, anyway)
    foretold = bought_when_shown(quiet_chance, _foretold(posterior, kind, basis, quiet_chance))
    return quiet_chance, moved(foretold, showing.log_odds(effects, item_id))


def doubt(posterior: Posterior | None, kind: str, item_id: str, basis: Basis, at: Setting) -> float:
    """The standard deviation of what showing changes, P(bought | shown) - P(bought | not shown).

    By the slopes of the logistic curve. What moves both chances alike is nearly no doubt about their difference.
    """
    effects = effects_of(basis, at)
    quiet, showing = _beliefs(posterior, kind)
    chance, shown = chances(posterior, kind, item_id, basis, at)
    slope = shown * (1 - shown)
    by, half = persuasion(basis.quiet, basis.shown), 0.0
    if posterior is not None:
        by, half = _foretold(posterior, kind, basis, chance), half_of(kind, basis, posterior.prior)
    both = slope * _lever(chance, by, half) - chance * (1 - chance)
    spread = both * quiet.deviation(effects, item_id, QUIET), slope * showing.deviation(effects, item_id, SHOWING)
    return min(1.0, math.hypot(*spread))


def prior_persuasion(kind: str, fit: float, prior: Persuasion) -> float:
    """What showing an offer that fits so well changes, before anything was learned."""
    if kind == "cross_sell":  # nearly all that decisions ask of
        return fit * prior.cross_sell
    by_kind = {"upgrade": prior.upgrade, "bundle": prior.bundle, "repeat": prior.repeat}
    return fit * by_kind.get(kind, prior.cross_sell)


def half_of(kind: str, basis: Basis, prior: Persuasion) -> float:
    """The quiet probability at which an offer is half as persuasive as the best; 0 where persuasion is not of it.

    An upgrade persuades by what it is, for a pin people vouch however seldom it is bought anyway, and what time brings
    fits as often as it is due, of which the hours that count are a small part.
    """
    of_itself = kind == "upgrade" or basis.source in _OF_TIME or basis.fit == 1.0
    return 0.0 if of_itself else prior.half_fit


def _foretold(posterior: Posterior, kind: str, basis: Basis, quiet: float) -> float:
    """The persuasion foretold, once it is known how often the offer is truly bought anyway.

    What is bought more seldom than the orders said fits less well than they said.
    """
    before, half = persuasion(basis.quiet, basis.shown), half_of(kind, basis, posterior.prior)
    if before <= 0 or not half:
        return before
    often = quiet / (quiet + half)
    return min(before * often * (basis.quiet + half) / max(basis.quiet, LEAST), 1.0)


def effects_of(basis: Basis, at: Setting) -> dict[str, float]:
    """The size of every effect on the log odds of an offer, by name; most lie within -1..1."""
    return {
        "kind": 1.0,
        f"placement:{at.placement}": 1.0,
        f"source:{basis.source}": 1.0,
        "quiet": log_odds(basis.quiet) - _USUAL_ODDS,
        "fit": basis.fit - 0.5,
        "effect": basis.effect - _USUAL_EFFECT if basis.effect else 0.0,
        "price": basis.price,
        "place": float(at.place),
        "tired": basis.tired,
        "orders": basis.orders - _USUAL_ORDERS if basis.orders else 0.0,
        "dearer": basis.dearer - _USUALLY_DEARER if basis.dearer else 0.0,
    }


def log_odds(chance: float) -> float:
    """The log odds of a chance; those nearest to 0 and 1 are moved inwards to `LEAST`."""
    inside = min(max(chance, LEAST), 1 - LEAST)
    return math.log(inside / (1 - inside))


def logistic(odds: float) -> float:
    """The chance that belongs to log odds."""
    return 1 / (1 + math.exp(-odds)) if odds > 0 else 1 - 1 / (1 + math.exp(odds))


def bought_when_shown(quiet: float, persuasion: float) -> float:
    """P(buy | shown): persuasion turns non-buyers into buyers, or below zero buyers away."""
    return quiet + (1 - quiet) * persuasion if persuasion >= 0 else quiet * (1 + persuasion)


def persuasion(quiet: float, shown: float) -> float:
    """What showing changes: the share of non-buyers it wins, or below zero the share of buyers it turns away."""
    if shown >= quiet:
        return (shown - quiet) / (1 - quiet) if quiet < 1 else 0.0
    return shown / quiet - 1


def _lever(quiet: float, persuasion: float, half: float) -> float:
    """How much the log odds of who is shown an offer rise with those of who is not, for this persuasion."""
    shown = bought_when_shown(quiet, persuasion)
    if persuasion < 0:
        return (1 - quiet) / max(1 - shown, LEAST)
    growing = half / (quiet + half) if half else 0.0
    return (quiet * (1 - persuasion) + (1 - quiet) * persuasion * growing) / max(shown * (1 - persuasion), LEAST)


def moved(chance: float, by: float) -> float:
    """The chance whose log odds are higher by so much; the same chance, to the last bit, by nothing."""
    return logistic(log_odds(chance) + by) if by else chance


def _beliefs(posterior: Posterior | None, kind: str) -> tuple[Belief, Belief]:
    if posterior is None:
        return NOTHING_KNOWN, NOTHING_KNOWN
    return posterior.quiet.get(kind, NOTHING_KNOWN), posterior.showing.get(kind, NOTHING_KNOWN)
