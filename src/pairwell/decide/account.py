"""A decision told to a person: what was offered and on what numbers, what was not and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from pairwell.config.settings import OfferKind
from pairwell.decide.choice import Slot
from pairwell.decide.choose import run_stages
from pairwell.decide.replay import Archive, recall
from pairwell.records import Decision, Evidence, Silence, Withheld


class OfferAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One slot with the numbers that filled it."""

    offer_no: int
    kind: OfferKind
    item_id: str
    title: str | None
    anchor_id: str
    source: str
    price_minor: int
    quiet: float  # q, the chance of buying it anyway
    persuasion: float  # π, what showing it changes
    gain_minor: float
    worth_minor: float
    propensity: float
    drawn_from: int  # how many could have filled the slot
    evidence: Evidence | None
    texts: list[str]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One decision, explained."""

    decision_id: str
    placement: str
    unit: str | None
    arm: str
    shown: bool
    silence: Silence | None
    anchors: list[str]
    purchase_minor: int
    slate_worth_minor: float
    slate_cost_minor: float
    offers: list[OfferAccount]
    withheld: dict[str, list[Withheld]]  # by stage

    def lines(self) -> list[str]:
        """For a terminal."""
        return [*_head(self), *(line for offer in self.offers for line in _offer_lines(offer)), *_withheld_lines(self)]


def explain_decision(decision: Decision, archive: Archive) -> Account:
    """Compute a journaled decision again and tell how it came about. Raises `ReplayError` where that is impossible."""
    scene = recall(decision, archive)
    course = run_stages(scene)
    return Account(
        decision_id=decision.inputs.decision_id,
        placement=decision.inputs.request.placement,
        unit=decision.unit,
        arm=decision.arm,
        shown=decision.shown,
        silence=decision.answer.silence,
        anchors=scene.anchors,
        purchase_minor=scene.purchase.total_minor,
        slate_worth_minor=course.worth_minor,
        slate_cost_minor=course.cost_minor,
        offers=[_offer(decision, number, slot) for number, slot in enumerate(course.slots)],
        withheld=_by_stage(course.withheld),
    )


def _offer(decision: Decision, number: int, slot: Slot) -> OfferAccount:
    offer, valued = decision.slate[number], slot.drawn
    return OfferAccount(
        offer_no=number,
        kind=offer.kind,
        item_id=offer.item_id,
        title=offer.title,
        anchor_id=valued.candidate.anchor_id,
        source=valued.candidate.source,
        price_minor=offer.price_minor,
        quiet=valued.quiet,
        persuasion=valued.persuasion,
        gain_minor=valued.gain_minor,
        worth_minor=valued.worth_minor,
        propensity=slot.propensity,
        drawn_from=len(slot.chances),
        evidence=valued.candidate.evidence,
        texts=[reason.text for reason in offer.reasons],
    )


def _by_stage(left: Sequence[Withheld]) -> dict[str, list[Withheld]]:
    stages: dict[str, list[Withheld]] = {}
    for withheld in left:
        stages.setdefault(withheld.stage, []).append(withheld)
    return stages


def _head(account: Account) -> Iterator[str]:
    yield f"Decision {account.decision_id}: {account.placement}, {account.unit or 'nobody named'}, arm {account.arm}"
    yield f"Anchors {', '.join(account.anchors) or 'none'}; purchase {account.purchase_minor} minor units"
    yield f"Slate worth {account.slate_worth_minor:.2f}, its cost {account.slate_cost_minor:.2f}"
    if account.silence:
        detail = f" ({account.silence.detail})" if account.silence.detail else ""
        yield f"Silence: {account.silence.reason}{detail}"
    if account.offers and not account.shown:
        yield "Not shown; it would have been:"


def _offer_lines(offer: OfferAccount) -> Iterator[str]:
    yield ""
    yield f"{offer.offer_no + 1}. {offer.title or offer.item_id} [{offer.item_id}], {offer.kind} for {offer.anchor_id}"
    yield f"   source {offer.source}, price {offer.price_minor}"
    yield f"   quiet probability {offer.quiet:.4f}, persuasion {offer.persuasion:.4f}, gain {offer.gain_minor:.2f}"
    yield f"   worth {offer.worth_minor:.4f}, drawn with chance {offer.propensity:.4f} from {offer.drawn_from}"
    yield from (f"   {text}" for text in offer.texts)


def _withheld_lines(account: Account) -> Iterator[str]:
    for stage, withheld in account.withheld.items():
        yield ""
        yield f"Left at {stage}:"
        for one in withheld:
            factors = ", ".join(f"{name} {_short(value)}" for name, value in one.factors.items())
            yield f"   {one.item_id} ({one.kind}): {one.reason}; {factors}"


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
