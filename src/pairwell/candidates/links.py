"""Curated relations, indexed the ways a decision asks for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from pairwell.records import CuratedRelation

_NOBODY: frozenset[str] = frozenset()


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """What people said about items: `variants` and `substitutes` hold both ways, the others from anchor to item."""

    variants: Mapping[str, frozenset[str]]
    substitutes: Mapping[str, frozenset[str]]
    never: Mapping[str, frozenset[str]]  # item -> anchors with which it is never offered
    requires: Mapping[str, frozenset[str]]  # item -> what it cannot work without
    needing: Mapping[str, frozenset[str]]  # item -> what cannot work without it

    def variants_of(self, item_id: str) -> frozenset[str]:
        return self.variants.get(item_id, _NOBODY)

    def substitutes_of(self, item_id: str) -> frozenset[str]:
        return self.substitutes.get(item_id, _NOBODY)

    def never_with(self, item_id: str) -> frozenset[str]:
        return self.never.get(item_id, _NOBODY)

    def required_by(self, item_id: str) -> frozenset[str]:
        return self.requires.get(item_id, _NOBODY)

    def needing_it(self, item_id: str) -> frozenset[str]:
        return self.needing.get(item_id, _NOBODY)


def index_relations(relations: Iterable[CuratedRelation]) -> Links:
    """The index of `relations`; complements and upgrades are no part of it, they are candidates."""
    found: dict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for relation in relations:
        anchor, item = relation.anchor_id, relation.item_id
        found[relation.relation][item].add(anchor)
        if relation.relation in ("variant", "substitute"):
            found[relation.relation][anchor].add(item)
        if relation.relation == "requires":
            found["required"][anchor].add(item)
    return Links(
        variants=_frozen(found["variant"]),
        substitutes=_frozen(found["substitute"]),
        never=_frozen(found["never"]),
        requires=_frozen(found["required"]),
        needing=_frozen(found["requires"]),
    )


def _frozen(index: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {item_id: frozenset(others) for item_id, others in index.items()}
