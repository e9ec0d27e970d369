"""What is true now of items, relations and ownership, worked out from the dataset."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import msgspec
import pyarrow as pa

from pairwell.clock import to_micros
from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.engines.duckdb import micros
from pairwell.facts.ownership import Ownership
from pairwell.facts.store import FactStore
from pairwell.ingest.assemble import recent_prices
from pairwell.ingest.customer_facts import read_told
from pairwell.records import CuratedRelation, Item

_ROWS = 20_000
_LINES_AT_A_TIME = 1_000_000
_STATED = ("price_minor", "cost_minor", "published")
_OF_ORDERS = ("orders", "order_lines", "returns")
_AS_STORED = (
    "item_id", "title", "category", "brand", "family", "tier", "price_minor", "cost_minor", "rating", "n_ratings",
    "published", "url", "image_url",
)  # fmt: skip


def write_facts(
    dataset: Dataset, facts: FactStore, *, timezone: str, now: datetime, stocks: Mapping[str, int | None] | None = None
) -> int:
    """Bring the facts up to the newest snapshot and remember which one that was; returns its number.

    It may be run again at any time: what is written already changes nothing. Where another process merges
    meanwhile, its snapshot is written too. `stocks` is what a catalogue says now; other stocks stay as they are.
    `timezone` says where the days begin on which an item sold.
    """
    stocks = stocks or {}
    while True:
        snapshot = dataset.newest()
        items = _priced_items(dataset, snapshot, timezone)
        counted = dict.fromkeys(stocks, to_micros(now))
        facts.write_items(_items(items, {**_known_stocks(facts), **stocks}, counted), at=now)
        facts.write_relations(_relations(dataset, snapshot), at=now)
        if snapshot.number > facts.snapshot():
            base = _base(dataset, facts, snapshot)
            if base is not None:
                facts.remove_owned(_lost(dataset, snapshot, since=base))
            facts.write_owned(_owned(dataset, snapshot, since=base))
            facts.write_customers(read_told(dataset, snapshot, since=base))
            facts.mark_snapshot(snapshot.number)
        if dataset.newest().number == snapshot.number:
            return snapshot.number


def are_current(dataset: Dataset, facts: FactStore) -> bool:
    """Whether the facts were written from the newest snapshot."""
    return facts.snapshot() >= dataset.newest().number


def _base(dataset: Dataset, facts: FactStore, snapshot: Snapshot) -> Snapshot | None:
    """The snapshot whose purchases are facts already; None where there is none of this dataset's."""
    number = facts.snapshot()
    return dataset.read_snapshot(number) if 0 < number < snapshot.number else None


def _known_stocks(facts: FactStore) -> dict[str, int | None]:
    return {item_id: item.stock for item_id, item in facts.items().items()}


def _priced_items(dataset: Dataset, snapshot: Snapshot, timezone: str) -> ibis.Table:
    items = dataset.table("items", snapshot=snapshot)
    sold = recent_prices(_priced_lines(dataset, snapshot), timezone).rename(sold_minor="price_minor")
    joined = items.left_join(sold, "item_id").drop("item_id_right")
    stated = (~joined.derived).ifelse(joined.price_minor, ibis.null("int64"))
    return joined.mutate(price_minor=ibis.coalesce(stated, joined.sold_minor, joined.price_minor))


def _items(priced: ibis.Table, stocks: Mapping[str, int | None], counted: Mapping[str, int]) -> Iterator[Item]:
    for row in _rows(priced.order_by("item_id")):
        item_id: str = row["item_id"]
        yield Item(
            kind=row["kind"] or "good",
            stock=stocks.get(item_id),
            attributes=_texts(row["attributes"]),
            stated_at=_stated_at(row) | ({"stock": counted[item_id]} if item_id in counted else {}),
            **{name: row[name] for name in _AS_STORED},
        )


def _stated_at(row: Mapping[str, Any]) -> dict[str, int]:
    """When a catalogue said what it says; what is worked out from orders is no statement."""
    if row["derived"]:
        return {}
    return dict.fromkeys([name for name in _STATED if row[name] is not None], to_micros(row["valid_from"]))


def _priced_lines(dataset: Dataset, snapshot: Snapshot) -> ibis.Table:
    orders = dataset.table("orders", snapshot=snapshot).select("order_id", "placed_at")
    return dataset.table("order_lines", snapshot=snapshot).join(orders, "order_id")


def _relations(dataset: Dataset, snapshot: Snapshot) -> Iterator[CuratedRelation]:
    rows = dataset.table("relations", snapshot=snapshot)
    places = ibis.window(group_by=["anchor_id", "source", "relation"], order_by=[rows["rank"], rows.item_id])
    ranked = rows.mutate(place=ibis.coalesce(rows["rank"], ibis.row_number().over(places)))
    for row in _rows(ranked.order_by("anchor_id", "source", "place", "item_id")):
        yield CuratedRelation(
            anchor_id=row["anchor_id"], item_id=row["item_id"], relation=row["relation"], rank=row["place"]
        )


def _owned(dataset: Dataset, snapshot: Snapshot, *, since: Snapshot | None) -> Iterator[Ownership]:
    """Who bought what, how often and when last; only of customers with purchases that `since` does not have."""
    if since is None:
        yield from _ownership(_purchases(dataset, snapshot))
        return
    touched = _touched(dataset, snapshot, since)
    fresh = _purchases(dataset, snapshot, touched).anti_join(
        _purchases(dataset, since, touched), ["order_id", "customer_id", "item_id"]
    )
    yield from _ownership(_purchases(dataset, snapshot, _orders_of(dataset, snapshot, fresh)))


def _lost(dataset: Dataset, snapshot: Snapshot, *, since: Snapshot) -> Iterator[Ownership]:
    """Who owned what at `since` and no longer does: the order was cancelled or replaced, or all of it came back."""
    before = _purchases(dataset, since, _touched(dataset, snapshot, since))
    now = _purchases(dataset, snapshot, _orders_of(dataset, snapshot, before))
    yield from _ownership(before.anti_join(now, ["customer_id", "item_id"]))


def _touched(dataset: Dataset, snapshot: Snapshot, since: Snapshot) -> ibis.Table:
    """Orders with a row in a file that only one of both snapshots has: all others are the same in both."""
    only = [_without(snapshot, since), _without(since, snapshot)]
    names = (*_OF_ORDERS, "order_status")
    rows = [dataset.history(name, snapshot=one).select("order_id") for one in only for name in names]
    return ibis.memtable(ibis.union(*rows, distinct=True).to_pyarrow())


def _without(one: Snapshot, other: Snapshot) -> Snapshot:
    """Only the files that the other one does not have."""
    files = {name: tuple(sorted({*own} - {*other.tables.get(name, ())})) for name, own in one.tables.items()}
    return msgspec.structs.replace(one, tables=files)


def _orders_of(dataset: Dataset, snapshot: Snapshot, customers: ibis.Table) -> ibis.Table:
    """All orders of these customers."""
    asked = ibis.memtable(customers.select("customer_id").distinct().to_pyarrow())
    orders = dataset.table("orders", snapshot=snapshot).semi_join(asked, "customer_id").select("order_id")
    return ibis.memtable(orders.to_pyarrow())


def _ownership(bought: ibis.Table) -> Iterator[Ownership]:
    """All of a customer's in one; some customers at a time, since the engine holds their lists in memory."""
    parts = 1 + int(bought.count().to_pyarrow().as_py()) // _LINES_AT_A_TIME
    for part in range(parts):
        yield from _packed(bought.filter(_number(bought.customer_id) % parts == part))


def _packed(bought: ibis.Table) -> Iterator[Ownership]:
    owned = bought.group_by("customer_id", item_ids=bought.item_id).aggregate(
        last_bought_at=micros(bought.placed_at.max()), orders=bought.order_id.nunique()
    )
    packed = owned.group_by("customer_id").aggregate(**{name: owned[name].collect() for name in _PACKED})
    purchases = _as_json(ibis.struct({name: packed[name] for name in _PACKED}))
    # In the order of the stored rows' key: faster.
    ordered = packed.select("customer_id", purchases=purchases).order_by("customer_id")
    for batch in ordered.to_pyarrow_batches(chunk_size=_ROWS):
        texts = batch.column("purchases").cast(pa.binary())
        yield from map(Ownership, batch.column("customer_id").to_pylist(), texts.to_pylist())


_PACKED = ("item_ids", "last_bought_at", "orders")
_LISTS = "struct<item_ids: array<string>, last_bought_at: array<int64>, orders: array<int64>>"


@ibis.udf.scalar.builtin(name="hash", signature=(("string",), "uint64"))  # type: ignore[untyped-decorator]
def _number(customer_id: ir.Value) -> ir.Value:
    """DuckDB's function: the same number for the same customer."""


@ibis.udf.scalar.builtin(name="to_json", signature=((_LISTS,), "string"))  # type: ignore[untyped-decorator]
def _as_json(purchases: ir.Value) -> ir.Value:
    """DuckDB's function: no value of millions of purchases becomes one of Python."""


def _purchases(dataset: Dataset, snapshot: Snapshot, among: ibis.Table | None = None) -> ibis.Table:
    """What known customers bought and did not send back whole, a row for each line; `among` names the orders."""
    orders, lines, returns = (_among(dataset.table(name, snapshot=snapshot), among) for name in _OF_ORDERS)
    known = orders.filter(orders.customer_id.notnull()).select("order_id", "customer_id", "placed_at")
    back = returns.group_by("order_id", "line_no").aggregate(returned=returns.quantity.sum())
    joined = lines.left_join(back, ["order_id", "line_no"])
    kept = joined.filter(joined.quantity > ibis.coalesce(joined.returned, 0.0))
    return kept.select("order_id", "item_id").join(known, "order_id")


def _among(rows: ibis.Table, orders: ibis.Table | None) -> ibis.Table:
    return rows if orders is None else rows.semi_join(orders, "order_id")


def _rows(table: ibis.Table) -> Iterator[dict[str, Any]]:
    batches = table.to_pyarrow_batches(chunk_size=_ROWS)
    return itertools.chain.from_iterable(batch.to_pylist() for batch in batches)


def _texts(attributes: str | None) -> dict[str, str]:
    if attributes is None:
        return {}
    return {name: str(value) for name, value in msgspec.json.decode(attributes, type=dict[str, Any]).items()}
