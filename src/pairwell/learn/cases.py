"""Basket completion as a question: which item of this order was hidden."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from pairwell.learn.baskets import Baskets


class Case(msgspec.Struct, frozen=True):
    """An order without one of its items."""

    basket_id: str
    given: list[str]
    hidden: str


def hide_one(basket_id: str, items: Sequence[str]) -> Case | None:
    """Hide the item whose md5 of `basket|item` is smallest; None where fewer than two items are in the basket."""
    if len(items) < 2:  # noqa: PLR2004 - one to hide, one to ask with
        return None
    basket = f"{basket_id}|".encode()
    lots = [hashlib.md5(basket + item_id.encode(), usedforsecurity=False).digest() for item_id in items]
    hidden = items[lots.index(min(lots))]
    return Case(basket_id, [item_id for item_id in items if item_id != hidden], hidden)


def hide_in_each(baskets: Baskets, order_ids: Sequence[str]) -> list[Case]:
    """The cases of all orders that make one, in their order."""
    names = baskets.item_ids
    items = [names[code] for code in baskets.items.tolist()]
    bounds = pairwise(baskets.offsets.tolist())
    cases = (hide_one(order_id, items[start:stop]) for order_id, (start, stop) in zip(order_ids, bounds, strict=True))
    return [case for case in cases if case is not None]
