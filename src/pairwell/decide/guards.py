"""Invariants of every offer, at their configured limits; no score and no pin can break them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pairwell.config.settings import OfferKind
from pairwell.decide.bounds import Breach, most
from pairwell.decide.money import margin, net_price
from pairwell.decide.rules.sifting import Sifted, sift
from pairwell.decide.scene import Scene
from pairwell.decide.sets import price_set
from pairwell.decide.terms import Objection
from pairwell.errors import OperatingError
from pairwell.records import Candidate, Offer


def guard(candidates: Sequence[Candidate], scene: Scene) -> Sifted:
    """Keep what no guard holds back. It follows everything that may alter a price."""
    return sift(candidates, scene, stage="guards", judge=_guarded)


def check_slate(slate: Sequence[Offer], scene: Scene) -> None:
    """Check the final slate once more, at the prices it shows. Raises `OperatingError`: that would be our bug."""
    if len(slate) > scene.slots:
        raise OperatingError(f"A slate holds {len(slate)} offers; expected at most {scene.slots}.")
    offered = [item_id for offer in slate for item_id in offer.adds]
    if len(set(offered)) < len(offered):
        raise OperatingError("A slate offers one item twice.")
    for offer in slate:
        breach = (
            find_breach(offer.kind, offer.item_id, offer.anchor_id, offer.price_minor, scene)
            if offer.kind != "bundle"
            else _find_breach_of_set(offer, scene)
        )
        if breach is not None:
            raise OperatingError(f"The offer of {offer.item_id!r} breaks a guard: {breach[0]} {breach[1]}.")


def find_breach(
    kind: OfferKind, item_id: str, anchor_id: str | None, price_minor: int, scene: Scene
) -> Objection | None:
    """The guard that an offer at `price_minor`, as the customer pays it, would break; None where all hold."""
    shop = scene.settings.shop
    earned = margin(net_price(price_minor, shop), scene.items.get(item_id), shop)
    found = scene.bounds.breach(kind, anchor_id, price_minor, earned)
    return None if found is None else (found, _facts(found, kind, anchor_id, (price_minor, earned), scene))


def _find_breach_of_set(offer: Offer, scene: Scene) -> Objection | None:
    """The guard that a bundle breaks at the price and with the discount that it shows."""
    prices = [scene.price_of(item_id) for item_id in offer.adds]
    known = [price for price in prices if price is not None]
    if len(known) < len(prices) or sum(known) - offer.discount_minor != offer.price_minor:
        return "price_unknown", {"of": offer.item_id}
    limit = most(scene.settings.guards.discount_max_share, sum(known))
    if not 0 <= offer.discount_minor <= limit:
        return "discount_max_share", {"discount_minor": offer.discount_minor, "limit_minor": limit}
    margins = math.fsum(scene.terms[item_id].margin_minor for item_id in sorted(offer.adds))
    earned = margins - net_price(offer.discount_minor, scene.settings.shop)
    return _breach_of(offer, (offer.price_minor, earned), scene)


def _guarded(candidate: Candidate, scene: Scene) -> Objection | None:
    if candidate.bundle is not None:
        return _guarded_set(candidate, scene)
    price = scene.price_of(candidate.item_id)
    if price is None:
        return "price_unknown", {"of": candidate.item_id}
    return find_breach(candidate.kind, candidate.item_id, candidate.anchor_id, price, scene)


def _guarded_set(candidate: Candidate, scene: Scene) -> Objection | None:
    priced = price_set(candidate, scene)
    if priced is None:
        return "price_unknown", {"of": candidate.item_id}
    return _breach_of(candidate, (priced.price_minor, priced.margin_minor), scene)


def _breach_of(bundle: Candidate | Offer, sums: tuple[int, float], scene: Scene) -> Objection | None:
    """`sums`: the price and the margin."""
    found = scene.bounds.breach(bundle.kind, bundle.anchor_id, *sums)
    return None if found is None else (found, _facts(found, bundle.kind, bundle.anchor_id, sums, scene))


def _facts(
    breach: Breach, kind: OfferKind, anchor_id: str | None, sums: tuple[int, float], scene: Scene
) -> dict[str, Any]:
    """The numbers behind a breach; `sums`: the price and the margin."""
    (price, earned), bounds = sums, scene.bounds
    if breach == "margin_floor_minor":
        return {"margin_minor": round(earned, 2), "limit_minor": bounds.margin_minor}
    if kind != "upgrade":
        purchase = scene.purchase.total_minor
        return {"price_minor": price, "limit_minor": bounds.add_on_minor, "purchase_minor": purchase}
    corridor = bounds.corridor(anchor_id)
    if corridor is None:
        return {"of": anchor_id}
    return {"price_minor": price, "least_minor": corridor[0], "limit_minor": corridor[1]}
