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
    MAXIMAL,
    SETS,
    STATUS,
    THRESHOLD,
    TOO_MANY,
    Room,
    Task,
    Terms,
    larger,
    make_room,
    report,
    report_closed,
    with_space,
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
    terms = Terms(_KINDS[kind], _longest(held, max_items), most, counting=False)
    room = _mine(Task(held, terms, make_room(held, min_count)), 0)
    return Itemsets(
        offsets=np.concatenate(([0], room.found.ends[: room.state[SETS]])),
        items=room.found.items[: room.state[ITEMS]].copy(),
        counts=room.found.counts[: room.state[SETS]].copy(),
        n_orders=baskets.n_orders,
    )


def _longest(held: RankedOrders, max_items: int | None) -> int:
    longest = int(np.diff(held.offsets).max(initial=0))
    return longest if max_items is None else min(max_items, longest)


def _mine(task: Task, size: int) -> Room:
    """Search behind the prefix of `size` items; return the room, which may have grown, with what was found."""
    first, state = task.held.n_excluded, task.room.state
    while (first := search_ranks(task, first, size)) < task.held.items.size:
        status, state[STATUS] = int(state[STATUS]), GOING
        if status == TOO_MANY:
            raise TooManyItemsets
        if status == FULL:
            task = task._replace(room=larger(task.room))
        else:
            task = task._replace(room=_split(task, first, size))
            first += 1
    return task.room


def _split(task: Task, rank: int, size: int) -> Room:
    """Search the sets of the prefix and `rank`, or more, in their orders alone."""
    held, terms, room = task
    room.prefix[size] = held.items[rank]
    part = project(held, rank, int(room.state[THRESHOLD]), splitting=terms.kind != ALL)
    grown = size + 1 + part.joined.size
    room.prefix[size + 1 : grown] = part.joined
    if part.covered or grown > terms.max_items:
        return room
    inner = Task(part.held, terms, with_space(room, grown))
    if terms.kind == ALL:
        report(inner, grown, part.n_orders)
    else:
        report_closed(inner, grown, part.n_orders, part.held.items.size == 0)
    return _mine(inner, grown)
