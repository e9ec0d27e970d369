"""The rows of a vendor's export as batches of our fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.config.progress import BytesRead
from pairwell.ingest.convert import render_row
from pairwell.ingest.documents import read_objects
from pairwell.ingest.feeds import EXPLAINING, read_feed
from pairwell.ingest.fields import to_fields
from pairwell.ingest.mapping import FileFormat, columns_used
from pairwell.ingest.mapping import Mapping as ColumnMapping
from pairwell.ingest.numbers import is_text, parse_decimals
from pairwell.ingest.rules import BY_NAME
from pairwell.ingest.sources import Batch, Limits, Refuse, RefusedRow, read_batches, trimmed, watched
from pairwell.ingest.streams import open_text
from pairwell.ingest.vendors.cells import plain
from pairwell.ingest.vendors.export import BEGIN, ENVELOPES, Export, Given, Left, Row

_MOST_CELLS = 5_000_000  # of a batch: where each row has attributes of its own, most are empty
_OPEN = ("attributes.", "item_attributes.")  # fields with a free part in their name: kept as the file has them


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """Files that are an export of a vendor, and how each is written."""

    export: Export
    files: Mapping[Path, FileFormat]
    decimal: Literal[".", ","] = "."  # of the numbers of CSV files
    counts: bool = True  # whether stock is told of every item; else not at all
    dates: str | None = None  # pattern of the moments of CSV files, where they are written with slashes


class Sink(msgspec.Struct, frozen=True, kw_only=True):
    """Where rows go that are not taken: refused ones to `refuse`, merged ones are counted."""

    refuse: Refuse
    merged: Counter[str]


def read_export(
    recognised: Recognised, mapping: ColumnMapping, *, limits: Limits, sink: Sink, advance: BytesRead
) -> Iterator[Batch]:
    """Stream the rows of the mapping's table, reshaped; the files are read one after the other, as one.

    Rows that cannot be read are refused once, for the first table of the export.
    """
    export, table = recognised.export, "orders" if mapping.table == "order_lines" else mapping.table
    refuse = sink.refuse if table == export.table else _unheard
    read = msgspec.structs.replace(recognised, decimal=mapping.decimal)
    given = _given(read, limits=limits, refuse=refuse, advance=advance)
    rows: list[Row] = []
    names: set[str] = set()
    reshape = export.staged(frozenset(mapping.won)) if export.staged and mapping.won else export.reshape
    for piece in reshape(given):
        if piece.table != table:
            continue
        if not isinstance(piece, Row):
            _leave(piece, export.shown, sink)
            continue
        full = len(rows) >= limits.batch_rows or len(rows) * len(names) > _MOST_CELLS
        if rows and (full or rows[0].given.file != piece.given.file):
            yield _batch(rows, mapping)
            rows, names = [], set()
        rows.append(piece)
        names |= piece.cells.keys()
    if rows:
        yield _batch(rows, mapping)


def _leave(left: Left, shown: frozenset[str], sink: Sink) -> None:
    given, rule = left.given, left.rule
    if BY_NAME[rule].effect == "merges":
        sink.merged[rule] += 1
    else:
        row = render_row(_shown(given.cells, shown) if shown else given.cells)
        sink.refuse(RefusedRow(file=given.file, line=given.line, reason=rule, row=row))


def _shown(cells: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """The cells of these names; of what stands for another object, as a customer may, its id alone."""
    said = ((name, cell.get("id") if isinstance(cell, dict) else cell) for name, cell in cells.items())
    return {name: cell for name, cell in said if name.casefold() in names and not isinstance(cell, (dict, list))}


def _unheard(_: RefusedRow) -> None:
    """Rows that cannot be read were refused when the main table was."""


def _batch(rows: Sequence[Row], mapping: ColumnMapping) -> Batch:
    names = dict.fromkeys((*columns_used(mapping), *(name for row in rows for name in row.cells)))
    cells = pa.table({name: pa.array([row.cells.get(name) for row in rows], pa.string()) for name in sorted(names)})
    fields = to_fields(trimmed(cells), mapping)
    for name in cells.column_names:
        if name.startswith(_OPEN) and name not in fields.column_names:
            fields = fields.append_column(name, cells[name])
    return Batch(file=rows[0].given.file, lines=pa.array([row.given.line for row in rows], pa.int64()), columns=fields)


def _given(recognised: Recognised, *, limits: Limits, refuse: Refuse, advance: BytesRead) -> Iterator[Given]:
    for path, file in recognised.files.items():
        if file.format == "csv":
            for batch in read_batches(path, file, limits=limits, refuse=refuse, advance=advance):
                yield from _rows(with_points(batch, recognised.export.numbers, recognised.decimal))
        elif file.format == "xml":
            yield from _elements(path, file, limits=limits, refuse=refuse, advance=advance)
        else:
            for given in _objects(path, file, limits=limits, refuse=refuse, advance=advance):
                yield from _unwrapped(given, recognised.export.member)


def with_points(batch: Batch, numbers: frozenset[str], decimal: Literal[".", ","]) -> Batch:
    """The batch with its columns of numbers as numbers with a decimal point; what is no number stays as it is."""
    columns = batch.columns
    for place, name in enumerate(columns.column_names):
        if name.casefold() in numbers and is_text(columns[name].type):
            columns = columns.set_column(place, name, _with_point(columns[name].combine_chunks(), decimal))
    return msgspec.structs.replace(batch, columns=columns)


def _with_point(cells: pa.Array, decimal: Literal[".", ","]) -> pa.Array:
    coded = cells.dictionary_encode()
    read = parse_decimals(coded.dictionary, decimal=decimal).to_pylist()
    known = pa.array([None if number is None else plain(number.normalize()) for number in read], pa.string())
    return pc.coalesce(known, coded.dictionary.cast(pa.string())).take(coded.indices)


def _rows(batch: Batch) -> Iterator[Given]:
    names = batch.columns.column_names
    columns = [column.to_pylist() for column in batch.columns.columns]
    for line, *cells in zip(batch.lines.to_pylist(), *columns, strict=True):
        yield Given(batch.file, line, {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None})


def _unwrapped(given: Given, member: str | None) -> Iterator[Given]:
    """The object, or those of the lists that it is an envelope of."""
    if member is None or _has(given.cells, member):
        yield given
        return
    objects = [part for part in _listed(given.cells) if _has(part, member)]
    yield from (Given(given.file, given.line, part) for part in objects) if objects else (given,)


def _listed(cells: Mapping[str, Any], depth: int = ENVELOPES) -> Iterator[dict[str, Any]]:
    for value in cells.values():
        if isinstance(value, list):
            yield from (part for part in value if isinstance(part, dict))
        elif isinstance(value, dict) and depth > 1:
            yield from _listed(value, depth - 1)


def _has(cells: Mapping[str, Any], member: str) -> bool:
    return any(name.casefold() == member.casefold() for name in cells)


def _elements(path: Path, file: FileFormat, *, limits: Limits, refuse: Refuse, advance: BytesRead) -> Iterator[Given]:
    """The offers of a feed; first that it begins, then what explains them, under its name in angle brackets."""
    yield Given(path.name, 0, {BEGIN: None})
    with watched(path, refuse) as watch:
        for element in read_feed(path, file, most=limits.max_line_bytes, refuse=watch.refuse, advance=advance):
            if element.name in EXPLAINING:
                yield Given(path.name, element.line, {f"<{element.name}>": element.cells})
            else:
                watch.taken += 1
                yield Given(path.name, element.line, element.cells)


def _objects(path: Path, file: FileFormat, *, limits: Limits, refuse: Refuse, advance: BytesRead) -> Iterator[Given]:
    with watched(path, refuse) as watch, open_text(path, file.encoding, advance=advance) as stream:
        for line, cells in read_objects(stream, file, limits.max_line_bytes, watch.refuse, enveloped=True):
            watch.taken += 1
            yield Given(path.name, line, cells)
