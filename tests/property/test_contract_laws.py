"""Laws of price lists and usage: taken in twice they change nothing, and the order of files and rows says nothing."""

from __future__ import annotations

import csv
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pairwell.config.settings import Settings
from pairwell.config.workspace import create_workspace
from pairwell.dataset.store import Dataset
from pairwell.facts.store import FactStore
from pairwell.ingest.load import IngestOptions, IngestPlace, IngestReport, ingest_files
from pairwell.ingest.mapping import Composed, Mapping
from pairwell.ingest.metering import BadMeterError, meters_of
from pairwell.operations.database import open_database
from pairwell.plans import Meter

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIELDS = ("account_id", "meter", "at", "quantity")
USE = st.tuples(
    st.sampled_from(["a", "b"]),
    st.sampled_from(["calls", "API calls", "api-calls"]),
    st.sampled_from(["2026-01-01", "2026-01", "2026-02-03", "soon"]),
    st.sampled_from(["0.1", "0.2", "0.3", "7", "-1", ""]),
)
EMPTY = dict.fromkeys(("included", "price_minor", "up_to", "block", "cap_minor", "per_seat", "volume"))
LONG = st.fixed_dictionaries(
    {"meter": st.sampled_from(["calls", "API calls", None])},
    optional={
        "included": st.sampled_from([10.0, 0.5, float("inf"), -1.0]),
        "price_minor": st.sampled_from([Decimal("0.100000"), Decimal(5), Decimal(-5)]),
        "up_to": st.sampled_from([100.0, 500.0, float("inf")]),
        "block": st.sampled_from([1.0, 10.0]),
        "volume": st.booleans(),
    },
)
WIDE = st.sampled_from(['{"mails.included":"3"}', '{"mails.included":"3.0","mails.price_minor":"2.50"}', "{}"])
JSON = st.sampled_from(['[{"meter":"texts","included":4}]', '[{"meter":"calls","block":0}]', "[]", "{"])
PART = st.one_of(LONG, WIDE.map(lambda text: {"attributes": text}), JSON.map(lambda text: {"meters": text}))


def meters_or_none(rows: Sequence[dict[str, Any]]) -> tuple[Meter, ...] | None:
    try:
        return meters_of(rows)
    except BadMeterError:
        return None


@contextmanager
def workplace() -> Iterator[tuple[IngestPlace, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        workspace = create_workspace(Path(folder) / "shop")
        database = open_database(workspace.operations_url(""), durability="process")
        dataset, facts = Dataset(workspace), FactStore(database)
        yield IngestPlace(workspace=workspace, settings=Settings(), dataset=dataset, facts=facts), Path(folder)
        database.close()


def take(rows: Sequence[tuple[str, ...]], place: IngestPlace, folder: Path) -> IngestReport:
    path = folder / "usage.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([FIELDS, *rows])
    columns: dict[str, str | Composed] = {name: name for name in FIELDS}
    options = IngestOptions(mapping=Mapping(table="usage", columns=columns))
    return ingest_files("usage", [path], place=place, options=options, now=NOW)


def used(place: IngestPlace) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = place.dataset.history("usage").order_by("usage_id").to_pyarrow().to_pylist()
    return rows


@settings(max_examples=2, deadline=None)
@example([("a", "calls", "2026-01", quantity) for quantity in ("0.1", "0.2", "0.3", "7")], random.Random(2))
@given(st.lists(USE, min_size=6, max_size=18), st.randoms(use_true_random=False))
def test_usage_is_the_same_in_whatever_order_it_comes(rows: list[tuple[str, ...]], lot: random.Random) -> None:
    shuffled = lot.sample(rows, len(rows))
    with workplace() as (place, folder):
        first = take(rows, place, folder)
        whole = used(place)
        again = take(shuffled, place, folder)
        assert (again.snapshot, used(place)) == (first.snapshot, whole)
    assert first.read == len(rows) == first.taken + first.merged + first.refused
    by_account = [[row for row in rows if row[0] == account] for account in ("b", "a")]
    with workplace() as (place, folder):
        for part in by_account:
            take(part, place, folder)
        assert used(place) == whole


@given(st.lists(PART, max_size=8), st.randoms(use_true_random=False))
def test_meters_are_the_same_in_whatever_order_their_rows_stand_and_can_be_billed(
    parts: list[dict[str, Any]], lot: random.Random
) -> None:
    rows = [{"meter": None, "meters": None, "attributes": None, **EMPTY, **part} for part in parts]
    found, again = (meters_or_none(some) for some in (rows, [*lot.sample(rows, len(rows)), *rows]))
    assert found == again
    for meter in found or ():
        ends = [tier.up_to for tier in meter.tiers]
        assert all(end is not None for end in ends[:-1])
        assert [*filter(None, ends)] == sorted({*filter(None, ends)})
        assert min([meter.block - 1, meter.included, *(tier.price_minor for tier in meter.tiers)]) >= 0
