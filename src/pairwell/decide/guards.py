"""Invariants of every offer, at their configured limits; no score and no pin can break them."""

from __future__ import annotations

from collections.abc import Sequence

from pairwell.config.settings import OfferKind
from pairwell.decide.money import margin, net_price
from pairwell.decide.rules.sifting import Objection, Sifted, sift
from pairwell.decide.scene import Scene
from pairwell.errors import OperatingError
from pairwell.records import Candidate, Offer


def guard(candidates: Sequence[Candidate], scene: Scene) -> Sifted:
    """Keep what no guard holds back. It follows everything that may alter a price."""
    terms, bounds = scene.terms, scene.bounds
    broken = {one.item_id for one in candidates if one.item_id not in terms or not bounds.hold(one, terms[one.item_id])}
    return sift(candidates, scene, stage="guards", judge=_guarded, suspects=broken)


def check_slate(slate: Sequence[Offer], scene: Scene) -> None:
    """Check the final slate once more, at the prices it shows. Raises `OperatingError`: that would be our bug."""
    if len(slate) > scene.slots:
        raise OperatingError(f"A slate holds {len(slate)} offers; expected at most {scene.slots}.")
    if len({offer.item_id for offer in slate}) < len(slate):
        raise OperatingError("A slate offers one item twice.")
    for offer in slate:
        breach = find_breach(offer.kind, offer.item_id, offer.anchor_id, offer.price_minor, scene)
        if breach is not None:
            raise OperatingError(f"The offer of {offer.item_id!r} breaks a guard: {breach[0]} {breach[1]}.")


def find_breach(
    kind: OfferKind, item_id: str, anchor_id: str | None, price_minor: int, scene: Scene
) -> Objection | None:
    """The guard that an offer at `price_minor`, as the customer pays it, would break; None where all hold."""
    of_price = _upgrade_price(anchor_id, price_minor, scene) if kind == "upgrade" else _add_on_price(price_minor, scene)
    return of_price or _margin(item_id, price_minor, scene)


def _guarded(candidate: Candidate, scene: Scene) -> Objection | None:
    price = scene.price_of(candidate.item_id)
    if price is None:
        return "price_unknown", {"of": candidate.item_id}
    return find_breach(candidate.kind, candidate.item_id, candidate.anchor_id, price, scene)


def _add_on_price(price: int, scene: Scene) -> Objection | None:
    # Prices that are unknown count nothing: the share of the known part can only guard more.
    limit = scene.bounds.add_on_minor
    if price <= limit:
        return None
    reason = "add_on_price_share" if scene.purchase.priced else "price_unknown"
    return reason, {"price_minor": price, "limit_minor": limit, "purchase_minor": scene.purchase.total_minor}


def _upgrade_price(anchor_id: str | None, price: int, scene: Scene) -> Objection | None:
    line = None if anchor_id is None else scene.lines.get(anchor_id)
    if line is None or line.paid_minor is None:
        return "price_unknown", {"of": anchor_id}
    least, limit = scene.bounds.corridor(line.paid_minor)
    if least <= price <= limit:
        return None
    return "upgrade_price_corridor", {"price_minor": price, "least_minor": least, "limit_minor": limit}


def _margin(item_id: str, price: int, scene: Scene) -> Objection | None:
    shop, floor = scene.settings.shop, scene.settings.guards.margin_floor_minor
    earned = margin(net_price(price, shop), scene.items.get(item_id), shop)
    if earned >= floor:
        return None
    return "margin_floor_minor", {"margin_minor": round(earned, 2), "limit_minor": floor}
