"""Who may pass every stage, told for all candidates at once: no reason is worked out that nobody asks for."""

from __future__ import annotations

from collections.abc import Sequence

from pairwell.decide.scene import Scene
from pairwell.records import Candidate


def prospects(candidates: Sequence[Candidate], scene: Scene) -> list[Candidate]:
    """Those of `candidates` that are for sale and within the guards; all others leave at one stage or another."""
    terms, bounds = scene.terms, scene.bounds
    return [
        candidate
        for candidate in candidates
        if (of_item := terms.get(candidate.item_id)) is not None
        and of_item.sellable
        and bounds.hold(candidate, of_item)
    ]
