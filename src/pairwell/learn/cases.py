"""Basket completion as a question: which item of this order was hidden."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

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
    hidden = min(items, key=lambda item_id: _lot(basket_id, item_id))
    return Case(basket_id, [item_id for item_id in items if item_id != hidden], hidden)


def hide_in_each(baskets: Baskets, order_ids: Sequence[str]) -> list[Case]:
    """The cases of all orders that make one, in their order."""
    names = baskets.item_ids
    bounds = baskets.offsets.tolist()
    cases = (
        hide_one(order_id, [names[code] for code in baskets.items[bounds[order] : bounds[order + 1]].tolist()])
        for order, order_id in enumerate(order_ids)
    )
    return [case for case in cases if case is not None]


def _lot(basket_id: str, item_id: str) -> bytes:
    return hashlib.md5(f"{basket_id}|{item_id}".encode(), usedforsecurity=False).digest()
