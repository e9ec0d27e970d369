"""Sets that are bought together and of which something is in the cart or looked at: the rest makes a bundle."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from pairwell.candidates.learned import LearnedPairs
from pairwell.candidates.memory import memory_of
from pairwell.records import Candidate

_OF_AN_ANCHOR = 8
_SETS = 3  # of one decision


def bundles(anchors: Sequence[str], there: Collection[str], model: LearnedPairs) -> list[Candidate]:
    """Up to three bundles, those most often together beyond chance first; `there`: what is in the cart or looked at.

    The same missing parts make one bundle. Which of them names the offer is settled once prices are known.
    """
    memory, found = memory_of(model), dict[tuple[str, ...], Candidate]()
    for anchor in anchors:
        for candidate in memory.bundles(anchor, _OF_AN_ANCHOR):
            left = _missing(candidate, there, model)
            if left is not None:
                adds = left.adds
                found[adds] = min(left, found[adds], key=_best_first) if adds in found else left
    return sorted(found.values(), key=_best_first)[:_SETS]


def _missing(candidate: Candidate, there: Collection[str], model: LearnedPairs) -> Candidate | None:
    """The candidate without what is there already; None where all of it is."""
    whole = candidate.bundle
    assert whole is not None, "a bundle has its parts"
    parts = [part for part in whole.parts if part.item_id not in there]
    if len(parts) in (0, len(whole.parts)):
        return candidate if parts else None
    beside = [*whole.beside, *(part.item_id for part in whole.parts if part.item_id in there)]
    both = [model.evidence(candidate.anchor_id, item_id) for item_id in beside[1:]]
    orders = min([evidence.together for evidence in both if evidence is not None], default=whole.orders)
    left = msgspec.structs.replace(whole, parts=parts, beside=beside, orders=max(orders, whole.together))
    return msgspec.structs.replace(candidate, item_id=parts[0].item_id, bundle=left)


def _best_first(candidate: Candidate) -> tuple[float, str, tuple[str, ...]]:
    return -candidate.score, candidate.anchor_id, candidate.adds
