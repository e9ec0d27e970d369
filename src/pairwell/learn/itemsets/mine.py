"""Frequent itemsets of orders: all, closed or maximal, each with its exact count."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.itemsets.orders import RankedOrders, project, rank_orders
from pairwell.learn.itemsets.room import (
    ALL,
    CLOSED,
    FULL,
    GOING,
    ITEMS,
    KIND,
    LONGEST,
    MAXIMAL,
    MOST,
    SETS,
    STATUS,
    THRESHOLD,
    TOO_MANY,
    Room,
    larger,
    make_room,
    report,
)
from pairwell.learn.itemsets.search import search_ranks

Kind = Literal["all", "closed", "maximal"]

_KINDS = {"all": ALL, "closed": CLOSED, "maximal": MAXIMAL}
MOST_ITEMSETS = 5_000_000


class Itemsets(msgspec.Struct, frozen=True, kw_only=True):
    """Sets of items with the orders that hold them; the items of set i lie between `offsets[i]` and `offsets[i + 1]`.

    Items ascend within a set. Sets come in an order that depends on nothing but the orders.
    """

    offsets: Array
    items: Array
    counts: Array
    n_orders: int

    @property
    def sizes(self) -> Array:
        """Items of each set."""
        return np.diff(self.offsets)


class TooManyItemsets(Exception):  # noqa: N818 - caught where it is turned into a refusal
    """More sets are frequent than were to be held."""


def frequent_itemsets(
    baskets: Baskets,
    *,
    min_count: int,
    max_items: int | None = None,
    kind: Kind = "all",
    most: int = MOST_ITEMSETS,
) -> Itemsets:
    """Every set of one item up to `max_items` that is in at least `min_count` (1 or more) orders.

    A closed set is one that no larger set equals in orders, a maximal one is held by no larger frequent set; larger
    sets count also where they exceed `max_items`. Raises `TooManyItemsets` beyond `most` sets; of maximal ones the
    closed sets that are looked at count.
    """
    held = rank_orders(baskets, min_count)
    room = make_room(held, min_count)
    room.state[KIND], room.state[MOST], room.state[LONGEST] = _KINDS[kind], most, _longest(held, max_items)
    room = _mine(held, room, 0)
    return Itemsets(
        offsets=np.concatenate(([0], room.ends[: room.state[SETS]])),
        items=room.items[: room.state[ITEMS]].copy(),
        counts=room.counts[: room.state[SETS]].copy(),
        n_orders=baskets.n_orders,
    )


def _longest(held: RankedOrders, max_items: int | None) -> int:
    longest = int(np.diff(held.offsets).max(initial=0))
    return longest if max_items is None else min(max_items, longest)


def _mine(held: RankedOrders, room: Room, size: int) -> Room:
    """Search behind the prefix of `size` items; return the room, which may have grown, with what was found."""
    first, state = held.n_excluded, room.state
    while (first := search_ranks(held, room, first, size)) < held.items.size:
        status, state[STATUS] = int(state[STATUS]), GOING
        if status == TOO_MANY:
            raise TooManyItemsets
        if status == FULL:
            room = larger(room)
        else:
            room = _search_apart(held, room, first, size)
            first += 1
    return room


def _search_apart(held: RankedOrders, room: Room, rank: int, size: int) -> Room:
    """Search the sets of the prefix, `rank` and whatever more, in the orders with `rank` alone."""
    room.prefix[size] = held.items[rank]
    part = project(held, rank, int(room.state[THRESHOLD]), closing=room.state[KIND] != ALL)
    grown = size + 1 + part.joined.size
    room.prefix[size + 1 : grown] = part.joined
    if part.covered or grown > room.state[LONGEST]:
        return room
    room = _with_set(room, grown)
    report(room, grown, part.n_orders, part.held.items.size == 0)
    return _mine(part.held, room, grown)


def _with_set(room: Room, size: int) -> Room:
    """Room for one more set of `size` items."""
    while room.state[SETS] == room.counts.size or room.state[ITEMS] + size > room.items.size:
        room = larger(room)
    return room
