"""The first upgrade of every item that is sold: what a seller would name first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from pairwell.advise.stores.records import Dearer
from pairwell.candidates.learned import LearnedPairs
from pairwell.candidates.relations import Question, Sources, related
from pairwell.measure.intervals import share_interval
from pairwell.records import CuratedRelation, Item, Pair

_MOST = 100  # add-ons of an item
Said = Callable[[Sequence[str]], Sequence[CuratedRelation]]  # what people said of these items


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of goods: learned, stated, and said by people."""

    model: LearnedPairs | None  # None: nothing was learned yet
    items: Mapping[str, Item]
    said: Said

    def title(self, item_id: str) -> str:
        """What an item is called, else its id."""
        item = self.items.get(item_id)
        return (item.title if item else None) or item_id


def first_upgrades(item_ids: Sequence[str], known: Known) -> dict[str, Pair]:
    """By item its first upgrade, people's before learned ones; items without one are left out."""
    if known.model is None:
        return {}
    found = {}
    sources, said = Sources(model=known.model, items=known.items), _by_anchor(known.said(item_ids))
    for item_id in item_ids:
        asked = Question(item_id=item_id, relation="upgrade", n=1, curated=said.get(item_id, ()))
        if pairs := related(asked, sources):
            found[item_id] = pairs[0]
    return found


def fitting(item_ids: Sequence[str], known: Known) -> dict[str, list[str]]:
    """By item what is surely bought with it, as was learned; items of which that is nothing are left out."""
    if known.model is None:
        return {}
    found = {one: [pair.item_id for pair in known.model.pairs(one, n=_MOST, above_floor=True)] for one in item_ids}
    return {one: beside for one, beside in found.items() if beside}


def took_dearer(anchor_id: str, upgrade_id: str, model: LearnedPairs) -> Dearer | None:
    """How many chose the upgrade, of all orders that were learned from; None without any."""
    took = model.orders_of(upgrade_id)
    orders = took + model.orders_of(anchor_id)
    if not orders:
        return None
    share = took / orders
    return Dearer(orders=orders, took=took, share=share, interval=share_interval(share, orders))


def _by_anchor(said: Sequence[CuratedRelation]) -> dict[str, list[CuratedRelation]]:
    found: dict[str, list[CuratedRelation]] = {}
    for one in said:
        found.setdefault(one.anchor_id, []).append(one)
    return found
