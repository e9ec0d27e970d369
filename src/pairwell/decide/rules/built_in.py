"""The rules that every shop has, whatever its settings say."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pairwell.decide.scene import Group, Scene
from pairwell.decide.terms import Objection
from pairwell.records import Candidate, Item


def not_eligible(candidate: Candidate, scene: Scene) -> Objection | None:
    """Against what may not be offered at all: unknown, unavailable, not for sale, or where nobody agreed to be told."""
    item = scene.items.get(candidate.item_id)
    if item is None:
        return "unknown_item", {}
    if scene.available is not None and item.item_id not in scene.available:
        return "not_available", {}
    return scene.terms[item.item_id].kept_back or _too_few(candidate, item, scene) or _without_consent(scene)


def _too_few(candidate: Candidate, item: Item, scene: Scene) -> Objection | None:
    """An upgrade replaces all of its line."""
    if candidate.kind != "upgrade" or item.stock is None:
        return None
    wanted = max(1, scene.lines[candidate.anchor_id].quantity)
    return ("out_of_stock", {"stock": item.stock, "wanted": wanted}) if item.stock < wanted else None


def _without_consent(scene: Scene) -> Objection | None:
    """What comes unasked needs a yes to its channel."""
    if not scene.placement.interrupts:
        return None
    customer, channel = scene.inputs.customer, scene.placement.channel
    given = customer is not None and customer.consents.get(channel) is True
    return None if given else ("no_consent", {"channel": channel})


def not_applicable(candidate: Candidate, scene: Scene) -> Objection | None:
    """Against what is not relevant now: there already in some form, owned for good, or kept apart by people."""
    return (
        _paid_already(candidate, scene)
        or _there_already(candidate, scene)
        or _kept_apart(candidate, scene)
        or _owned(candidate, scene)
        or _alike_within(candidate, scene)
    )


def _paid_already(candidate: Candidate, scene: Scene) -> Objection | None:
    """Against an upgrade of what is bought: the money is spent. A plan can be changed at any time."""
    if candidate.kind != "upgrade" or not _is_bought(candidate.anchor_id, scene):
        return None
    item = scene.items.get(candidate.anchor_id)
    return None if item is not None and item.kind == "plan" else ("bought_already", {"of": candidate.anchor_id})


def _is_bought(item_id: str, scene: Scene) -> bool:
    """Whether a line is no longer to be bought, as far as the placement reads what was."""
    return scene.request.placement == "after_purchase" or item_id in scene.inputs.bought_at


def _alike_within(piece: Candidate, scene: Scene) -> Objection | None:
    """Against a bundle with two that stand for each other."""
    if piece.bundle is None or len(piece.bundle.parts) == 1:
        return None
    twin = scene.twin(piece, scene.group(piece.adds), besides=piece.item_id)
    return None if twin is None else ("alike_in_bundle", {"of": twin.item_id})


def _there_already(candidate: Candidate, scene: Scene) -> Objection | None:
    # What an upgrade replaces is always like it: that is no doubling.
    besides = candidate.anchor_id if candidate.kind == "upgrade" else None
    twin = scene.twin(candidate, scene.present, besides=besides)
    if twin is None:
        return None
    reason = "in_cart" if twin.how == "same" else f"{twin.how}_in_cart"
    return reason, {"of": twin.item_id}


def _kept_apart(candidate: Candidate, scene: Scene) -> Objection | None:
    along = scene.present.ids
    if candidate.bundle is not None:  # its parts come together
        along = along.union(candidate.adds) - {candidate.item_id}
    if apart := scene.links.never_with(candidate.item_id) & along:
        return "never_together", {"with": min(apart)}
    held = along | scene.owned
    if missing := scene.links.required_by(candidate.item_id) - held:
        return "requires_missing", {"requires": min(missing)}
    # What the purchase cannot work without belongs to its price; it is never sprung as an add-on.
    needing = scene.links.needing_it(candidate.item_id) & scene.present.ids
    return ("required_by_cart", {"of": min(needing)}) if needing else None


def _owned(candidate: Candidate, scene: Scene) -> Objection | None:
    if candidate.item_id not in scene.owned or candidate.kind == "repeat" or scene.model is None:
        return None
    return ("owned", {}) if scene.model.bought_once(candidate.item_id) else None


def not_suitable(candidate: Candidate, scene: Scene) -> Objection | None:
    """Against what is not right towards this person: just declined, and anything at all after many declines."""
    limit = scene.settings.decline.declines_to_silence
    if len(scene.declined) >= limit:
        return "declined_often", {"declines": len(scene.declined), "declines_to_silence": limit}
    if candidate.bundle is not None and candidate.name in scene.refused.ids:
        return "declined", {"of": candidate.item_id}
    twin = scene.twin(candidate, scene.refused)
    if twin is None:
        return None
    return "declined" if twin.how == "same" else f"declined_{twin.how}", {"of": twin.item_id}


# --- against whom, told for all candidates at once: most have nothing against them --------------------


def perhaps_not_eligible(candidates: Sequence[Candidate], scene: Scene) -> Collection[str] | None:
    """The ids against which `not_eligible` may have something; None: against anybody."""
    if scene.placement.interrupts:
        return None
    ids = {candidate.item_id for candidate in candidates}
    terms = scene.terms
    perhaps = {item_id for item_id in ids if item_id not in terms or terms[item_id].kept_back is not None}
    perhaps.update(candidate.item_id for candidate in candidates if candidate.kind == "upgrade")
    return perhaps if scene.available is None else perhaps | (ids - scene.available)


def perhaps_not_applicable(candidates: Sequence[Candidate], scene: Scene) -> Collection[str] | None:
    """The ids against which `not_applicable` may have something."""
    links = scene.links
    kept_apart = {*links.never, *links.requires, *links.needing}
    paid = {one.item_id for one in candidates if one.kind == "upgrade" and _is_bought(one.anchor_id, scene)}
    return kept_apart | paid | scene.owned | _perhaps_twins(candidates, scene, scene.present)


def perhaps_not_suitable(candidates: Sequence[Candidate], scene: Scene) -> Collection[str] | None:
    """The ids against which `not_suitable` may have something; None: against anybody."""
    if not scene.declined:
        return frozenset()
    often = len(scene.declined) >= scene.settings.decline.declines_to_silence
    return None if often else _perhaps_twins(candidates, scene, scene.refused)


def _perhaps_twins(candidates: Sequence[Candidate], scene: Scene, group: Group) -> set[str]:
    """The ids that something in `group` may stand for already."""
    linked = {*group.ids, *group.learned, *scene.links.variants, *scene.links.substitutes}
    if not group.families:
        return linked
    families = group.families
    return linked | {one.item_id for one in candidates if scene.family_of(one.item_id) in families}
