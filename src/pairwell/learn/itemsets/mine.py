"""Frequent itemsets of orders: all, closed or maximal, each with its exact count."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.errors import TooManyError
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.itemsets.found import Kind
from pairwell.learn.itemsets.orders import RankedOrders, project, rank_orders
from pairwell.learn.itemsets.room import (
    ALL,
    CLOSED,
    COUNTING,
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
from pairwell.learn.itemsets.support import shortest_support
from pairwell.wording import counted

_KINDS = {"all": ALL, "closed": CLOSED, "maximal": MAXIMAL}
_LOOKED_AT = {"all": "itemsets", "closed": "closed itemsets", "maximal": "closed itemsets, of which some are maximal,"}
_MOST = 1_000_000


class Itemsets(msgspec.Struct, frozen=True, kw_only=True):
    """Sets of items with the orders that hold them; the items of set i lie between `offsets[i]` and `offsets[i + 1]`.

    Items ascend within a set. Sets come in an order that depends on nothing but the orders.
    """

    offsets: Array
    items: Array
    counts: Array
    kind: Kind
    n_orders: int

    @property
    def sizes(self) -> Array:
        """Items of each set."""
        return np.diff(self.offsets)


class _Full(Exception):  # noqa: N818 - never leaves this module
    """What was counted so far is void: the search begins again in a larger room."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which itemsets are asked for.

    A closed set is one that no larger set equals in orders, a maximal one is held by no larger frequent set; larger
    sets count also where they exceed `max_items`.
    """

    kind: Kind = "all"
    max_items: int | None = None
    most: int = _MOST  # sets; to find maximal ones, closed sets looked at


EVERYTHING = Wanted()


class _TooMany(Exception):  # noqa: N818 - never leaves this module
    """More sets are frequent than are wanted."""


def frequent_itemsets(baskets: Baskets, *, min_count: int, wanted: Wanted = EVERYTHING) -> Itemsets:
    """Every set of items wanted that is in at least `min_count` (1 or more) orders.

    Raises `TooManyError` where there are more than wanted; it names the smallest support that fits.
    """
    held = rank_orders(baskets, min_count)
    try:
        room = _mine(held, _room(held, min_count, wanted), 0)
    except _TooMany:
        raise _refusal(baskets, min_count, wanted) from None
    return Itemsets(
        offsets=np.concatenate(([0], room.ends[: room.state[SETS]])),
        items=room.items[: room.state[ITEMS]].copy(),
        counts=room.counts[: room.state[SETS]].copy(),
        kind=wanted.kind,
        n_orders=baskets.n_orders,
    )


def smallest_count(baskets: Baskets, *, at_least: int, wanted: Wanted) -> int | None:
    """The smallest number of orders, `at_least` or more, for which no more than the most wanted sets are frequent.

    None where more sets than that are in every order.
    """
    asked = max(1, baskets.n_orders)
    while True:
        fitting = _fitting(baskets, max(asked, at_least), wanted)
        if fitting > max(asked, at_least) or asked <= at_least:
            return fitting if fitting <= max(baskets.n_orders, at_least) else None
        # Sets multiply as the threshold falls: to come from above costs little more than the last steps.
        asked //= 2


def _fitting(baskets: Baskets, threshold: int, wanted: Wanted) -> int:
    """The smallest threshold from this one on that no more than the most wanted sets reach."""
    held = rank_orders(baskets, threshold)
    room = _room(held, threshold, wanted, counting=True)
    while True:
        try:
            return int(_mine(held, room, 0).state[THRESHOLD])
        except _Full:
            room = larger(room)
            room.counts[:], room.state[SETS] = 0, 0


def _room(held: RankedOrders, threshold: int, wanted: Wanted, *, counting: bool = False) -> Room:
    room = make_room(held, threshold, counting=counting)
    longest = held.longest if wanted.max_items is None else min(wanted.max_items, held.longest)
    room.state[KIND], room.state[MOST], room.state[LONGEST] = _KINDS[wanted.kind], wanted.most, longest
    return room


def _mine(held: RankedOrders, room: Room, size: int) -> Room:
    """Search behind the prefix of `size` items; return the room, which may have grown, with what was found."""
    first, state = held.n_excluded, room.state
    while (first := search_ranks(held, room, first, size)) < held.items.size:
        status, state[STATUS] = int(state[STATUS]), GOING
        if status == TOO_MANY:
            raise _TooMany
        if status == FULL and state[COUNTING]:
            raise _Full
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
    report(room, grown, part.held.n_orders, part.held.items.size == 0)
    return _mine(part.held, room, grown)


def _with_set(room: Room, size: int) -> Room:
    """Room for one more set of `size` items."""
    while not room.state[COUNTING] and (
        room.state[SETS] == room.counts.size or room.state[ITEMS] + size > room.items.size
    ):
        room = larger(room)
    return room


def _refusal(baskets: Baskets, min_count: int, wanted: Wanted) -> TooManyError:
    n_orders = baskets.n_orders
    found = (
        f"More than {wanted.most:,} {_LOOKED_AT[wanted.kind]} are in at least "
        f"{min_count:,} of {counted(n_orders, 'order')}; at most {wanted.most:,} are looked for (learn.most_itemsets)."
    )
    fitting = smallest_count(baskets, at_least=min_count, wanted=wanted)
    if fitting is not None:
        support = shortest_support(fitting, n_orders)
        return TooManyError(found, hint=f"The smallest support that fits is {support} ({counted(fitting, 'order')}).")
    return TooManyError(
        found,
        hint="No support fits: as many are in every order. Ask for closed itemsets, or for smaller ones.",
    )
