"""The built-in rules: what may be offered at all, what is relevant now, what is right towards this person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pairwell.decide.scene import Scene
from pairwell.records import Candidate, Item, Stage, Withheld

Objection = tuple[str, dict[str, Any]]  # reason, and the facts behind it
Judge = Callable[[Candidate, Scene], Objection | None]
Sifted = tuple[list[Candidate], list[Withheld]]


def sift(candidates: Sequence[Candidate], scene: Scene, *, stage: Stage, judge: Judge) -> Sifted:
    """Those of `candidates` that `judge` has nothing against, and the others with its objection."""
    survivors: list[Candidate] = []
    withheld: list[Withheld] = []
    for candidate in candidates:
        objection = judge(candidate, scene)
        if objection is None:
            survivors.append(candidate)
        else:
            withheld.append(withhold(candidate, stage, *objection))
    return survivors, withheld


def withhold(candidate: Candidate, stage: Stage, reason: str, factors: dict[str, Any]) -> Withheld:
    """The record of a candidate that leaves at `stage`; a pin says that it was one."""
    pinned = {} if candidate.pin is None else {"pin": candidate.pin}
    return Withheld(
        item_id=candidate.item_id,
        kind=candidate.kind,
        stage=stage,
        reason=reason,
        factors={"anchor_id": candidate.anchor_id, **pinned, **factors},
    )


def eligibility(candidates: Sequence[Candidate], scene: Scene) -> Sifted:
    """Keep what may be offered at all: known, published, priced, in stock, in the request's `available`."""
    return sift(candidates, scene, stage="eligibility", judge=_not_eligible)


def applicability(candidates: Sequence[Candidate], scene: Scene) -> Sifted:
    """Keep what is relevant now: not there already in some form, not owned for good, not kept apart by people."""
    return sift(candidates, scene, stage="applicability", judge=_not_applicable)


def suitability(candidates: Sequence[Candidate], scene: Scene) -> Sifted:
    """Keep what is right towards this person: nothing just declined, and nothing at all after many declines."""
    return sift(candidates, scene, stage="suitability", judge=_not_suitable)


def _not_eligible(candidate: Candidate, scene: Scene) -> Objection | None:
    item = scene.items.get(candidate.item_id)
    if item is None:
        return "unknown_item", {}
    if scene.available is not None and item.item_id not in scene.available:
        return "not_available", {}
    return _not_sellable(item)


def _not_sellable(item: Item) -> Objection | None:
    if not item.published:
        return "unpublished", {}
    if item.stock is not None and item.stock < 1:
        return "out_of_stock", {"stock": item.stock}
    return ("no_price", {}) if item.price_minor is None else None


def _not_applicable(candidate: Candidate, scene: Scene) -> Objection | None:
    return _there_already(candidate, scene) or _kept_apart(candidate, scene) or _owned(candidate, scene)


def _there_already(candidate: Candidate, scene: Scene) -> Objection | None:
    # What an upgrade replaces is always like it: that is no doubling.
    besides = candidate.anchor_id if candidate.kind == "upgrade" else None
    twin = scene.twin(candidate, scene.present, besides=besides)
    if twin is None:
        return None
    reason = "in_cart" if twin.how == "same" else f"{twin.how}_in_cart"
    return reason, {"of": twin.item_id}


def _kept_apart(candidate: Candidate, scene: Scene) -> Objection | None:
    if apart := scene.links.never_with(candidate.item_id) & scene.present.ids:
        return "never_together", {"with": min(apart)}
    held = scene.present.ids | scene.owned
    if missing := scene.links.required_by(candidate.item_id) - held:
        return "requires_missing", {"requires": min(missing)}
    # What the purchase cannot work without belongs to its price; it is never sprung as an add-on.
    needing = scene.links.needing_it(candidate.item_id) & scene.present.ids
    return ("required_by_cart", {"of": min(needing)}) if needing else None


def _owned(candidate: Candidate, scene: Scene) -> Objection | None:
    if candidate.item_id not in scene.owned or scene.model is None:
        return None
    return ("owned", {}) if scene.model.bought_once(candidate.item_id) else None


def _not_suitable(candidate: Candidate, scene: Scene) -> Objection | None:
    limit = scene.settings.decline.declines_to_silence
    if len(scene.declined) >= limit:
        return "declined_often", {"declines": len(scene.declined), "declines_to_silence": limit}
    twin = scene.twin(candidate, scene.refused)
    if twin is None:
        return None
    return "declined" if twin.how == "same" else f"declined_{twin.how}", {"of": twin.item_id}
