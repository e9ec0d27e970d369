"""The way of a visit, from a look to an order, to an add-on and to the next order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import ibis
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.clock import from_micros, to_micros
from pairwell.engines.engine import storage_failures
from pairwell.engines.functions import micros
from pairwell.measure.offers.estimates import Bools, Ints
from pairwell.measure.offers.rows import NEVER, newest_before
from pairwell.measure.period import Period
from pairwell.measure.sales.lines import History
from pairwell.measure.sales.visits import kept_visits, looks_of, orders_of_visitors, visits_of

STEPS: Final = ("visits", "cart", "order", "add_on", "again")
_PAUSE = 1_800_000_000  # microseconds; for as long after a visit an order belongs to it


class Buying(msgspec.Struct, frozen=True, kw_only=True):
    """Visits of the period by how far they came, each step among those before it."""

    steps: Mapping[str, int]  # by name of `STEPS`
    viewed_before: float | None  # median of different items looked at in visits with an order; None: no look is told
    orders: int  # of the period
    orders_met: int  # of these those that fall into a visit that events tell of


def read_buying(history: History, visitors: Mapping[str, str], period: Period) -> Buying | None:
    """Visits that began in the period and what they came to; None where no event tells of any.

    What a visit is, and which order belongs to it, is said in `sales.visits.kept_visits`, from where they are taken.
    `cart`: something was put there, or ordered; `add_on`: an order of it holds several items; `again`: the customer of
    that one ordered again later in the period. `visitors`: whose an order without a customer is.
    """
    with storage_failures():
        kept = kept_visits(history)
        if kept is None:
            return None
        visits = _near(kept, period, orders_of_visitors(history, visitors), history).to_pyarrow()
        whole = {name: _whole(visits[name]) for name in ("began", "ended", "carted", "ordered", "looked")}
        inside = whole["began"] >= to_micros(period.since)
        if not inside.any():
            return None
        last = int(whole["ended"].max()) + _PAUSE + 1
        orders = _orders(history, Period(period.since, max(period.until, from_micros(last)))).to_pyarrow()
    visit, met, again = _meet(visits, orders, visitors, to_micros(period.until))
    items, of_period = _whole(orders["items"]), _whole(orders["at"]) < to_micros(period.until)
    several = _any(visit, met & (items > 1), len(inside))
    repeated = _any(visit, met & (items > 1) & again, len(inside))
    carted, ordered = whole["carted"] > 0, whole["ordered"] > 0
    reached = (inside, inside & carted, inside & ordered, inside & several, inside & repeated)
    looked = whole["looked"]
    return Buying(
        steps={name: int(one.sum()) for name, one in zip(STEPS, reached, strict=True)},
        viewed_before=float(np.median(looked[reached[2]])) if reached[2].any() and looked[inside].any() else None,
        orders=int(of_period.sum()),
        orders_met=int((met & of_period).sum()),
    )


def _near(kept: ibis.Table, period: Period, of_visitors: ibis.Table | None, history: History) -> ibis.Table:
    """The visits of the period, and those before that its orders may belong to."""
    began = int(kept.filter(kept.ended >= to_micros(period.since) - _PAUSE).began.min().to_pyarrow().as_py() or 0)
    since = min(period.since, from_micros(began))
    return looks_of(history, visits_of(kept, Period(since, period.until), of_visitors))


def _meet(visits: pa.Table, orders: pa.Table, visitors: Mapping[str, str], until: int) -> tuple[Ints, Bools, Bools]:
    """Of each order its visit, whether there is one, and whether its unit ordered again before `until`."""
    names = pc.unique(visits["unit"].combine_chunks())
    unit, began, ended = _codes(visits["unit"], names), _whole(visits["began"]), _whole(visits["ended"])
    buyer, at = _buyers(orders, visitors, names), _whole(orders["at"])
    known = np.flatnonzero(buyer >= 0)
    order = np.lexsort((began, unit))
    visit = np.full(len(at), NEVER, dtype=np.int64)
    found = newest_before(unit[order], began[order], buyer[known], at[known])
    inside = (found >= 0) & (at[known] <= ended[order[np.maximum(found, 0)]] + _PAUSE)
    visit[known[inside]] = order[found[inside]]
    again, early = np.zeros(len(at), dtype=np.bool_), np.flatnonzero(at < until)
    again[early] = _again(buyer[early], at[early]) > 0
    return visit, visit >= 0, again


def _any(visit: Ints, chosen: Bools, many: int) -> Bools:
    """Of each visit whether any of the chosen orders is of it."""
    return np.asarray(np.bincount(visit[chosen], minlength=many) > 0)


def _orders(history: History, span: Period) -> ibis.Table:
    within = history.orders(span)
    heads = within.select("order_id", "customer_id", at=micros(within.placed_at))
    lines = history.dataset.table("order_lines", snapshot=history.snapshot)
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
