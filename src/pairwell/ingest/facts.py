"""What is true now of items, relations and ownership, worked out from the dataset."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import ibis
import msgspec

from pairwell.clock import to_micros
from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.facts.store import FactStore
from pairwell.ingest.curated import read_curated
from pairwell.ingest.customer_facts import read_told
from pairwell.ingest.offer_texts import read_texts
from pairwell.ingest.owning import owned
from pairwell.ingest.prices import recent_prices
from pairwell.ingest.telling import told_of_customers
from pairwell.ingest.touched import touched_items
from pairwell.offer_words import OfferText
from pairwell.records import Item

_ROWS = 20_000
_OF_PAIRS = frozenset({"relations"})
_OF_NOBODY = _OF_PAIRS | {"offer_texts"}  # tables that say nothing of customers
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
    stocks, overtaken = stocks or {}, False
    # Asked once: another process that had read an older snapshot may have written after the one it marked.
    base = _base(dataset, facts)
    while True:
        snapshot = dataset.newest()
        if stocks or overtaken or not _differ_in(_OF_PAIRS, snapshot, base):
            items = _priced_items(dataset, snapshot, timezone, among=_touched_items(dataset, snapshot, base, stocks))
            facts.write_items(_items(items, _told(dataset, snapshot, facts, stocks, now)), at=now)
        facts.write_relations(read_curated(dataset, snapshot), at=now)
        if snapshot.number > facts.snapshot():
            if overtaken or not _differ_in(_OF_NOBODY, snapshot, base):
                _write_people(dataset, facts, snapshot, base, now)
            facts.mark_snapshot(snapshot.number)
        elif overtaken:  # what was written of customers here may have come after what is newer
            _write_people(dataset, facts, snapshot, base, now)
        if dataset.newest().number == snapshot.number:
            return snapshot.number
        overtaken = True


def _write_people(dataset: Dataset, facts: FactStore, snapshot: Snapshot, base: Snapshot | None, now: datetime) -> None:
    with told_of_customers(dataset, snapshot, since=base) as told:
        facts.write_owned(owned(told, now))
        facts.write_customers(read_told(told))


def _differ_in(names: frozenset[str], snapshot: Snapshot, base: Snapshot | None) -> bool:
    """Whether the snapshot differs from `base` in the tables of these names at most: nobody waits for all the rest."""
    if base is None:
        return False
    others = (snapshot.tables.keys() | base.tables.keys()) - names
    return all(snapshot.tables.get(name) == base.tables.get(name) for name in others)


def are_current(dataset: Dataset, facts: FactStore) -> bool:
    """Whether the facts were written from the newest snapshot."""
    return facts.snapshot() >= dataset.newest().number


def _base(dataset: Dataset, facts: FactStore) -> Snapshot | None:
    """The snapshot that is facts already; None where there is none of this dataset's."""
    number = facts.snapshot()
    return dataset.read_snapshot(number) if 0 < number <= dataset.newest().number else None


def _known_stocks(facts: FactStore) -> dict[str, int | None]:
    return {item_id: item.stock for item_id, item in facts.items().items()}


def _touched_items(
    dataset: Dataset, snapshot: Snapshot, base: Snapshot | None, stocks: Mapping[str, int | None]
) -> ibis.Table | None:
    """Items of `stocks` and those that may be other ones than at `base`; None for all."""
    if base is None:
        return None
    stated = ibis.memtable({"item_id": [*stocks]}, schema={"item_id": "string"})
    touched = touched_items(dataset, snapshot, base).union(stated, distinct=True)
    return ibis.memtable(touched.to_pyarrow())


def _priced_items(dataset: Dataset, snapshot: Snapshot, timezone: str, among: ibis.Table | None) -> ibis.Table:
    items, lines, orders = (dataset.table(name, snapshot=snapshot) for name in ("items", "order_lines", "orders"))
    if among is not None:
        items = items.semi_join(among, "item_id")
    dates = orders.select("order_id", "placed_at")
    sold = recent_prices(lines, timezone, orders=dates, among=among).rename(sold_minor="price_minor")
    joined = items.left_join(sold, "item_id").drop("item_id_right")
    stated = (~joined.derived).ifelse(joined.price_minor, ibis.null("int64"))
    price = ibis.coalesce(stated, joined.sold_minor, joined.price_minor)
    return joined.mutate(price_minor=price, states_price=stated.notnull())


def _told(
    dataset: Dataset, snapshot: Snapshot, facts: FactStore, stocks: Mapping[str, int | None], now: datetime
) -> _Told:
    counted = dict.fromkeys(stocks, to_micros(now))
    return _Told(stocks={**_known_stocks(facts), **stocks}, counted=counted, texts=read_texts(dataset, snapshot))


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of items beside their rows, by item id."""

    stocks: Mapping[str, int | None]
    counted: Mapping[str, int]  # stocks of now -> when they were counted
    texts: Mapping[str, Sequence[OfferText]]


def _items(priced: ibis.Table, told: _Told) -> Iterator[Item]:
    for row in _rows(priced.order_by("item_id")):
        item_id: str = row["item_id"]
        yield Item(
            kind=row["kind"] or "good",
            stock=told.stocks.get(item_id),
            texts=[*told.texts.get(item_id, ())],
            attributes=_texts(row["attributes"]),
            stated_at=_stated_at(row) | ({"stock": told.counted[item_id]} if item_id in told.counted else {}),
            **{name: row[name] for name in _AS_STORED},
        )


def _stated_at(row: Mapping[str, Any]) -> dict[str, int]:
    """When a catalogue said what it says; what is worked out from orders is no statement."""
    if row["derived"]:
        return {}
    said = {"price_minor": row["states_price"], "cost_minor": row["cost_minor"] is not None, "published": True}
    return dict.fromkeys([name for name, known in said.items() if known], to_micros(row["valid_from"]))


def _rows(table: ibis.Table) -> Iterator[dict[str, Any]]:
    batches = table.to_pyarrow_batches(chunk_size=_ROWS)
    return itertools.chain.from_iterable(batch.to_pylist() for batch in batches)


def _texts(attributes: str | None) -> dict[str, str]:
    if attributes is None:
        return {}
    return {name: str(value) for name, value in msgspec.json.decode(attributes, type=dict[str, Any]).items()}
