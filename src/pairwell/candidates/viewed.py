"""What the customer looked at before and left: it may be shown again beside the cart."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pairwell.candidates.learned import LearnedPairs
from pairwell.records import Candidate

_NEWEST = 10  # different items that are remembered
_FEWEST = 3  # visits in which the item was put into the cart; fewer are no evidence


def lately_viewed(
    viewed: Sequence[str], anchor_id: str, taken: Collection[str], model: LearnedPairs
) -> list[Candidate]:
    """Candidates from `viewed` (newest last) that are not `taken`, the newest first, all beside one anchor.

    Only what others who looked did put into their carts, often enough to tell; elsewhere nothing says that showing
    it again helps.
    """
    newest = [item_id for item_id in dict.fromkeys(reversed(viewed)) if item_id not in taken][:_NEWEST]
    looks = ((place, item_id, model.looked(item_id)) for place, item_id in enumerate(newest, start=1))
    return [
        Candidate(
            item_id=item_id, kind="cross_sell", source="viewed", anchor_id=anchor_id, score=1 / place, looked=looked
        )
        for place, item_id, looked in looks
        if looked is not None and looked.carted >= _FEWEST
    ]
