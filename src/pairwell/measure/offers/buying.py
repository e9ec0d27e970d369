"""The way of a visit, from a look to an order, to an add-on and to the next order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import ibis
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.engines.functions import micros
from pairwell.measure.offers.estimates import Ints
from pairwell.measure.offers.rows import newest_before
from pairwell.measure.period import Period

STEPS: Final = ("visits", "cart", "order", "add_on", "again")
_PAUSE = 1_800_000_000  # microseconds; after half an hour without an event another visit begins
_CARTED = ("add_to_cart", "checkout")


class Buying(msgspec.Struct, frozen=True, kw_only=True):
    """Visits of the period by how far they came, each step among those before it."""

    steps: Mapping[str, int]  # by name of `STEPS`
    viewed_before: float | None  # median of different items looked at in visits with an order; None: no look is told
    orders: int  # of the period
    orders_met: int  # of these those that fall into a visit that events tell of


def read_buying(dataset: Dataset, visitors: Mapping[str, str], period: Period) -> Buying | None:
    """Visits and what they came to; None where no event of the period is told.

    A visit is events of one customer, or of one visitor, less than half an hour apart; a visitor whom events name
    together with one customer is that customer. An order belongs to the visit that it falls into, or that ended less
    than half an hour before. `cart`: something was put there, or ordered; `add_on`: the order holds several items;
    `again`: its customer ordered again later in the period. `visitors`: whose an order without a customer is.
    """
    with storage_failures():
        visits = _visits(dataset, period).to_pyarrow()
        orders = _orders(dataset, period).to_pyarrow()
    if not visits.num_rows:
        return None
    names = pc.unique(visits["unit"].combine_chunks())
    unit = _codes(visits["unit"], names)
    began, ended, carted, viewed = (_whole(visits[name]) for name in ("began", "ended", "carted", "viewed"))
    buyer, at, items = _buyers(orders, visitors, names), _whole(orders["at"]), _whole(orders["items"])
    known = np.flatnonzero(buyer >= 0)
    order = np.lexsort((began, unit))
    found = newest_before(unit[order], began[order], buyer[known], at[known])
    met = (found >= 0) & (at[known] <= ended[order[np.maximum(found, 0)]] + _PAUSE)
    visit, rows = order[found[met]], known[met]
    ordered = np.bincount(visit, minlength=len(unit)) > 0
    several = np.bincount(visit, weights=items[rows] > 1, minlength=len(unit)) > 0
    again = np.bincount(visit, weights=_again(buyer, at)[rows], minlength=len(unit)) > 0
    reached = (np.ones(len(unit), dtype=np.bool_), (carted > 0) | ordered, ordered, several, several & again)
    return Buying(
        steps={name: int(one.sum()) for name, one in zip(STEPS, reached, strict=True)},
        viewed_before=float(np.median(viewed[ordered])) if ordered.any() and viewed.any() else None,
        orders=orders.num_rows,
        orders_met=int(met.sum()),
    )


def _visits(dataset: Dataset, period: Period) -> ibis.Table:
    events = dataset.table("events")
    within = events.filter(period.holds(events.at))
    told = within.select("type", "customer_id", "visitor_id", "item_id", at=micros(within.at))
    both = told.filter(told.customer_id.notnull(), told.visitor_id.notnull())
    owners = both.group_by("visitor_id").aggregate(owner=both.customer_id.max(), owners=both.customer_id.nunique())
    joined = told.left_join(owners.filter(owners.owners == 1), "visitor_id")
    customer = ibis.coalesce(joined.customer_id, joined.owner)
    whose = ibis.coalesce(ibis.literal("c:") + customer, ibis.literal("v:") + joined.visitor_id)
    named = joined.select("type", "item_id", "at", unit=whose)
    named = named.filter(named.unit.notnull())
    turn = ibis.window(group_by="unit", order_by=["at"])
    pause = named.mutate(new=(named.at - named.at.lag().over(turn) > _PAUSE).fill_null(True).cast("int64"))
    # By moments and not by rows: events of one moment are of one visit, in whatever order they come.
    running = ibis.range_window(group_by="unit", order_by=["at"], preceding=None, following=0)
    numbered = pause.mutate(visit=pause.new.sum().over(running))
    return numbered.group_by("unit", "visit").aggregate(
        began=numbered.at.min(),
        ended=numbered.at.max(),
        carted=numbered.type.isin(_CARTED).sum(),
        viewed=numbered.item_id.nunique(where=numbered.type == "view"),
    )


def _orders(dataset: Dataset, period: Period) -> ibis.Table:
    snapshot = dataset.newest()
    orders = dataset.table("orders", snapshot=snapshot)
    within = orders.filter(period.holds(orders.placed_at))
    heads = within.select("order_id", "customer_id", at=micros(within.placed_at))
    lines = dataset.table("order_lines", snapshot=snapshot)
    sizes = lines.group_by("order_id").aggregate(items=lines.item_id.nunique())
    joined = heads.left_join(sizes, "order_id")
    return joined.select("order_id", "customer_id", "at", items=joined["items"].fill_null(0))


def _buyers(orders: pa.Table, visitors: Mapping[str, str], names: pa.Array) -> Ints:
    whose = pa.array([visitors.get(order_id) for order_id in orders["order_id"].to_pylist()], pa.string())
    named = pc.binary_join_element_wise(pa.scalar("c:"), orders["customer_id"].combine_chunks(), "")
    return _codes(pa.chunked_array([pc.coalesce(named, whose)]), names)


def _again(buyer: Ints, at: Ints) -> Ints:
    """Of each order whether its unit placed another one later."""
    order = np.lexsort((at, buyer))
    last = np.append(buyer[order][1:] != buyer[order][:-1], True) if len(order) else np.empty(0, dtype=np.bool_)
    found = np.zeros(len(order), dtype=np.int64)
    found[order] = ~last & (buyer[order] >= 0)
    return found


def _codes(column: pa.ChunkedArray, names: pa.Array) -> Ints:
    found = pc.fill_null(pc.index_in(column, value_set=names), -1)
    return np.asarray(found.to_numpy(), dtype=np.int64)


def _whole(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.to_numpy(), dtype=np.int64)
