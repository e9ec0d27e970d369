"""Rows of the dataset without some customers: their orders stay as anonymous sales, all else of theirs goes."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import ibis

from pairwell.dataset.files import write_rows
from pairwell.dataset.merging import Merged, Place, exchanged, files_of
from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import Table, find_table
from pairwell.engines.duckdb import storage_failures

_OF_CUSTOMERS = ("customers", "consents", "needs", "feedback", "events", "orders")


def visitors_of(dataset: Dataset, customer_ids: Collection[str]) -> set[str]:
    """The visitors whose events name one of these customers and nobody else."""
    with storage_failures():
        events = dataset.history("events")
        named = events.filter(events.visitor_id.notnull() & events.customer_id.notnull())
        own = named.filter(named.customer_id.isin(sorted(customer_ids))).select("visitor_id")
        others = named.filter(~named.customer_id.isin(sorted(customer_ids))).select("visitor_id")
        found = own.distinct().anti_join(others, "visitor_id").to_pyarrow()
    return set(found["visitor_id"].to_pylist())


def without_customers(
    place: Place, base: Snapshot, drafts: Path, *, customer_ids: Collection[str], visitor_ids: Collection[str]
) -> dict[str, Merged]:
    """The tables of `base` that hold anything of these customers or visitors, written anew without it."""
    made: dict[str, Merged] = {}
    for name in _OF_CUSTOMERS:
        table, files = find_table(name), base.tables.get(name, ())
        if not files:
            continue
        rows = place.open_files(table, files)
        touched = files_of(rows.filter(_theirs(rows, customer_ids, visitor_ids)))
        if touched:
            made[name] = _rewritten(place, table, (files, touched), drafts, (customer_ids, visitor_ids))
    return made


def _rewritten(
    place: Place,
    table: Table,
    files: tuple[Collection[str], list[str]],
    drafts: Path,
    whom: tuple[Collection[str], Collection[str]],
) -> Merged:
    known, touched = files
    rows = place.open_rows(table, touched)
    theirs = _theirs(rows, *whom)
    count = int(rows.filter(theirs).count().to_pyarrow().as_py())
    if table.name == "orders":
        kept = rows.mutate(customer_id=theirs.ifelse(ibis.null("string"), rows.customer_id))
    else:
        kept = rows.filter(~theirs)
    written = write_rows(kept, table, folder=place.folder, staging=drafts)
    return Merged(files=exchanged(tuple(known), touched, written), stored=count)


def _theirs(rows: ibis.Table, customer_ids: Collection[str], visitor_ids: Collection[str]) -> ibis.Value:
    own = rows.customer_id.isin(sorted(customer_ids)).fill_null(False)
    if "visitor_id" not in rows.columns:
        return own
    browsed = rows.visitor_id.isin(sorted(visitor_ids)).fill_null(False)
    return own | (rows.customer_id.isnull() & browsed)
