"""What a decision reads of the facts, before and after its candidates are known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from pairwell.candidates.due import items_read
from pairwell.candidates.propose import Proposal
from pairwell.habits import Habits
from pairwell.posterior import Posterior
from pairwell.records import CuratedRelation, CustomerFacts, DecisionInputs, DecisionRequest, Decline, Item

_OF_CANDIDATES = frozenset({"variant", "substitute", "requires", "never"})


class FactsNow(Protocol):
    """What is true at one moment, as far as decisions read it."""

    @property
    def items(self) -> Mapping[str, Item]: ...

    @property
    def owned(self) -> Mapping[str, Collection[str]]: ...

    @property
    def customers(self) -> Mapping[str, CustomerFacts]: ...

    @property
    def posterior(self) -> Posterior | None: ...

    @property
    def habits(self) -> Mapping[str, Habits]: ...

    @property
    def offers_off(self) -> int: ...

    def relations_of(self, anchor_ids: Sequence[str]) -> list[CuratedRelation]: ...


def revisions_named(request: DecisionRequest, declines: Iterable[Decline], items: Mapping[str, Item]) -> dict[str, int]:
    """The revisions of what the request and the declines name, as far as it is known."""
    named = {*_related(request, declines), *request.viewed, *(request.available or ())}
    return {item_id: item.revision for item_id in sorted(named) if (item := items.get(item_id)) is not None}


def relations_named(request: DecisionRequest, declines: Iterable[Decline], facts: FactsNow) -> list[CuratedRelation]:
    """The relations that matter before any candidate is known: of what is in the cart, looked at, declined."""
    return facts.relations_of(sorted(_related(request, declines)))


def read_candidates(
    inputs: DecisionInputs, proposal: Proposal, facts: FactsNow, owned: Collection[str]
) -> tuple[DecisionInputs, dict[str, Item]]:
    """`inputs` with what is read of the candidates, of which the customer has `owned`; and the items, by id."""
    items = facts.items
    proposed = dict.fromkeys(item_id for candidate in proposal.candidates for item_id in items_read(candidate))
    here = {item_id: item for item_id in (*inputs.items, *proposed) if (item := items.get(item_id)) is not None}
    there = {relation.anchor_id for relation in inputs.relations}
    alike = [r for r in facts.relations_of(sorted(proposed.keys() - there)) if r.relation in _OF_CANDIDATES]
    relations = [*inputs.relations, *alike]
    wanted = proposed.keys() | {r.item_id for r in relations if r.relation == "requires"}
    read = msgspec.structs.replace(
        inputs,
        items={item_id: item.revision for item_id, item in here.items()},
        relations=relations,
        owned=sorted(wanted.intersection(owned)),
    )
    return read, here


def _related(request: DecisionRequest, declines: Iterable[Decline]) -> set[str]:
    looked_at = request.viewed[-1:]
    return {*(line.item_id for line in request.cart), *looked_at, *(decline.item_id for decline in declines)}
