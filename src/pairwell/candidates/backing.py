"""A candidate that others speak for, as its own orders are too few."""

from __future__ import annotations

from pairwell.candidates.learned import LearnedPairs
from pairwell.records import Borrowed, Candidate, Evidence


def backed(anchor_id: str, borrowed: Borrowed, model: LearnedPairs) -> Candidate:
    """The candidate with its own counts, its expected confidence and a careful effect; it is not above the floor."""
    own = model.evidence(anchor_id, borrowed.item_id)
    return Candidate(
        item_id=borrowed.item_id,
        kind="cross_sell",
        source="backoff",
        anchor_id=anchor_id,
        score=borrowed.score,
        evidence=Evidence(
            together=own.together if own else 0,
            anchor_orders=model.orders_of(anchor_id),
            item_orders=model.orders_of(borrowed.item_id),
            confidence=borrowed.confidence,
            lift=own.lift if own else 0.0,
            effect=borrowed.effect,
            p_adjusted=own.p_adjusted if own else 1.0,
            above_floor=False,
        ),
        borrowed=borrowed,
    )
