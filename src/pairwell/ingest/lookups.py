"""Columns that another file adds by a key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.config.explaining import name_neighbours
from pairwell.config.progress import BytesRead
from pairwell.errors import MappingError, SourceError
from pairwell.ingest.layouts import stem
from pairwell.ingest.mapping import Lookup, Mapping
from pairwell.ingest.sources import Limits, Refuse, read_batches

#: Files that are looked up in are held in memory; more rows than this belong joined before they come here.
MAX_LOOKUP_ROWS = 5_000_000


class LookupTable(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is looked up in: its keys as text and the columns it adds, row by row alike."""

    lookup: Lookup
    keys: pa.Array
    columns: pa.Table


def split_paths(paths: Sequence[Path], mapping: Mapping) -> tuple[list[Path], list[Path]]:
    """The files of the export itself, and those it is looked up in, in the order of the mapping's lookups.

    A lookup is found among `paths` by name, else beside the first of them; `SourceError` where it is in neither.
    """
    names = {lookup.file for lookup in mapping.lookup}
    main = [path for path in paths if path.name not in names]
    if not main:
        raise SourceError(
            "Every file named is one that the mapping looks things up in; none holds the rows.",
            hint="Name the file with the rows too, or take its [[lookup]] out of the mapping.",
        )
    return main, [_find(lookup.file, paths, main[0].parent) for lookup in mapping.lookup]


def read_lookups(
    paths: Sequence[Path], mapping: Mapping, *, limits: Limits, refuse: Refuse, advance: BytesRead
) -> list[LookupTable]:
    """Read the files of the mapping's lookups whole; a key that is not unique there is a `MappingError`."""
    tables: list[LookupTable] = []
    for path, lookup in zip(paths, mapping.lookup, strict=True):
        batches = read_batches(path, lookup.format, limits=limits, refuse=refuse, advance=advance)
        tables.append(_lookup_table(path, lookup, whole(path, (batch.columns for batch in batches))))
    return tables


def whole(path: Path, tables: object) -> pa.Table:
    """One table of all batches; `SourceError` beyond `MAX_LOOKUP_ROWS`."""
    parts: list[pa.Table] = []
    rows = 0
    for table in tables:  # type: ignore[attr-defined]
        parts.append(table)
        rows += len(table)
        if rows > MAX_LOOKUP_ROWS:
            raise SourceError(
                f"{path} has more than {MAX_LOOKUP_ROWS:,} rows, too many to look up in.", hint="Join it beforehand."
            )
    return pa.concat_tables(parts, promote_options="permissive").combine_chunks() if parts else pa.table({})


def distinct_rows(table: pa.Table) -> pa.Table:
    """The table without rows that repeat another one wholly, in order of first appearance."""
    return table.group_by(table.column_names, use_threads=False).aggregate([]) if table.num_columns else table


def add_columns(table: pa.Table, lookups: Sequence[LookupTable]) -> pa.Table:
    """`table` with the columns of every lookup, in order; rows keep their order, unknown keys give nulls."""
    for known in lookups:
        if known.lookup.key not in table.column_names:
            raise MappingError(
                f"The rows have no column {known.lookup.key!r}, by which {known.lookup.file} is looked up in.",
                hint=name_neighbours(known.lookup.key, table.column_names),
                field="lookup.key",
            )
        keys = as_text(table[known.lookup.key]).combine_chunks()
        found = known.columns.take(pc.index_in(keys, value_set=known.keys))
        for name in found.column_names:
            added = name if name not in table.column_names else f"{stem(Path(known.lookup.file))}.{name}"
            table = table.append_column(added, found[name])
    return table


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values as text; whole numbers lose a decimal part of zeros, so that the id 17850.0 reads 17850."""
    text = column if pa.types.is_string(column.type) else column.cast(pa.string())
    if not pc.any(pc.match_substring(text, ".0")).as_py():  # many times as fast as the expression
        return text
    whole_numbers = pc.match_substring_regex(text, r"^-?\d+\.0+$")
    if not pc.any(whole_numbers).as_py():
        return text
    return pc.if_else(whole_numbers, pc.replace_substring_regex(text, r"\.0+$", ""), text)


def _lookup_table(path: Path, lookup: Lookup, table: pa.Table) -> LookupTable:
    key = lookup.lookup_key or lookup.key
    for name in (key, *lookup.columns):
        if name not in table.column_names:
            raise MappingError(
                f"{path} has no column {name!r}, which a [[lookup]] of the mapping names.",
                hint=name_neighbours(name, table.column_names),
                field="lookup",
            )
    table = distinct_rows(table.select([key, *(name for name in lookup.columns if name != key)]))
    table = table.filter(pc.is_valid(table[key]))
    keys = as_text(table[key]).combine_chunks()
    if pc.count_distinct(keys).as_py() < len(keys):
        double = pc.value_counts(keys).to_pylist()
        value = max(double, key=lambda entry: entry["counts"])["values"]
        raise MappingError(
            f"{path} cannot be looked up in by {key!r}: it is not unique there ({value!r} stands in several rows).",
            hint="Look up by a column that is unique in that file, or make it so.",
            field="lookup.lookup_key",
        )
    return LookupTable(lookup=lookup, keys=keys, columns=table.select(list(lookup.columns)))


def _find(name: str, paths: Sequence[Path], folder: Path) -> Path:
    for path in paths:
        if path.name == name:
            return path
    if (folder / name).is_file():
        return folder / name
    raise SourceError(
        f"The mapping looks things up in {name}, which is neither named nor beside the export.",
        hint=f"Name {name} on the command line too.",
    )
