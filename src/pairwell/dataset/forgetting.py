"""Rows of the dataset without some customers: their orders stay as anonymous sales, all else of theirs goes."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from pathlib import Path

import ibis
import msgspec

from pairwell.dataset.files import write_rows
from pairwell.dataset.merging import Merged, Place, exchanged, files_of
from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.dataset.table import Table
from pairwell.dataset.tables import find_table
from pairwell.engines.engine import storage_failures

_OF_CUSTOMERS = ("customers", "consents", "needs", "feedback", "events", "subscriptions", "usage", "orders")
_OF_ORDERS = ("order_lines", "returns", "order_status")
OTHER_NAME = "forgotten-"
"""How the ids begin that orders get whose own told of whom is gone."""
SOURCE = "forget"
"""What a snapshot names where somebody was forgotten."""


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to forget."""

    customer_ids: Collection[str]
    visitor_ids: Collection[str]
    order_ids: Collection[str]  # of theirs, which get another id
    salt: str = msgspec.field(default_factory=lambda: secrets.token_hex(16))  # so that nobody can work out the old one


def orders_of(dataset: Dataset, customer_ids: Collection[str]) -> set[str]:
    """The ids of the orders of these customers."""
    with storage_failures():
        orders = dataset.history("orders")
        return _ids(orders.filter(orders.customer_id.isin(sorted(customer_ids))))


def orders_of_others(dataset: Dataset, order_ids: Collection[str], customer_ids: Collection[str]) -> set[str]:
    """Those of `order_ids` that are of customers who are none of these."""
    with storage_failures():
        orders = dataset.history("orders")
        asked = orders.filter(orders.order_id.isin(sorted(order_ids)) & orders.customer_id.notnull())
        return _ids(asked.filter(~asked.customer_id.isin(sorted(customer_ids))))


def visitors_of(dataset: Dataset, customer_ids: Collection[str]) -> set[str]:
    """The visitors whose events name one of these customers and nobody else."""
    with storage_failures():
        events = dataset.history("events")
        named = events.filter(events.visitor_id.notnull() & events.customer_id.notnull())
        own = named.filter(named.customer_id.isin(sorted(customer_ids))).select("visitor_id")
        others = named.filter(~named.customer_id.isin(sorted(customer_ids))).select("visitor_id")
        found = own.distinct().anti_join(others, "visitor_id").to_pyarrow()
    return set(found["visitor_id"].to_pylist())


def without_customers(place: Place, base: Snapshot, drafts: Path, *, gone: Gone) -> dict[str, Merged]:
    """The tables of `base` that hold anything of whom is gone, written anew without it."""
    made: dict[str, Merged] = {}
    for name in (*_OF_CUSTOMERS, *_OF_ORDERS):
        table, files = find_table(name), base.tables.get(name, ())
        if not files:
            continue
        rows = place.open_files(table, files)
        touched = files_of(rows.filter(_theirs(rows, gone) | _renamed(rows, gone)))
        if touched:
            rows = place.open_rows(table, touched)
            count = rows.filter(_theirs(rows, gone) | _renamed(rows, gone)).count().to_pyarrow().as_py()
            written = write_rows(_without(rows, table, gone), table, folder=place.folder, staging=drafts)
            made[name] = Merged(files=exchanged(files, touched, written), stored=int(count))
    return made


def _without(rows: ibis.Table, table: Table, gone: Gone) -> ibis.Table:
    theirs = _theirs(rows, gone)
    if table.name == "orders":
        kept = rows.mutate(customer_id=theirs.ifelse(ibis.null("string"), rows.customer_id))
    else:
        kept = rows.filter(~theirs)
    if "order_id" not in kept.columns:
        return kept
    other = ibis.literal(OTHER_NAME) + (ibis.literal(gone.salt) + kept.order_id).hexdigest("md5")
    return kept.mutate(order_id=_renamed(kept, gone).ifelse(other, kept.order_id))


def _theirs(rows: ibis.Table, gone: Gone) -> ibis.Value:
    if "account_id" in rows.columns and "customer_id" not in rows.columns:
        return rows.account_id.isin(sorted(gone.customer_ids))
    if "customer_id" not in rows.columns:
        return ibis.literal(False)
    own = rows.customer_id.isin(sorted(gone.customer_ids)).fill_null(False)
    if "visitor_id" not in rows.columns:
        return own
    browsed = rows.visitor_id.isin(sorted(gone.visitor_ids)).fill_null(False)
    return own | (rows.customer_id.isnull() & browsed)


def _renamed(rows: ibis.Table, gone: Gone) -> ibis.Value:
    if "order_id" not in rows.columns or not gone.order_ids:
        return ibis.literal(False)
    return rows.order_id.isin(sorted(gone.order_ids)).fill_null(False)


def _ids(orders: ibis.Table) -> set[str]:
    return set(orders.select("order_id").to_pyarrow()["order_id"].to_pylist())
