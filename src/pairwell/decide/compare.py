"""What an upgrade changes against the item it replaces, side by side."""

from __future__ import annotations

from collections.abc import Iterator

from babel import Locale

from pairwell.candidates.ladder import changed_attributes
from pairwell.decide.scene import Scene
from pairwell.decide.texts import money, number
from pairwell.decide.worth import Valued
from pairwell.records import Comparison, Item


def compare(valued: Valued, scene: Scene, locale: Locale) -> list[Comparison]:
    """Price with its difference, rating, tier and each attribute that differs; never what the shop earns."""
    anchor_id = valued.candidate.anchor_id
    anchor, target = scene.items[anchor_id], scene.items[valued.candidate.item_id]
    return [_price(valued, scene, locale), *_merits(anchor, target, locale), *changed_attributes(anchor, target)]


def price_difference(valued: Valued, scene: Scene) -> int:
    """What the customer pays more for the upgrade, a unit."""
    paid = scene.lines[valued.candidate.anchor_id].paid_minor
    assert paid is not None, "the guards let no upgrade of an unpriced line pass"
    return valued.price_minor - paid


def _price(valued: Valued, scene: Scene, locale: Locale) -> Comparison:
    currency = scene.settings.shop.currency
    more = price_difference(valued, scene)
    price = money(valued.price_minor, currency, locale)
    return Comparison(
        attribute="price",
        anchor=money(valued.price_minor - more, currency, locale),
        offer=f"{price} (+{money(more, currency, locale)})" if more > 0 else price,
        better=False if more > 0 else None,
    )


def _merits(anchor: Item, target: Item, locale: Locale) -> Iterator[Comparison]:
    yield from _merit("rating", _rounded(anchor.rating), _rounded(target.rating), locale)
    yield from _merit("tier", anchor.tier, target.tier, locale)


def _merit(attribute: str, before: float | None, after: float | None, locale: Locale) -> Iterator[Comparison]:
    if before == after:
        return
    yield Comparison(
        attribute=attribute,
        anchor=None if before is None else number(before, locale),
        offer=None if after is None else number(after, locale),
        better=None if before is None or after is None else after > before,
    )


def _rounded(rating: float | None) -> float | None:
    # Ratings show one decimal: 4.61 is no better than 4.63 to someone who reads 4.6 twice.
    return None if rating is None else round(float(rating), 1)
