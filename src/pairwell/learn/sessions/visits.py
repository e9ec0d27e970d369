"""What was looked at in one go: events of one visitor, cut into visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import numpy as np

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.days import clamped

VIEWED, CARTED, BOUGHT = 0, 1, 2  # how far it went with an item

_LONGEST = 1_000  # steps; of a longer visit, mostly a machine's, the newest count


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """Events in no particular order; customers -1 where nobody is named, moments in microseconds since 1970."""

    visitors: Array
    customers: Array
    items: Array
    kinds: Array
    at: Array


class Visits(msgspec.Struct, frozen=True, kw_only=True):
    """Visits, oldest first; the steps of visit i lie between `offsets[i]` and `offsets[i + 1]`, in their order.

    A step is an item and how far it went with it; what repeats at once is one step. `item_ids` is ascending, and an
    item's place in it is its number.
    """

    item_ids: Sequence[str]
    offsets: Array
    items: Array
    kinds: Array
    began_at: Array  # microseconds since 1970
    visitors: Array  # by number

    @property
    def n_visits(self) -> int:
        return self.offsets.size - 1

    @property
    def sizes(self) -> Array:
        """Steps of each visit."""
        return np.diff(self.offsets)


def no_visits(item_ids: Sequence[str]) -> Visits:
    """Of a shop that logs nothing."""
    nothing = np.empty(0, dtype=np.int64)
    return Visits(
        item_ids=item_ids,
        offsets=np.zeros(1, dtype=np.int64),
        items=nothing.astype(np.int32),
        kinds=nothing.astype(np.int8),
        began_at=nothing,
        visitors=nothing,
    )


def make_visits(item_ids: Sequence[str], happened: Happened, bought: Happened, *, gap_micros: int) -> Visits:
    """Events of one visitor belong to one visit until nothing happens for longer than `gap_micros`.

    A step counts as bought where its customer buys the item before the visit is over for that long; the customer of a
    visit is the last one that its events name. Events of the same moment go by how far they went, then by item.
    """
    order = np.lexsort((happened.items, happened.kinds, happened.at, happened.visitors))
    events = _taken(happened, order)
    first = _first_of_visits(events, gap_micros)
    visit_of = np.cumsum(first) - 1
    kinds = np.where(_ended_in_purchase(events, visit_of, bought, gap_micros), BOUGHT, events.kinds)
    return _collapsed(item_ids, msgspec.structs.replace(events, kinds=kinds), visit_of, first)


def slice_visits(visits: Visits, start: int, stop: int) -> Visits:
    """Only the visits from `start` up to `stop`; the numbers of items stay."""
    first, last = int(visits.offsets[start]), int(visits.offsets[stop])
    return msgspec.structs.replace(
        visits,
        offsets=visits.offsets[start : stop + 1] - first,
        items=visits.items[first:last],
        kinds=visits.kinds[first:last],
        began_at=visits.began_at[start:stop],
        visitors=visits.visitors[start:stop],
    )


def visits_no_later_than(visits: Visits, now: datetime) -> Visits:
    """The same visits, those dated after `now` as if begun with the newest of the others."""
    return msgspec.structs.replace(visits, began_at=clamped(visits.began_at, now))


def seen_together(visits: Visits) -> Baskets:
    """The visits as baskets of the distinct items looked at, for everything that counts baskets."""
    visit_of = np.repeat(np.arange(visits.n_visits, dtype=np.int64), visits.sizes)
    n_items = max(1, len(visits.item_ids))
    keys = np.sort(visit_of * n_items + visits.items)
    keys = keys[np.diff(keys, prepend=-1) > 0]
    offsets = np.searchsorted(keys // n_items, np.arange(visits.n_visits + 1))
    return Baskets(
        item_ids=list(visits.item_ids),
        offsets=offsets,
        items=(keys % n_items).astype(np.int32),
        placed_at=visits.began_at,
    )


def _taken(happened: Happened, rows: Array) -> Happened:
    return Happened(**{name: getattr(happened, name)[rows] for name in happened.__struct_fields__})


def _first_of_visits(events: Happened, gap_micros: int) -> Array:
    first = np.ones(events.at.size, dtype=bool)
    first[1:] = (np.diff(events.visitors) != 0) | (np.diff(events.at) > gap_micros)
    return first


def _ended_in_purchase(events: Happened, visit_of: Array, bought: Happened, gap_micros: int) -> Array:
    """Whether the customer of each event's visit bought the item after it, before the visit was over."""
    if not events.at.size or not bought.at.size:
        return np.zeros(events.at.size, dtype=bool)
    n_visits = int(visit_of[-1]) + 1
    last_at, customer = np.zeros(n_visits, dtype=np.int64), np.full(n_visits, -1, dtype=np.int64)
    last_at[visit_of] = events.at  # the last of each visit stays, as events are in order
    named = events.customers >= 0
    customer[visit_of[named]] = events.customers[named]
    who = customer[visit_of]
    following = _next_purchase(who, events, bought)
    found: Array = (who >= 0) & (following <= last_at[visit_of] + gap_micros)
    return found


def _next_purchase(who: Array, events: Happened, bought: Happened) -> Array:
    """When each event's customer buys its item next; the end of time where they never do."""
    n_items = int(max(events.items.max(), bought.items.max())) + 1
    groups = np.concatenate([bought.customers, who]).astype(np.int64) * n_items
    groups += np.concatenate([bought.items, events.items])
    at = np.concatenate([bought.at, events.at])
    is_event = np.arange(at.size) >= bought.at.size
    order = np.lexsort((~is_event, at, groups))  # at one moment the event comes first
    places = np.where(is_event[order], at.size, np.arange(at.size))
    following = np.minimum.accumulate(places[::-1])[::-1]
    never = np.iinfo(np.int64).max
    reached = np.minimum(following, at.size - 1)
    same = (following < at.size) & (groups[order][reached] == groups[order])
    moments = np.empty(at.size, dtype=np.int64)
    moments[order] = np.where(same, at[order][reached], never)
    return moments[bought.at.size :]


def _collapsed(item_ids: Sequence[str], events: Happened, visit_of: Array, first: Array) -> Visits:
    """Repeats at once made one step, the furthest; visits cut to their newest steps and put in order of time."""
    step = first.copy()
    step[1:] |= np.diff(events.items) != 0
    starts = np.flatnonzero(step)
    kinds = np.maximum.reduceat(events.kinds, starts) if starts.size else events.kinds
    sizes = np.bincount(visit_of[starts], minlength=int(first.sum()))
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    began_at, visitors = events.at[first], events.visitors[first]
    order = np.lexsort((visitors, began_at))
    kept = np.minimum(sizes[order], _LONGEST)
    places = np.repeat(offsets[1:][order] - kept, kept) + _counted_up(kept)
    return Visits(
        item_ids=item_ids,
        offsets=np.concatenate(([0], np.cumsum(kept))),
        items=events.items[starts][places].astype(np.int32),
        kinds=kinds[places].astype(np.int8),
        began_at=began_at[order],
        visitors=visitors[order],
    )


def _counted_up(sizes: Array) -> Array:
    """0, 1, … for each size."""
    ends = np.cumsum(sizes)
    counted: Array = np.arange(int(sizes.sum())) - np.repeat(ends - sizes, sizes)
    return counted
