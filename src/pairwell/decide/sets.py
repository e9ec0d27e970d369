"""What a bundle costs the customer and earns the shop, as a whole."""

from __future__ import annotations

import math

import msgspec

from pairwell.decide.bounds import most
from pairwell.decide.money import net_price
from pairwell.decide.scene import Scene
from pairwell.records import Candidate


class PricedSet(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle adds, at the price for all of it. Prices are what the customer pays, margins net of tax."""

    item_ids: list[str]  # dearest first
    list_minor: int  # each at its own price
    discount_minor: int
    discounted: list[int]  # of each item, the part of its price that the discount is taken from; 0: not from it
    margin_minor: float

    @property
    def price_minor(self) -> int:
        return self.list_minor - self.discount_minor

    def discounts(self) -> list[float]:
        """What of the discount falls on each item."""
        total = sum(self.discounted)
        return [self.discount_minor * part / total if total else 0.0 for part in self.discounted]


def settle(candidates: list[Candidate], scene: Scene) -> list[Candidate]:
    """The candidates, each bundle under the name of its dearest item; of equal ones the first by id."""
    if not [one for one in candidates if one.bundle is not None]:
        return candidates
    return [
        one if one.bundle is None else msgspec.structs.replace(one, item_id=_by_price(one, scene)[0])
        for one in candidates
    ]


def price_set(candidate: Candidate, scene: Scene) -> PricedSet | None:
    """The bundle at today's prices; None where one of them is unknown.

    The share `learn.bundle_discount_share` is off everything that is added but the dearest item of the whole set, as
    far as `guards.discount_max_share` and the margin floor allow.
    """
    key = candidate.adds, candidate.anchor_id
    if key not in scene.sets:
        scene.sets[key] = _price(candidate, scene)
    known: PricedSet | None = scene.sets[key]
    return known


def _price(candidate: Candidate, scene: Scene) -> PricedSet | None:
    item_ids = _by_price(candidate, scene)
    prices = [price for item_id in item_ids if (price := scene.price_of(item_id)) is not None]
    if len(prices) < len(item_ids) or candidate.bundle is None:
        return None
    there = [scene.price_of(item_id) or 0 for item_id in candidate.bundle.beside]
    discounted = prices if max(there) >= prices[0] else [0, *prices[1:]]
    guards, total = scene.settings.guards, sum(prices)
    wanted = most(scene.settings.learn.bundle_discount_share, sum(discounted))
    discount = min(wanted, most(guards.discount_max_share, total))
    margins = math.fsum(scene.terms[item_id].margin_minor for item_id in sorted(item_ids))
    discount = _within_floor(discount, margins, scene)
    return PricedSet(
        item_ids=item_ids,
        list_minor=total,
        discount_minor=discount,
        discounted=discounted,
        margin_minor=margins - net_price(discount, scene.settings.shop),
    )


def _within_floor(discount: int, margins: float, scene: Scene) -> int:
    """As much of a discount as leaves the margin floor."""
    shop, floor = scene.settings.shop, scene.settings.guards.margin_floor_minor
    room = max(0.0, margins - floor) / net_price(1, shop)
    largest = min(discount, math.floor(room))
    return largest if margins - net_price(largest, shop) >= floor else max(0, largest - 1)


def _by_price(candidate: Candidate, scene: Scene) -> list[str]:
    def dearest_first(item_id: str) -> tuple[int, str]:
        price = scene.price_of(item_id)
        return (1 if price is None else -price), item_id

    return sorted(candidate.adds, key=dearest_first)
