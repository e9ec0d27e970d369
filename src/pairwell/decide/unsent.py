"""Why an answer is not sent any more by the time it could be."""

from __future__ import annotations

from collections.abc import Sequence

from pairwell.candidates.propose import Proposal
from pairwell.config.settings import Settings
from pairwell.decide.guards import guard
from pairwell.decide.rules.stages import applicability, eligibility, suitability
from pairwell.decide.scene import Scene
from pairwell.decide.sets import price_set, settle
from pairwell.records import Answer, Candidate, DecisionInputs, Offer


def why_unsent(answer: Answer, today: DecisionInputs, settings: Settings) -> str | None:
    """Why an answer is not sent, beyond what it says itself; None: it may be.

    `today`: what is known now of the customer, who may have withdrawn their consent or declined since it was given.
    """
    channel = settings.placements[today.request.placement].channel
    if today.customer is None or today.customer.consents.get(channel) is not True:
        return "no_consent"
    if not answer.offers:
        return None
    if answer.valid_until <= today.now:
        return "expired"
    declined = {one.item_id for one in today.declines}
    if len(declined) >= settings.decline.declines_to_silence:
        return "declined_often"
    return "declined" if any(declined & {offer.name, *offer.adds} for offer in answer.offers) else None


def why_unfit(offers: Sequence[Offer], proposal: Proposal, scene: Scene) -> str | None:
    """Why one of the offers would not be made now, whatever else is there; None: all would, at the same price.

    "not_proposed", the reason of a rule or a guard, or "price_changed". Caps are not asked: the offers hold their
    places under them.
    """
    candidates = settle(proposal.candidates, scene)
    found = [(offer, next((one for one in candidates if _are_one(one, offer)), None)) for offer in offers]
    standing = [one for _, one in found if one is not None]
    if len(standing) < len(found):
        return "not_proposed"
    for stage in (eligibility, applicability, suitability, guard):
        standing, left = stage(standing, scene)
        if left:
            return left[0].reason
    same = all(one is not None and _price(one, scene) == offer.price_minor for offer, one in found)
    return None if same else "price_changed"


def _are_one(candidate: Candidate, offer: Offer) -> bool:
    if candidate.kind != offer.kind or set(candidate.adds) != set(offer.adds):
        return False
    return candidate.kind != "upgrade" or candidate.anchor_id == offer.anchor_id


def _price(candidate: Candidate, scene: Scene) -> int | None:
    if candidate.bundle is None:
        return scene.price_of(candidate.item_id)
    priced = price_set(candidate, scene)
    return None if priced is None else priced.price_minor
