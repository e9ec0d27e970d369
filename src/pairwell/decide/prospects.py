"""Who may pass every stage, told for all candidates at once: no reason is worked out that nobody asks for."""

from __future__ import annotations

from collections.abc import Sequence

from pairwell.decide.scene import Scene
from pairwell.records import Candidate


def prospects(candidates: Sequence[Candidate], scene: Scene) -> list[Candidate]:
    """Those of `candidates` that are for sale and within the guards; all others leave at one stage or another."""
    terms, bounds = scene.terms, scene.bounds
    return [
        one
        for one in candidates
        if (item := terms.get(one.item_id)) is not None
        and item.kept_back is None
        and bounds.breach(one.kind, one.anchor_id, item.price_minor, item.margin_minor) is None
    ]
