"""What is said of an offer: the shop's own words, and why it is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

KINDS: Final = ("cross_sell", "upgrade", "bundle", "plan", "trial", "repeat")
"""Of offers, that a text can be for."""
LONGEST: Final = {"title": 120, "argument": 500, "image_url": 2_000}
"""Characters of a text."""


class OfferText(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the shop itself says of an item where it is offered; at least one of the last three is there."""

    kind: str  # of the offer
    locale: str  # "ru-RU", or "ru" for every Russian
    placement: str | None = None  # None: any
    variant: str | None = None  # of several in one place each unit sees one, so that they can be compared
    title: str | None = None
    argument: str | None = None
    image_url: str | None = None


def place_of(text: OfferText) -> tuple[str, str, str, str]:
    """What two texts of an item differ in: kind, placement, locale, variant. One of the same place replaces another."""
    return text.kind, text.placement or "", text.locale.lower().replace("_", "-"), text.variant or ""


def words_of(text: OfferText) -> str:
    """All that a text says, in one line."""
    return " ".join(filter(None, (text.title, text.argument, text.image_url)))


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why an offer is made: a code, its numbers, and a sentence in the customer's language."""

    code: str
    text: str
    together: int | None = None
    anchor_orders: int | None = None
    lift: float | None = None
    counts_told: bool | msgspec.UnsetType = msgspec.UNSET  # False: the text tells no number, and no shopper gets one


OWN: Final = "own_text"
GROUNDS: Final = frozenset(
    {
        "bought_together",
        "alike_bought_together",
        "family_bought_together",
        "category_bought_together",
        "brand_bought_together",
        "curated",
        "viewed_lately",
        "follow_up",
        "bundle",
    }
)
"""Codes of what the engine itself says for an offer; an argument of the shop's own takes their place on a page."""


def read_by_shoppers(reasons: Sequence[Reason]) -> list[Reason]:
    """Of the reasons of an offer those that a page shows."""
    if not any(one.code == OWN for one in reasons):
        return list(reasons)
    return [one for one in reasons if one.code not in GROUNDS]
