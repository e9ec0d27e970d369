"""Decisions, their offers, what was told of these and what was bought, as columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.events import items_named
from pairwell.measure.offers.estimates import Bools, Floats, Ints

NEVER = -1  # of a moment: it did not happen; of a place: there is none


class Slates(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row a decision that had something to offer, in order of time."""

    at: Ints  # microseconds since 1970, as all moments
    unit: Ints  # place among the units; NEVER: nobody is named
    placement: Ints
    seller: Ints  # who asked for it; NEVER: nobody is named
    shown: Bools  # not by lot kept back


class Offers(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row an offer of a slate; moments are NEVER where nothing was told of the time before the period's end."""

    slate: Ints
    name: Ints  # place among the names
    kind: Ints
    exposed: Ints  # the first time
    exposed_last: Ints
    clicked: Ints
    accepted: Ints
    declined: Ints
    reason: Ints  # of a decline, place among the reasons; NEVER: none was given


class Silence(NamedTuple):
    """Why a decision had nothing to show, and which limits or rules it was; "" where none are named."""

    reason: str
    detail: str


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What the numbers of columns mean."""

    units: Sequence[str]  # "c:ID", "v:ID"
    offers: Sequence[str]  # an item, of a bundle all of them
    kinds: Sequence[str]
    placements: Sequence[str]
    reasons: Sequence[str]
    sellers: Sequence[str]
    silences: Sequence[Silence]


class Decided(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row a decision of the period, silent or not, in order of time."""

    unit: Ints  # place among the units; NEVER: nobody is named
    placement: Ints
    seller: Ints
    silence: Ints  # place among the silences; NEVER: there was something to offer, shown or by lot not

    @property
    def size(self) -> int:
        """How many."""
        return len(self.unit)

    def only(self, rows: Bools) -> Decided:
        """Some of them."""
        columns = ("unit", "placement", "seller", "silence")
        return Decided(**{name: getattr(self, name)[rows] for name in columns})


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine expected of the slates that were shown in the period, when it chose them."""

    worth_minor: float = 0.0  # of their offers, against showing nothing
    slates: int = 0
    learned: int = 0  # of the slates, by what outcomes of earlier offers had taught; the others by the settings' prior


class Told(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What the journal tells of a period, and of the days before it that purchases look back to."""

    since: int  # the period begins here
    until: int
    slates: Slates
    offers: Offers
    names: Names
    decided: Decided
    expected: Expected = Expected()


class Lines(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row a line of an order that was not cancelled, of units that decisions are about, within the period.

    Money in minor units, net of tax and of the line's discount. `revenue` and `margin` are what is left after returns,
    `margin` also after the line's share of the discount of its order.
    """

    order: Ints
    unit: Ints
    at: Ints
    item: Ints  # place in `items`
    items: Sequence[str]
    quantity: Floats
    kept: Floats  # of the quantity, what did not come back
    gross: Floats  # before returns
    revenue: Floats
    margin: Floats
    cost_known: Bools  # else the margin is by rate
    priced: Bools  # else nobody knows what was paid, and the line counts without money

    @property
    def size(self) -> int:
        return len(self.order)


def part_codes(names: Sequence[str], items: Sequence[str]) -> list[Ints]:
    """Of each offer its items' places in `items`, ascending; NEVER for one that is not there."""
    places = {item_id: place for place, item_id in enumerate(items)}
    return [np.array(sorted(places.get(one, NEVER) for one in items_named(name)), dtype=np.int64) for name in names]


def newest_before(keys: Ints, at: Ints, asked_keys: Ints, asked_at: Ints) -> Ints:
    """For each that asks, the row of the same key with the newest moment not after its own; NEVER: there is none.

    Of rows of one key and moment it is the last one.
    """
    n, m = len(keys), len(asked_keys)
    if not n or not m:
        return np.full(m, NEVER, dtype=np.int64)
    asks = np.concatenate([np.zeros(n, dtype=np.int8), np.ones(m, dtype=np.int8)])
    both_keys, both_at = np.concatenate([keys, asked_keys]), np.concatenate([at, asked_at])
    order = np.lexsort((asks, both_at, both_keys))  # stable: rows of one moment stay in their order
    last = np.maximum.accumulate(np.where(order < n, np.arange(n + m), -1))
    row = np.where(last >= 0, order[last], NEVER)
    found = np.full(n + m, NEVER, dtype=np.int64)
    same = (row >= 0) & (both_keys[np.maximum(row, 0)] == both_keys[order])
    found[order] = np.where(same, row, NEVER)
    return found[n:]
