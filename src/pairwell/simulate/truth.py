"""What is true of a simulated assortment: what goes with what, and what replaces what."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import numpy as np

from pairwell.errors import NotFoundError
from pairwell.simulate.arrays import Bools, Floats, Ints
from pairwell.simulate.catalogue import Catalogue
from pairwell.simulate.planting import Edges
from pairwell.simulate.size import ShopSize

ENOUGH = 10.0  # orders with both, expected over the history, that make a pair findable


class Complement(msgspec.Struct, frozen=True, kw_only=True):
    """A planted pair; alive while `since <= moment < until`, for ever where `until` is None."""

    anchor_id: str
    item_id: str
    strength: float  # chance that a typical buyer of the anchor takes it along
    since: datetime
    until: datetime | None
    expected_together: float  # orders of the history expected to hold both on account of this pair

    def alive(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


class Truth(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Answers what nobody else can know; an unknown item is a `NotFoundError`."""

    size: ShopSize
    catalogue: Catalogue
    edges: Edges
    expected: Floats

    def complements(self, item_id: str) -> list[Complement]:
        """What was planted with this anchor, strongest first, dead and unborn ones included."""
        anchor = self._place(item_id)
        rows = [self._complement(anchor, place) for place in np.flatnonzero(self.edges.add_on[anchor] >= 0)]
        return sorted(rows, key=lambda each: (-each.strength, each.item_id))

    def substitutes(self, item_id: str) -> list[str]:
        """The same need and tier, by another brand."""
        at, goods = self._place(item_id), self.catalogue
        same = (goods.need == goods.need[at]) & (goods.tier == goods.tier[at])
        return self._ids(same & (goods.brand != goods.brand[at]))

    def same_need(self, item_id: str) -> list[str]:
        """All other families for the same need, of any tier and brand: nobody takes two of them on one visit."""
        at, goods = self._place(item_id), self.catalogue
        return self._ids((goods.need == goods.need[at]) & (goods.family != goods.family[at]))

    def upgrades(self, item_id: str) -> list[str]:
        """The same need and brand, a higher tier."""
        at, goods = self._place(item_id), self.catalogue
        ladder = (goods.need == goods.need[at]) & (goods.brand == goods.brand[at])
        return self._ids(ladder & (goods.tier > goods.tier[at]))

    def variants(self, item_id: str) -> list[str]:
        """The same thing in another colour or size."""
        at, goods = self._place(item_id), self.catalogue
        others = goods.family == goods.family[at]
        others[at] = False
        return self._ids(others)

    def planted(self) -> list[Complement]:
        """Every planted complement, by anchor."""
        return [each for item in self.catalogue.items for each in self.complements(item.item_id)]

    def findable(self, *, at: datetime | None = None) -> list[Complement]:
        """Those alive `at` a moment (the end of the history) that the history gives enough orders for."""
        moment = at or self.size.history_end
        return [each for each in self.planted() if each.alive(moment) and each.expected_together >= ENOUGH]

    def _complement(self, anchor: int, place: np.intp) -> Complement:
        until = int(self.edges.until[anchor, place])
        return Complement(
            anchor_id=self.catalogue.items[anchor].item_id,
            item_id=self.catalogue.items[int(self.edges.add_on[anchor, place])].item_id,
            strength=float(self.edges.strength[anchor, place]),
            since=self._moment(int(self.edges.since[anchor, place])),
            until=self._moment(until) if until < self.size.horizon else None,
            expected_together=float(self.expected[anchor, place]),
        )

    def _moment(self, day: int) -> datetime:
        return self.size.opened + timedelta(days=day)

    def _place(self, item_id: str) -> int:
        return place_of(self.catalogue, item_id)

    def _ids(self, chosen: Bools) -> list[str]:
        places: Ints = np.flatnonzero(chosen)
        return [self.catalogue.items[place].item_id for place in places]


def place_of(catalogue: Catalogue, item_id: str) -> int:
    """Where an item stands in the catalogue's arrays; an unknown one is a `NotFoundError`."""
    try:
        return catalogue.index[item_id]
    except KeyError as error:
        raise NotFoundError(f"Item {item_id!r} is not sold in this simulated shop.", field="item_id") from error
