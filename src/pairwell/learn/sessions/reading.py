"""The visits of one snapshot, and of what the journal heard besides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import ibis
import msgspec
import numpy as np
import pyarrow as pa

from pairwell.config.settings import Learn
from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.events import Behaviour, BehaviourType
from pairwell.learn.sessions.visits import CARTED, VIEWED, Happened, Visits, make_visits, no_visits

LEARNED: tuple[BehaviourType, ...] = ("view", "add_to_cart")
"""Types that are learned from. What a shopper clicks or accepts was put there by the engine itself: no evidence."""

_MINUTE_MICROS = 60_000_000
_COLUMNS = ("event_id", "at", "type", "customer_id", "visitor_id", "item_id")
_HEARD = pa.schema({name: pa.string() for name in _COLUMNS} | {"at": pa.timestamp("us", "UTC")})


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """What was known at a moment: a snapshot of the dataset and what the journal heard by then."""

    dataset: Dataset
    snapshot: Snapshot
    as_of: datetime | None = None  # of the snapshot
    heard: Sequence[Behaviour] = ()  # of the journal, by then

    def table(self, name: str) -> Any:  # noqa: ANN401 - Ibis carries no types
        return self.dataset.table(name, snapshot=self.snapshot, as_of=self.as_of)


def read_visits(past: Past, item_ids: Sequence[str], learn: Learn) -> Visits:
    """Visits to items of `item_ids`, which is ascending; others and events of nobody are left out.

    A visitor is a browser where one is named, else a customer. An event of the journal that is in the dataset, too,
    counts once.
    """
    if not past.heard and not past.snapshot.tables.get("events"):
        return no_visits(item_ids)
    with storage_failures():
        return _read(past, item_ids, learn)


def _read(past: Past, item_ids: Sequence[str], learn: Learn) -> Visits:
    items = _numbered(item_ids)
    events = _told(past)
    visitors = _ranked(events, "visitor")
    customers = _ranked(events.filter(events.customer_id.notnull()).rename(customer="customer_id"), "customer")
    rows = events.inner_join(items, "item_id").inner_join(visitors, "visitor")
    rows = rows.left_join(customers, [("customer_id", "customer")])
    held = rows.select("visitor_no", "customer_no", "item_no", "at", kind=_kind(rows))
    gap = int(learn.session_gap_minutes * _MINUTE_MICROS)
    return make_visits(item_ids, _as_arrays(held), _purchases(past, items, customers), gap_micros=gap)


def _told(past: Past) -> Any:  # noqa: ANN401
    stored = past.table("events").select(*_COLUMNS)
    if past.heard:
        heard = ibis.memtable(pa.Table.from_pylist([msgspec.structs.asdict(one) for one in past.heard], schema=_HEARD))
        stored = stored.union(heard.anti_join(stored, "event_id"))
    # A letter before the id keeps a browser and a customer of the same id apart.
    whose = stored.visitor_id.notnull().ifelse("v" + stored.visitor_id, "c" + stored.customer_id)
    known = stored.type.isin(LEARNED) & whose.notnull() & stored.item_id.notnull()
    return stored.mutate(visitor=whose).filter(known)


def _kind(events: Any) -> Any:  # noqa: ANN401
    carted, viewed = (ibis.literal(kind, type="int8") for kind in (CARTED, VIEWED))
    return (events.type == "add_to_cart").ifelse(carted, viewed)


def _numbered(item_ids: Sequence[str]) -> Any:  # noqa: ANN401
    numbers = np.arange(len(item_ids), dtype=np.int64)
    return ibis.memtable(pa.table({"item_id": pa.array(item_ids, pa.string()), "item_no": numbers}))


def _ranked(rows: Any, name: str) -> Any:  # noqa: ANN401
    """Every value of the column `name` with its number, ascending."""
    values = rows.select(name).distinct()
    return values.mutate(**{f"{name}_no": ibis.row_number().over(order_by=name)})


def _purchases(past: Past, items: Any, customers: Any) -> Happened:  # noqa: ANN401
    orders = past.table("orders").inner_join(customers, [("customer_id", "customer")])
    lines = past.table("order_lines").select("order_id", "item_id").inner_join(items, "item_id")
    bought = lines.inner_join(orders.select("order_id", "customer_no", at="placed_at"), "order_id")
    return _as_arrays(bought.mutate(visitor_no=ibis.literal(-1), kind=ibis.literal(CARTED, type="int8")))


def _as_arrays(rows: Any) -> Happened:  # noqa: ANN401
    table = rows.select("visitor_no", "customer_no", "item_no", "at", "kind").to_pyarrow()
    whole = {name: table[name].fill_null(-1).to_numpy().astype(np.int64) for name in ("visitor_no", "customer_no")}
    return Happened(
        visitors=whole["visitor_no"],
        customers=whole["customer_no"],
        items=table["item_no"].to_numpy().astype(np.int64),
        kinds=table["kind"].to_numpy().astype(np.int8),
        at=table["at"].to_numpy().astype("datetime64[us]").astype(np.int64),
    )
