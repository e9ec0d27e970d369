"""Who may pass every stage, told for all candidates at once: no reason is worked out that nobody asks for."""

from __future__ import annotations

from collections.abc import Sequence

from pairwell.decide.scene import Scene
from pairwell.decide.sets import price_set
from pairwell.records import Candidate


def prospects(candidates: Sequence[Candidate], scene: Scene) -> list[Candidate]:
    """Those of `candidates` that are for sale and within the guards; all others leave at one stage or another."""
    terms, bounds = scene.terms, scene.bounds
    return [
        one
        for one in candidates
        if (item := terms.get(one.item_id)) is not None
        and item.kept_back is None
        and (
            bounds.breach(one.kind, one.anchor_id, item.price_minor, item.margin_minor) is None
            if one.bundle is None
            else _for_sale(one, scene)
        )
    ]


def _for_sale(bundle: Candidate, scene: Scene) -> bool:
    terms = [scene.terms.get(item_id) for item_id in bundle.adds]
    priced = price_set(bundle, scene)
    return (
        priced is not None
        and all(one is not None and one.kept_back is None for one in terms)
        and scene.bounds.breach(bundle.kind, bundle.anchor_id, priced.price_minor, priced.margin_minor) is None
    )
