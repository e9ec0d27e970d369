"""A set that was learned, as an offer beside one of its items."""

from __future__ import annotations

from pairwell.candidates.learned import LearnedPairs
from pairwell.habits import Bundled, Part
from pairwell.model.bundles import LearnedBundle
from pairwell.records import Candidate


def bundled(learned: LearnedBundle, anchor: str, model: LearnedPairs) -> Candidate:
    """The candidate that adds everything of a set beside the anchor."""
    orders = max(model.orders_of(anchor), learned.together)
    all_of_it = learned.together / orders if orders else 0.0
    rest = sorted(item_id for item_id in learned.item_ids if item_id != anchor)
    known = [model.evidence(anchor, item_id) for item_id in rest]
    parts = [
        Part(item_id=item_id, quiet=all_of_it if evidence is None else max(evidence.confidence, all_of_it))
        for item_id, evidence in zip(rest, known, strict=True)
    ]
    return Candidate(
        item_id=rest[0],
        kind="bundle",
        source="bundles",
        anchor_id=anchor,
        score=learned.ordinary - learned.expected,
        bundle=Bundled(
            parts=parts,
            beside=[anchor],
            together=learned.together,
            orders=orders,
            effect=learned.ordinary / max(learned.expected, 1e-9),
        ),
    )
