"""The guards in numbers, for one purchase."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from pairwell.config.settings import Guards
from pairwell.decide.terms import Terms
from pairwell.records import Candidate


class Bounds:
    """What guards allow beside a purchase of `total_minor`, whose items cost what `paid_minor` says, by id."""

    def __init__(self, guards: Guards, total_minor: int, paid_minor: Mapping[str, int | None]) -> None:
        self.add_on_minor = most(guards.add_on_price_share, total_minor)  # the highest price of an add-on
        self.margin_minor = guards.margin_floor_minor  # the least margin
        self._multiples = guards.upgrade_price_corridor
        self._paid_minor = paid_minor

    def corridor(self, paid_minor: int) -> tuple[int, int]:
        """The least and the highest price of an upgrade of what costs `paid_minor`."""
        low, high = self._multiples
        return least_of(low, paid_minor), most(high, paid_minor)

    def hold(self, candidate: Candidate, terms: Terms) -> bool:
        """Whether an offer of the candidate at the item's own price breaks no guard."""
        price = terms.price_minor
        if price is None or terms.margin_minor < self.margin_minor:
            return False
        if candidate.kind != "upgrade":
            return price <= self.add_on_minor
        paid = self._paid_minor.get(candidate.anchor_id)
        if paid is None:
            return False
        least, highest = self.corridor(paid)
        return least <= price <= highest


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
