"""What became of every row: taken, merged into another, or refused, and by which rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import ibis
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.dataset.store import Dataset
from pairwell.ingest.convert import render_row
from pairwell.ingest.mapping import Mapping as ColumnMapping
from pairwell.ingest.rules import names
from pairwell.ingest.sources import RefusedRow

_INTERNAL = {"seq", "file", "line", "verdict", "quantity_one", "price_from_total", "rate"}


class Staged(msgspec.Struct, frozen=True, kw_only=True):
    """Typed rows on disk, and what is known of the file they came from."""

    table: str
    rows: Path
    n_rows: int
    mapping: ColumnMapping
    confirmed: bool  # a person gave the mapping
    source: str
    timezone: str  # of the shop: where its days begin

    @property
    def fields(self) -> frozenset[str]:
        """The fields that the file has."""
        return frozenset(self.mapping.columns)

    @property
    def folder(self) -> Path:
        """Where this run may put more files."""
        return self.rows.parent

    def unsaid(self) -> list[str]:
        """The columns of `rows` that hold nothing."""
        with pq.ParquetFile(self.rows) as file:
            groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
            return [
                name
                for place, name in enumerate(file.schema_arrow.names)
                if all(_is_empty(group.column(place), group.num_rows) for group in groups)
            ]


def _is_empty(column: pq.ColumnChunkMetaData, rows: int) -> bool:
    stated = column.statistics
    return stated is not None and stated.has_null_count and stated.null_count == rows


class Shaped(msgspec.Struct, frozen=True, kw_only=True):
    """Tables for the dataset, and the verdict on every row that is not in them."""

    tables: dict[str, Path]
    verdicts: ibis.Table  # seq, verdict: the rule that refused or merged the row
    changed: int  # rows taken that a rule altered
    changed_by_rule: dict[str, int]
    goods: tuple[str, ...] = ()  # item ids found to be no goods
    stocks: Mapping[str, int | None] = {}
    notes: tuple[str, ...] = ()  # what a person should look at
    cancelled: Path | None = None  # order_id of the orders that are none any more


def write(dataset: Dataset, rows: ibis.Table, path: Path) -> Path:
    """Compute `rows` into the Parquet file `path`."""
    # Read once and thrown away: to look for repeated values takes longer than to write them all.
    dataset.engine.to_parquet(rows, path, compression="lz4", dictionary_size_limit=1)
    return path


def count_verdicts(verdicts: ibis.Table) -> dict[str, int]:
    """Rows by the rule that refused or merged them."""
    counted = verdicts.group_by("verdict").aggregate(rows=lambda t: t.count()).order_by("verdict")
    return {row["verdict"]: row["rows"] for row in counted.to_pyarrow().to_pylist()}


def count_changes(rows: ibis.Table, rules: tuple[str, ...]) -> tuple[int, dict[str, int]]:
    """How many rows were altered at all, and by each of the rules, which are flags of `rows`."""
    flags = [rows[rule].fill_null(False) for rule in rules]
    sums = {rule: flag.sum().fill_null(0) for rule, flag in zip(rules, flags, strict=True)}
    total = rows.aggregate(**sums, changed_=ibis.or_(*flags).sum().fill_null(0)).to_pyarrow().to_pylist()[0]
    return int(total["changed_"]), {rule: int(total[rule]) for rule in rules if total[rule]}


def refused_rows(staged: ibis.Table, verdicts: ibis.Table) -> Iterator[RefusedRow]:
    """The rows that rules refused, in the order of the source, as they were read."""
    refused = verdicts.filter(verdicts.verdict.isin(names("refuses")))
    joined = staged.join(refused, "seq").order_by("seq")
    for batch in joined.to_pyarrow_batches(chunk_size=10_000):
        yield from _rendered(batch)


def _rendered(batch: pa.RecordBatch) -> Iterator[RefusedRow]:
    for row in batch.to_pylist():
        stated = {name: value for name, value in row.items() if name not in _INTERNAL}
        yield RefusedRow(file=row["file"], line=row["line"], reason=row["verdict"], row=render_row(stated))
