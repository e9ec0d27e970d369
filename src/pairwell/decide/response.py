"""How a customer is expected to respond to an offer: what the orders and the prior say, moved by what offers taught."""

from __future__ import annotations

import math

from pairwell.config.settings import Persuasion
from pairwell.decide.coming import coming
from pairwell.decide.scene import Scene
from pairwell.decide.sets import price_set
from pairwell.posterior import Basis, bought_when_shown, prior_persuasion
from pairwell.records import Candidate

_DEAREST = 3.0  # times the purchase, and log of times the anchor, from which on dearer is no different
_EFFECTS = (0.1, 100.0)  # times chance beyond which more or less says nothing


def basis_of(candidate: Candidate, scene: Scene) -> Basis:
    """What the response to a candidate is foretold from, as it stands now."""
    learned, expected = scene.posterior, coming(candidate, scene.inputs.now)
    prior = scene.settings.persuasion if learned is None else learned.prior
    chance = _chance(candidate) if expected is None else expected.chance
    quiet = chance if expected is None else expected.soon(scene.settings.attribution.window_h)
    if candidate.kind == "upgrade" and scene.lines[candidate.anchor_id].quantity:
        quiet *= prior.second_thoughts
    effect, price = _effect(candidate), scene.price_of(candidate.item_id)
    fit = _fit(candidate, chance, effect, prior)
    low, high = _EFFECTS
    return Basis(
        source=candidate.source,
        quiet=quiet,
        shown=bought_when_shown(quiet, prior_persuasion(candidate.kind, fit, prior)),
        fit=fit,
        effect=0.0 if effect is None else math.log(min(max(effect, low), high)),
        price=_dearness(candidate, price, scene),
        tired=scene.tired,
        orders=scene.loyalty,
        dearer=_beside(candidate, price, scene),
    )


def _chance(candidate: Candidate) -> float:
    """By the orders alone; of an upgrade, how many of the buyers of either took it."""
    if candidate.bundle is not None:
        return candidate.bundle.quiet
    if candidate.evidence is not None:
        return candidate.evidence.confidence
    return candidate.looked.share if candidate.looked else 0.0


def _effect(candidate: Candidate) -> float | None:
    """How many times chance it surely is; None where that was not counted."""
    found = candidate.evidence or candidate.followed or candidate.bundle
    return None if found is None else found.effect


def _fit(candidate: Candidate, quiet: float, effect: float | None, prior: Persuasion) -> float:
    """How well the offer goes with its anchor, 0..1: often enough, and more often than its own popularity explains."""
    if candidate.pin is not None:
        return 1.0  # people vouch for it
    often = quiet / (quiet + prior.half_fit)
    if candidate.kind == "upgrade" or effect is None:
        return often
    explained = prior.from_effect / max(effect, 1e-9)
    return often * (1 - explained) if explained < 1 else 0.0


def _beside(candidate: Candidate, price: int | None, scene: Scene) -> float:
    """How much dearer an add-on is than what it goes with: what costs more is mostly bought first."""
    line = scene.lines.get(candidate.anchor_id)
    if candidate.kind != "cross_sell" or line is None or not line.paid_minor or not price:
        return 0.0
    return min(max(math.log(price / line.paid_minor), -_DEAREST), _DEAREST)


def _dearness(candidate: Candidate, own: int | None, scene: Scene) -> float:
    """The price as a share of the purchase; of an upgrade what it costs more, as a share of what it replaces."""
    priced = None if candidate.bundle is None else price_set(candidate, scene)
    price = priced.price_minor if priced else own or 0
    if candidate.kind != "upgrade":
        total = scene.purchase.total_minor
        return min(price / total, _DEAREST) if total > 0 else 0.0
    line = scene.lines.get(candidate.anchor_id)
    paid = line.paid_minor if line else None
    return min(price / paid - 1, _DEAREST) if paid else 0.0
