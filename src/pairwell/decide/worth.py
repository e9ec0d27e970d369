"""The money an offer is expected to add, against showing nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from pairwell.config.settings import Persuasion
from pairwell.decide.rules.sifting import withhold
from pairwell.decide.scene import Scene
from pairwell.records import Candidate, Withheld


class Valued(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate and what it is worth, with the factors of the formula."""

    candidate: Candidate
    price_minor: int  # what the customer pays
    quiet: float  # chance that the customer buys it anyway
    persuasion: float  # what showing it changes
    gain_minor: float  # what a sale adds, by the shop's objective; against the replaced item for an upgrade
    worth_minor: float


def value(candidate: Candidate, scene: Scene) -> Valued:
    """The worth of one candidate that passed the guards.

    Over whole outcomes: an add-on is bought or not; an upgrade moves the line from the anchor to the target, so
    that it gains only the difference. Nothing is returned yet as far as this knows.
    """
    terms, prior = scene.terms[candidate.item_id], scene.settings.persuasion
    assert terms.price_minor is not None, "the guards let no unpriced item pass"
    quiet = _quiet(candidate)
    fit, gain = _fit(candidate, quiet, prior), terms.earned_minor
    if candidate.kind == "upgrade":
        persuasion = prior.upgrade * fit
        gain -= scene.earned_by(scene.lines[candidate.anchor_id])
    else:
        persuasion = prior.cross_sell * fit
    return Valued(
        candidate=candidate,
        price_minor=terms.price_minor,
        quiet=quiet,
        persuasion=persuasion,
        gain_minor=gain,
        worth_minor=(bought_when_shown(quiet, persuasion) - quiet) * gain,
    )


def bought_when_shown(quiet: float, persuasion: float) -> float:
    """P(buy | shown): persuasion turns non-buyers into buyers, or below zero buyers away."""
    return quiet + (1 - quiet) * persuasion if persuasion >= 0 else quiet * (1 + persuasion)


def slate_cost(scene: Scene) -> float:
    """What showing any slate costs: attention, and the chance of a lost checkout times what the cart earns.

    The slate bears it once; one offer more on it costs nothing more.
    """
    # fsum is exact, so that the order of the cart cannot change the last bit.
    in_cart = math.fsum(line.quantity * scene.earned_by(line) for line in scene.lines.values())
    return scene.placement.attention_minor + scene.placement.friction * max(0.0, in_cart)


def worthwhile(candidates: Sequence[Candidate], scene: Scene) -> tuple[list[Valued], list[Withheld]]:
    """Those whose showing adds money; an offer that repels is none, whatever the sum says."""
    survivors: list[Valued] = []
    withheld: list[Withheld] = []
    for candidate in candidates:
        valued = value(candidate, scene)
        if valued.worth_minor > 0 and valued.persuasion > 0:
            survivors.append(valued)
        else:
            withheld.append(withhold(candidate, "worth", "worth_not_positive", factors_of(valued)))
    return survivors, withheld


def factors_of(valued: Valued) -> dict[str, float]:
    """The numbers behind a worth, as explanations show them."""
    return {
        "quiet": valued.quiet,
        "persuasion": valued.persuasion,
        "gain_minor": valued.gain_minor,
        "worth_minor": valued.worth_minor,
    }


def _quiet(candidate: Candidate) -> float:
    if candidate.evidence is not None:
        return candidate.evidence.confidence
    return candidate.looked.share if candidate.looked else 0.0


def _fit(candidate: Candidate, quiet: float, prior: Persuasion) -> float:
    """How well the offer goes with its anchor, 0..1: often enough, and more often than its own popularity explains."""
    if candidate.pin is not None:
        return 1.0  # people vouch for it
    often = quiet / (quiet + prior.half_fit)
    if candidate.kind == "upgrade" or candidate.evidence is None:
        return often
    explained = prior.from_effect / max(candidate.evidence.effect, 1e-9)
    return often * (1 - explained) if explained < 1 else 0.0
