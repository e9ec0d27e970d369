"""What a sale of an offer adds, over whole outcomes."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from pairwell.decide.coming import gained_share
from pairwell.decide.money import net_price
from pairwell.decide.scene import Scene
from pairwell.decide.sets import price_set
from pairwell.records import Candidate


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """An offer at its price: what a sale that it wins adds, and what showing it takes from sales that come anyway."""

    price_minor: int  # what the customer pays
    gain_minor: float
    lost_minor: float = 0.0
    told: Mapping[str, float] = {}  # further numbers that made a difference, by name


def sale_of(candidate: Candidate, quiet: float, scene: Scene) -> Sale:
    """The sale of one offer that passed the guards; `quiet` is the chance that it comes anyway.

    An upgrade gains only the difference to what it replaces; of a repeat or a follow-up that part which would not be
    bought later anyway.
    """
    if candidate.bundle is not None:
        return _of_set(candidate, quiet, scene)
    price = scene.terms[candidate.item_id].price_minor
    assert price is not None, "the guards let no unpriced item pass"
    gain = scene.earned(candidate.item_id)
    if candidate.kind == "upgrade":
        gain -= scene.earned_by(scene.lines[candidate.anchor_id])
    return Sale(price_minor=price, gain_minor=gain * gained_share(candidate, scene.settings, scene.inputs.now))


def _of_set(candidate: Candidate, quiet: float, scene: Scene) -> Sale:
    """Who is won for the set would have bought some of its parts at their full price; and so would others."""
    priced, bundle = price_set(candidate, scene), candidate.bundle
    assert priced is not None, "the guards let no unpriced set pass"
    assert bundle is not None, "only of a bundle is this asked"
    anyway = {part.item_id: part.quiet for part in bundle.parts}
    shop = scene.settings.shop
    won, lost = [-net_price(priced.discount_minor, shop)], []
    for item_id, discount in zip(priced.item_ids, priced.discounts(), strict=True):
        # Of those who would not buy all of it anyway, so many would buy this part.
        partly = max(0.0, anyway[item_id] - quiet) / (1 - quiet) if quiet < 1 else 0.0
        won.append(scene.earned(item_id) * (1 - partly))
        lost.append(anyway[item_id] * discount / (1 + shop.tax_rate if shop.prices_include_tax else 1))
    told = {"lost_minor": math.fsum(lost)} if priced.discount_minor else {}
    return Sale(price_minor=priced.price_minor, gain_minor=math.fsum(won), lost_minor=math.fsum(lost), told=told)
