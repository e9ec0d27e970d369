"""Logged decisions computed twice: as they were made, and under other settings from what was read then."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Literal, Protocol

import msgspec

from pairwell.candidates.due import items_read, takes_follow_ups
from pairwell.candidates.learned import LearnedPairs
from pairwell.config.settings import Placement, Settings
from pairwell.config.version import engine_version
from pairwell.decide.choose import Course, propose_for, run_stages
from pairwell.decide.replay import Archive, recall
from pairwell.decide.reserving import look_back
from pairwell.decide.scene import Scene
from pairwell.errors import ReplayError
from pairwell.facts.past import PastItems
from pairwell.records import CuratedRelation, Decision, DecisionInputs

UntoldReason = Literal["forgotten", "another_version", "offers_off", "gone", "not_repeated", "no_such_placement"]
Gap = Literal[
    "unknown_then", "relations_of_today", "owned_today", "declines", "contacts", "signals", "totals", "habits"
]

_LIKENESS = frozenset({"variant", "substitute", "requires"})


class FactsNow(Protocol):
    """Of what is only kept as it is now, what other settings may ask for."""

    def relations_of(self, anchor_ids: Sequence[str]) -> list[CuratedRelation]: ...

    def owned(self, customer_id: str, among: Collection[str]) -> set[str]: ...


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """Settings to decide by instead; `model`: one to decide by instead of that of then."""

    name: str  # the hash of the settings
    settings: Settings
    model: LearnedPairs | None = None


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One logged decision, as it was made and as it would have been. `gaps`: what could not be read as of then."""

    decision: Decision
    before: Course
    after: Course
    gaps: frozenset[Gap]


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """Where what decisions read is found again."""

    archive: Archive
    items: PastItems
    now: FactsNow


def open_past(archive: Archive, items: PastItems, now: FactsNow) -> Past:
    """A past that reads each model, settings, posterior and item only once."""
    kept = msgspec.structs.replace(
        archive,
        model_of=cache(archive.model_of),
        posterior_of=cache(archive.posterior_of),
        settings_of=cache(archive.settings_of),
        facts=items,
    )
    return Past(archive=kept, items=items, now=now)


def decide_again(decision: Decision, past: Past, other: Other) -> Pair | UntoldReason:
    """The decision as it was made and under `other`; or why that cannot be told."""
    if decision.inputs.engine != engine_version():
        return "another_version"
    if decision.inputs.offers_off:
        return "offers_off"
    if decision.inputs.request.placement not in other.settings.placements:
        return "no_such_placement"
    past.items.fetch(decision.inputs.items)
    try:
        then = recall(decision, past.archive)
    except ReplayError:
        return "gone"
    before = run_stages(then)
    made = [(offer.kind, offer.item_id, offer.propensity) for offer in decision.slate]
    if made != [(s.drawn.candidate.kind, s.drawn.candidate.item_id, s.propensity) for s in before.slots]:
        return "not_repeated"
    scene, gaps = _scene_under(other, before, past)
    return Pair(decision=decision, before=before, after=run_stages(scene), gaps=frozenset(gaps))


def _scene_under(other: Other, before: Course, past: Past) -> tuple[Scene, set[Gap]]:
    """The same request at the same moment; of items that were not read then, the facts as they were then."""
    then = before.scene
    inputs, model = then.inputs, other.model or then.model
    kept = _habits_of(inputs, other.settings.placements[inputs.request.placement])
    inputs = msgspec.structs.replace(
        inputs,
        settings=other.name,
        model=None if model is None else model.id,
        repeats=inputs.repeats if "repeats" in kept else [],
        bought_at=inputs.bought_at if "bought_at" in kept else {},
    )
    proposal = propose_for(inputs, model=model, settings=other.settings)
    read = inputs.items.keys() | {
        item_id for candidate in before.proposal.candidates for item_id in items_read(candidate)
    }
    new = dict.fromkeys(i for candidate in proposal.candidates for i in items_read(candidate) if i not in read)
    gaps = set(_gaps(then, other.settings))
    items, found = dict(then.items), past.items.as_of(new, inputs.now)
    if len(found) < len(new):
        gaps.add("unknown_then")
    if found:
        items |= found
        inputs = _with_today(inputs, sorted(found), past.now, gaps)
        inputs = msgspec.structs.replace(inputs, items={item_id: item.revision for item_id, item in items.items()})
    return Scene(inputs, model=model, items=items, settings=other.settings, posterior=then.posterior), gaps


def _with_today(inputs: DecisionInputs, new: Sequence[str], now: FactsNow, gaps: set[Gap]) -> DecisionInputs:
    """With relations and purchases of items that were not read then, which are only known as they are today."""
    said = [relation for relation in now.relations_of(new) if relation.relation in _LIKENESS]
    known = {(r.anchor_id, r.item_id, r.relation) for r in inputs.relations}
    relations = [r for r in said if (r.anchor_id, r.item_id, r.relation) not in known]
    customer_id = inputs.request.customer_id
    personal = customer_id is not None and inputs.customer is not None
    asked = {*new, *(r.item_id for r in relations if r.relation == "requires")}
    owned = now.owned(customer_id, asked) - set(inputs.owned) if personal and customer_id else set()
    if relations:
        gaps.add("relations_of_today")
    if owned:
        gaps.add("owned_today")
    return msgspec.structs.replace(
        inputs, relations=[*inputs.relations, *relations], owned=sorted({*inputs.owned, *owned})
    )


def _gaps(then: Scene, settings: Settings) -> Iterator[Gap]:
    """What the other settings would have looked back to, and nobody did."""
    inputs = then.inputs
    read, wanted = look_back(then.settings, inputs.now), look_back(settings, inputs.now)
    if inputs.unit is not None:
        if wanted.declines < read.declines:
            yield "declines"
        if wanted.contacts < read.contacts:
            yield "contacts"
        if wanted.signals < read.signals or set(wanted.signal_types) - set(read.signal_types):
            yield "signals"
    if {total.name for total in wanted.totals} - inputs.taken.keys():
        yield "totals"
    personal = inputs.request.customer_id is not None and inputs.customer is not None
    placement = settings.placements[inputs.request.placement]
    if personal and _habits_of(inputs, placement) - _habits_of(inputs, then.placement):
        yield "habits"


def _habits_of(inputs: DecisionInputs, placement: Placement) -> set[str]:
    """What a placement reads of what a customer bought."""
    follows = takes_follow_ups(inputs.request.placement, placement)
    return {name for name, read in (("repeats", "repeat" in placement.kinds), ("bought_at", follows)) if read}
