"""Reading one snapshot: orders as arrays, the catalogue as listings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ibis
import msgspec
import numpy as np

from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.engines.duckdb import storage_failures
from pairwell.learn.baskets import Array, Baskets, make_baskets
from pairwell.learn.listings.catalogue import Listing

_FACTS = ("title", "kind", "category", "brand", "family", "tier", "price_minor", "rating", "attributes")


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that learning reads.

    `order_ids` and `customers` go with the orders of `baskets`; a customer is a number, the place of the id in
    `customer_ids`, -1 where nobody is named. `listings` go with `baskets.item_ids`.
    """

    baskets: Baskets
    order_ids: list[str]
    customers: Array
    listings: list[Listing]
    customer_ids: list[str] = []  # ascending


class _View(msgspec.Struct, frozen=True):
    dataset: Dataset
    snapshot: Snapshot
    as_of: datetime | None

    def table(self, name: str) -> Any:  # noqa: ANN401 - Ibis carries no types
        return self.dataset.table(name, snapshot=self.snapshot, as_of=self.as_of)


def read_history(dataset: Dataset, snapshot: Snapshot, *, as_of: datetime | None = None) -> History:
    """The orders that hold anything and every item, as they were at `as_of`; lines leave the engine as numbers."""
    with storage_failures():
        return _read(_View(dataset, snapshot, as_of))


def _read(view: _View) -> History:
    orders, lines, items = _numbered_orders(view), view.table("order_lines"), _numbered_items(view)
    heads = orders.order_by("order_no").to_pyarrow()
    held = lines.inner_join(orders, "order_id").inner_join(items, "item_id")
    numbers = held.select("order_no", "item_no").distinct().to_pyarrow()
    listings = _listings(items)
    placed_at = heads.column("placed_at").to_numpy().astype("datetime64[us]").astype(np.int64)
    return History(
        baskets=make_baskets(
            [listing.item_id for listing in listings],
            numbers.column("order_no").to_numpy(),
            numbers.column("item_no").to_numpy(),
            placed_at,
        ),
        order_ids=heads.column("order_id").to_pylist(),
        customers=heads.column("customer_no").to_numpy().astype(np.int64),
        listings=listings,
        customer_ids=_customer_ids(orders),
    )


def _numbered_orders(view: _View) -> Any:  # noqa: ANN401
    orders = view.table("orders").semi_join(view.table("order_lines"), "order_id")
    customers = ibis.dense_rank().over(order_by=orders.customer_id)
    return orders.select(
        "order_id",
        "placed_at",
        "customer_id",
        order_no=ibis.row_number().over(order_by=[orders.placed_at, orders.order_id]),
        customer_no=ibis.ifelse(orders.customer_id.notnull(), customers, -1),
    )


def _customer_ids(orders: Any) -> list[str]:  # noqa: ANN401
    named = orders.filter(orders.customer_id.notnull()).select("customer_id").distinct()
    ids: list[str] = named.order_by("customer_id").to_pyarrow().column("customer_id").to_pylist()
    return ids


def _numbered_items(view: _View) -> Any:  # noqa: ANN401
    listed = view.table("items").select("item_id", *_FACTS)
    sold = view.table("order_lines").select("item_id").distinct()
    both = ibis.union(sold, listed.select("item_id"), distinct=True)
    items = both.left_join(listed, "item_id").select(both.item_id, *(listed[name] for name in _FACTS))
    return items.mutate(item_no=ibis.row_number().over(order_by=items.item_id))


def _listings(items: Any) -> list[Listing]:  # noqa: ANN401
    rows = items.order_by("item_no").drop("item_no").to_pyarrow().to_pylist()
    return [Listing(**{**row, "attributes": _attributes(row["attributes"])}) for row in rows]


def _attributes(text: str | None) -> dict[str, str]:
    stated = msgspec.json.decode(text) if text else {}
    return {str(name): str(value) for name, value in stated.items() if value is not None}
