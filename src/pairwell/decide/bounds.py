"""The guards in numbers, for one purchase."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from pairwell.config.settings import Guards, OfferKind

Breach = Literal["price_unknown", "add_on_price_share", "upgrade_price_corridor", "margin_floor_minor"]


class Bounds:
    """What guards allow beside a purchase of `total_minor`, whose items cost what `paid_minor` says, by id."""

    def __init__(self, guards: Guards, *, total_minor: int, priced: bool, paid_minor: Mapping[str, int | None]) -> None:
        """`priced`: every price of the purchase is known. Unknown ones count nothing, which can only guard more."""
        self.add_on_minor = most(guards.add_on_price_share, total_minor)  # the highest price of an add-on
        self._beside_nothing = not paid_minor
        self.margin_minor = guards.margin_floor_minor  # the least margin
        self._multiples = guards.upgrade_price_corridor
        self._paid_minor = paid_minor
        self._of_add_ons: Breach = "add_on_price_share" if priced else "price_unknown"

    def corridor(self, anchor_id: str | None) -> tuple[int, int] | None:
        """The least and the highest price of an upgrade of what is in the purchase; None where its price is unknown."""
        paid = None if anchor_id is None else self._paid_minor.get(anchor_id)
        low, high = self._multiples
        return None if paid is None else (least_of(low, paid), most(high, paid))

    def breach(
        self, kind: OfferKind, anchor_id: str | None, price_minor: int | None, margin_minor: float
    ) -> Breach | None:
        """The guard that an offer at a price, with its margin, would break; None where all hold.

        A repeat, and what a message offers beside nothing, is a purchase of its own: no share of another binds it.
        """
        if price_minor is None:
            return "price_unknown"
        if kind == "upgrade":
            if breach := self._of_upgrade(anchor_id, price_minor):
                return breach
        elif price_minor > self.add_on_minor and kind != "repeat" and not self._beside_nothing:
            return self._of_add_ons
        return "margin_floor_minor" if margin_minor < self.margin_minor else None

    def _of_upgrade(self, anchor_id: str | None, price_minor: int) -> Breach | None:
        corridor = self.corridor(anchor_id)
        if corridor is None:
            return "price_unknown"
        return None if corridor[0] <= price_minor <= corridor[1] else "upgrade_price_corridor"


@lru_cache(maxsize=16_384)
def most(share: float, minor: int) -> int:
    """The largest whole amount within `share` of `minor`; .07 of 100 is 7, whatever floats say."""
    return math.floor(_exact(share) * minor)


@lru_cache(maxsize=16_384)
def least_of(multiple: float, minor: int) -> int:
    """The smallest whole amount that reaches `multiple` times `minor`."""
    return math.ceil(_exact(multiple) * minor)


@lru_cache(maxsize=64)
def _exact(number: float) -> Fraction:
    return Fraction(repr(number))
