"""What the outcomes of offers say of quiet probability and persuasion, and how sure that is.

Log odds of a purchase are those that the orders foretell plus a sum of effects, each normal: a Bayesian logistic
regression, once for offers that were shown and once for those that were not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Final, NamedTuple

import msgspec

LEAST = 1e-4  # chances nearer to 0 or 1 than this are taken as this
_QUIET: Final = frozenset({"kind", "placement", "source", "quiet"})  # effects on the quiet probability
_USUAL_ODDS: Final = math.log(0.1 / 0.9)
ITEM_SD: Final = 0.5  # of what is an item's own, in log odds, before anything is known
_SD: Final = {
    "kind": 1.0, "placement": 0.5, "source": 0.5, "quiet": 0.3, "fit": 0.5, "effect": 0.3, "price": 1.0, "place": 0.2,
    "tired": 0.3, "orders": 0.2,
}  # fmt: skip


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

    def log_odds(self, effects: Mapping[str, float], item_id: str) -> float:
        """What the effects and the item add to the log odds."""
        known = [
            self.means[rank] * size for name, size in effects.items() if (rank := self._rank.get(name)) is not None
        ]
        own = self.items.get(item_id)
        return math.fsum((*known, own.mean if own else 0.0))

    def deviation(self, effects: Mapping[str, float], item_id: str) -> float:
        """The standard deviation of that sum."""
        known = [(rank, size) for name, size in effects.items() if (rank := self._rank.get(name)) is not None]
        shared = math.fsum(size * other * self._covariance(rank, at) for rank, size in known for at, other in known)
        unknown = math.fsum((prior_sd(name) * size) ** 2 for name, size in effects.items() if name not in self._rank)
        own = self.items.get(item_id)
        return math.sqrt(shared + unknown + (own.sd if own else ITEM_SD) ** 2)

    def _covariance(self, one: int, other: int) -> float:
        row, column = max(one, other), min(one, other)
        return self.covariance[row * (row + 1) // 2 + column]


NOTHING_KNOWN: Final = Belief(names=[], means=[], covariance=[], items={}, opportunities=0)


class Posterior(msgspec.Struct, frozen=True, kw_only=True):
    """Everything learned from offers up to a moment. `epoch` grows with each learning; 0 is before the first."""

    epoch: int
    learned_at: datetime
    until: datetime  # decisions up to then, whose outcomes are known
    decisions: int
    shown: dict[str, Belief]  # by kind of offer
    quiet: dict[str, Belief]
    friction: dict[str, Normal]  # by placement: chance that one offer costs the checkout


def chances(posterior: Posterior | None, kind: str, item_id: str, basis: Basis, at: Setting) -> tuple[float, float]:
    """P(bought | not shown) and P(bought | shown); without a posterior what the orders and the prior say."""
    if posterior is None:
        return basis.quiet, basis.shown
    effects = effects_of(basis, at)
    quiet, shown = _beliefs(posterior, kind)
    return (
        _moved(basis.quiet, quiet.log_odds(of_quiet(effects), item_id)),
        _moved(basis.shown, shown.log_odds(effects, item_id)),
    )


def deviations(posterior: Posterior | None, kind: str, item_id: str, basis: Basis, at: Setting) -> tuple[float, float]:
    """Standard deviations of the two chances, by the slope of the logistic curve at each."""
    effects = effects_of(basis, at)
    quiet, shown = _beliefs(posterior, kind)
    here = chances(posterior, kind, item_id, basis, at)
    spread = (quiet.deviation(of_quiet(effects), item_id), shown.deviation(effects, item_id))
    least = [min(max(chance, LEAST), 1 - LEAST) for chance in here]
    return least[0] * (1 - least[0]) * spread[0], least[1] * (1 - least[1]) * spread[1]


def effects_of(basis: Basis, at: Setting) -> dict[str, float]:
    """The size of every effect on the log odds of an offer, by name; most lie within -1..1."""
    return {
        "kind": 1.0,
        f"placement:{at.placement}": 1.0,
        f"source:{basis.source}": 1.0,
        "quiet": log_odds(basis.quiet) - _USUAL_ODDS,
        "fit": basis.fit - 0.5,
        "effect": basis.effect,
        "price": basis.price,
        "place": float(at.place),
        "tired": basis.tired,
        "orders": basis.orders,
    }


def of_quiet(effects: Mapping[str, float]) -> dict[str, float]:
    """Those that may move the quiet probability; history foretells the rest."""
    return {name: size for name, size in effects.items() if _family(name) in _QUIET}


def prior_sd(name: str) -> float:
    """The standard deviation of an effect before anything is known, in log odds for each unit of its size."""
    return _SD[_family(name)]


def log_odds(chance: float) -> float:
    """The log odds of a chance; those nearest to 0 and 1 are moved inwards to `LEAST`."""
    inside = min(max(chance, LEAST), 1 - LEAST)
    return math.log(inside / (1 - inside))


def logistic(odds: float) -> float:
    """The chance that belongs to log odds."""
    return 1 / (1 + math.exp(-odds)) if odds > 0 else 1 - 1 / (1 + math.exp(odds))


def persuasion(quiet: float, shown: float) -> float:
    """What showing changes: the share of non-buyers it wins, or below zero the share of buyers it turns away."""
    if shown >= quiet:
        return (shown - quiet) / (1 - quiet) if quiet < 1 else 0.0
    return shown / quiet - 1


def _moved(chance: float, by: float) -> float:
    return logistic(log_odds(chance) + by)


def _beliefs(posterior: Posterior | None, kind: str) -> tuple[Belief, Belief]:
    if posterior is None:
        return NOTHING_KNOWN, NOTHING_KNOWN
    return posterior.quiet.get(kind, NOTHING_KNOWN), posterior.shown.get(kind, NOTHING_KNOWN)


def _family(name: str) -> str:
    return name.partition(":")[0]
