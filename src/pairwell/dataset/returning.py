"""Orders that come in again after their customers were forgotten, told by nothing but the sale itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import ibis
import msgspec

from pairwell.dataset.forgetting import OTHER_NAME, SOURCE
from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures


class Returning(msgspec.Struct, frozen=True, kw_only=True):
    """How many orders may be of customers who were forgotten."""

    named: int = 0  # were kept without a customer, and have one now
    twice: int = 0  # are new by their id, and to the moment and the items like one that was kept under another id


def find_returning(dataset: Dataset, incoming: Mapping[str, Path]) -> Returning:
    """Compare the tables that come in with what was kept; nothing where nobody was ever forgotten."""
    forgotten = any(source.name == SOURCE and not source.files for source in dataset.newest().sources)
    if not forgotten or not {"orders", "order_lines"} <= incoming.keys():
        return Returning()
    with storage_failures():
        orders, lines = (dataset.engine.read_parquet(incoming[name]) for name in ("orders", "order_lines"))
        stored = dataset.history("orders")
        nobodys = stored.filter(stored.customer_id.isnull())
        named = orders.filter(orders.customer_id.notnull()).semi_join(nobodys, "order_id")
        renamed = nobodys.filter(nobodys.order_id.startswith(OTHER_NAME))
        fresh = _sales(orders.anti_join(stored, "order_id"), lines)
        twice = fresh.semi_join(_sales(renamed, dataset.history("order_lines")), ["placed_at", "sold"])
        return Returning(named=_count(named), twice=_count(twice))


def _sales(orders: ibis.Table, lines: ibis.Table) -> ibis.Table:
    """Each order with its moment and what was sold."""
    own = lines.semi_join(orders, "order_id")
    one = own.item_id + "\x1f" + own.quantity.cast("string")
    sold = own.mutate(one=one).group_by("order_id").aggregate(sold=lambda t: t.one.collect().sort())
    return orders.select("order_id", "placed_at").join(sold, "order_id").select("placed_at", "sold")


def _count(rows: ibis.Table) -> int:
    return int(rows.count().to_pyarrow().as_py())
