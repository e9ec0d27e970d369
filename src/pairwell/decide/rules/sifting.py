"""Candidates that stay and candidates that leave, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from pairwell.decide.scene import Scene
from pairwell.decide.terms import Objection
from pairwell.records import Candidate, Stage, Withheld

Judge = Callable[[Candidate, Scene], Objection | None]
Sifted = tuple[list[Candidate], list[Withheld]]


def sift(
    candidates: Sequence[Candidate],
    scene: Scene,
    *,
    stage: Stage,
    judge: Judge,
    suspects: Collection[str] | None = None,
) -> Sifted:
    """Those of `candidates` that `judge` has nothing against, and the others with its objection.

    `suspects`: the ids of all against whom it may have something; None: it is asked of everybody. It is always asked
    of bundles, which are more than the item that names them.
    """
    if suspects is not None and not [one for one in candidates if one.item_id in suspects or one.bundle is not None]:
        return list(candidates), []
    survivors: list[Candidate] = []
    withheld: list[Withheld] = []
    for candidate in candidates:
        asked = suspects is None or candidate.item_id in suspects or candidate.bundle is not None
        objection = judge(candidate, scene) if asked else None
        if objection is None:
            survivors.append(candidate)
        else:
            withheld.append(withhold(candidate, stage, *objection))
    return survivors, withheld


def withhold(candidate: Candidate, stage: Stage, reason: str, factors: dict[str, Any]) -> Withheld:
    """The record of a candidate that leaves at `stage`; a pin says that it was one, a bundle what of."""
    pinned = {} if candidate.pin is None else {"pin": candidate.pin}
    several = {} if candidate.bundle is None else {"items": list(candidate.adds)}
    return Withheld(
        item_id=candidate.item_id,
        kind=candidate.kind,
        stage=stage,
        reason=reason,
        factors={"anchor_id": candidate.anchor_id, **pinned, **several, **factors},
    )
