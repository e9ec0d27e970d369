"""Decisions with their reading and writing: what a server, a command and the Python face call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from pairwell.candidates.learned import LearnedPairs
from pairwell.candidates.propose import Proposal
from pairwell.config.published import Published
from pairwell.config.version import engine_version
from pairwell.decide.choose import decide, propose_for, run_stages
from pairwell.decide.identity import name_decision
from pairwell.decide.scene import Scene, find_placement, quiet_since
from pairwell.experiments.assignment import unit_of
from pairwell.records import (
    Answer,
    CuratedRelation,
    Decision,
    DecisionInputs,
    DecisionRequest,
    Decline,
    Item,
    Offer,
    Silence,
)

_LIKENESS = frozenset({"variant", "substitute", "requires"})


class Facts(Protocol):
    """What is true now, as far as a decision reads it."""

    def items(self) -> Mapping[str, Item]: ...

    def relations_of(self, anchor_ids: Sequence[str]) -> list[CuratedRelation]: ...

    def owned(self, customer_id: str, among: Collection[str]) -> set[str]: ...


class Decisions(Protocol):
    """The journal, as far as a decision reads and writes it."""

    def find_request(self, request_id: str) -> Decision | None: ...

    def log_decision(self, decision: Decision) -> bool: ...

    def declines(self, unit: str, *, since: datetime) -> list[Decline]: ...


class Decider:
    """Answers requests under one version of the settings; the model is asked for anew with every request."""

    def __init__(
        self,
        model_source: Callable[[], LearnedPairs | None],
        settings: Published,
        facts: Facts,
        journal: Decisions,
    ) -> None:
        self._model_source = model_source
        self._settings = settings
        self._facts = facts
        self._journal = journal

    def answer(self, request: DecisionRequest, *, now: datetime, entropy: bytes, dry_run: bool = False) -> Decision:
        """Decide, and journal before this returns; the same `request_id` gets the decision it got first.

        `entropy` (ten bytes) names a request without an id. `dry_run` journals nothing. Raises `RequestError` for
        an unknown placement, `JournalError` where the decision cannot be made durable.
        """
        find_placement(request.placement, self._settings.settings)
        if request.request_id is not None and (before := self._journal.find_request(request.request_id)):
            return before
        scene, proposal = self._read_scene(request, now=now, entropy=entropy)
        decision = decide(scene, run_stages(scene, proposal))
        if dry_run or self._journal.log_decision(decision):
            return decision
        return self._winner(decision)

    def _winner(self, loser: Decision) -> Decision:
        """The decision that answered the same request a moment before."""
        request_id = loser.inputs.request.request_id
        before = None if request_id is None else self._journal.find_request(request_id)
        assert before is not None, "the journal refuses a decision only where it holds one of the same request"
        return before

    def _read_scene(self, request: DecisionRequest, *, now: datetime, entropy: bytes) -> tuple[Scene, Proposal]:
        """Everything that the decision reads, and the candidates that told what to read."""
        settings, model, items = self._settings.settings, self._model_source(), self._facts.items()
        declines = self._read_declines(request, now)
        named = _named(request, declines)
        inputs = DecisionInputs(
            decision_id=name_decision(request.request_id, now=now, salt=settings.choice.salt, entropy=entropy),
            request=request,
            engine=engine_version(),
            model=None if model is None else model.id,
            settings=self._settings.hash,
            now=now,
            items=_revisions(named, items),
            relations=self._facts.relations_of(sorted(_read_for_relations(request, declines))),
            owned=[],
            declines=declines,
        )
        proposal = propose_for(Scene(inputs, model=model, items=items, settings=settings))
        read = self._read_candidates(inputs, proposal, items)
        return Scene(read, model=model, items=items, settings=settings), proposal

    def _read_declines(self, request: DecisionRequest, now: datetime) -> list[Decline]:
        unit = unit_of(request)
        return [] if unit is None else self._journal.declines(unit, since=quiet_since(now, self._settings.settings))

    def _read_candidates(self, inputs: DecisionInputs, proposal: Proposal, items: Mapping[str, Item]) -> DecisionInputs:
        """`inputs` with the facts of the candidates: items, how they are alike, and what of them is owned."""
        proposed = {candidate.item_id for candidate in proposal.candidates}
        there = {relation.anchor_id for relation in inputs.relations}
        alike = [r for r in self._facts.relations_of(sorted(proposed - there)) if r.relation in _LIKENESS]
        relations = [*inputs.relations, *alike]
        wanted = proposed | {r.item_id for r in relations if r.relation == "requires"}
        customer = inputs.request.customer_id
        return msgspec.structs.replace(
            inputs,
            items={**inputs.items, **_revisions(proposed, items)},
            relations=relations,
            owned=[] if customer is None else sorted(self._facts.owned(customer, wanted)),
        )


def public_answer(decision: Decision, *, secret: bool, explain: bool) -> Answer:
    """What the bearer of a key may see. Worth, chances, lots and what was withheld are for secret keys only."""
    answer = decision.answer
    if secret:
        return msgspec.structs.replace(answer, withheld=decision.withheld) if explain else answer
    return Answer(
        decision_id=answer.decision_id,
        valid_until=answer.valid_until,
        silence=None if answer.silence is None else Silence(reason=answer.silence.reason),
        offers=[_public_offer(offer) for offer in answer.offers],
        ignored=answer.ignored,
    )


def _public_offer(offer: Offer) -> Offer:
    return msgspec.structs.replace(offer, propensity=msgspec.UNSET, worth_minor=msgspec.UNSET, score=msgspec.UNSET)


def _read_for_relations(request: DecisionRequest, declines: Iterable[Decline]) -> set[str]:
    """Whose relations matter before any candidate is known: what is in the cart, looked at, declined."""
    looked_at = request.viewed[-1:]
    return {*(line.item_id for line in request.cart), *looked_at, *(decline.item_id for decline in declines)}


def _named(request: DecisionRequest, declines: Iterable[Decline]) -> set[str]:
    return {*_read_for_relations(request, declines), *request.viewed, *(request.available or ())}


def _revisions(item_ids: Iterable[str], items: Mapping[str, Item]) -> dict[str, int]:
    return {item_id: items[item_id].revision for item_id in sorted(item_ids) if item_id in items}
