"""Which relations count, of all that several lists say of the same items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import ibis

from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.ingest.lists import NOTHING
from pairwell.records import CuratedRelation

_ROWS = 20_000
_Pair = tuple[str, str]


def read_curated(dataset: Dataset, snapshot: Snapshot) -> Iterator[CuratedRelation]:
    """The relations that people set, list by list, each in its order.

    Of a pair of which a list says that it is nothing, that list alone counts; of several such lists the newest.
    """
    rows = dataset.table("relations", snapshot=snapshot)
    heard = _heard(rows.filter(rows.relation == NOTHING).to_pyarrow().to_pylist())
    said = rows.filter(rows.relation != NOTHING)
    places = ibis.window(group_by=["anchor_id", "source", "relation"], order_by=[said["rank"], said.item_id])
    ranked = said.mutate(place=ibis.coalesce(said["rank"], ibis.row_number().over(places)))
    for batch in ranked.order_by("anchor_id", "source", "place", "item_id").to_pyarrow_batches(chunk_size=_ROWS):
        for row in batch.to_pylist():
            if heard.get((row["anchor_id"], row["item_id"]), row["source"]) == row["source"]:
                yield _relation(row)


def _heard(nothing: Iterable[Mapping[str, Any]]) -> dict[_Pair, str]:
    """The source that alone is heard of a pair."""
    newest: dict[_Pair, tuple[datetime, str]] = {}
    for row in nothing:
        pair, said = (row["anchor_id"], row["item_id"]), (row["valid_from"], row["source"])
        newest[pair] = max(said, newest.get(pair, said))
    return {pair: source for pair, (_, source) in newest.items()}


def _relation(row: Mapping[str, Any]) -> CuratedRelation:
    return CuratedRelation(
        anchor_id=row["anchor_id"], item_id=row["item_id"], relation=row["relation"], rank=row["place"]
    )
