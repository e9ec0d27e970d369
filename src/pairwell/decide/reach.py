"""How much of what was learned the price guard leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from pairwell.decide.bounds import most
from pairwell.records import Item


class GuardReach(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs bought together with known prices, each anchor alone in the cart; a fuller cart allows more."""

    pairs: int
    removed: int  # the add-on is dearer than `share` of its anchor
    share: float


def measure_reach(pairs: Iterable[tuple[str, str]], items: Mapping[str, Item], *, share: float) -> GuardReach:
    """Count the (anchor, add-on) pairs that `guards.add_on_price_share` removes."""
    prices = {item_id: item.price_minor for item_id, item in items.items() if item.price_minor is not None}
    known = [(prices[anchor], prices[add_on]) for anchor, add_on in pairs if anchor in prices and add_on in prices]
    removed = sum(add_on > most(share, anchor) for anchor, add_on in known)
    return GuardReach(pairs=len(known), removed=removed, share=share)
