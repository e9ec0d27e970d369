"""Whether files are an export of a vendor that is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pairwell.errors import MappingError
from pairwell.ingest.cells import read_moments
from pairwell.ingest.formats import Sample
from pairwell.ingest.mapping import Mapping
from pairwell.ingest.profiles import decimal_mark
from pairwell.ingest.vendors.export import Export
from pairwell.ingest.vendors.known import EXPORTS, find_export, sources
from pairwell.ingest.vendors.reading import Recognised


def recognise(table: str, samples: Sequence[Sample], source: str | None) -> Recognised | None:
    """The export of a vendor that all files are: the one that `source` names, else the one their columns tell of.

    None where no vendor is named and the columns are nobody's. Raises `MappingError` where they are not those of the
    vendor that is named.
    """
    named = find_export(source, table)
    export = named or next((known for known in EXPORTS if known.table == _asked(table) and _all(known, samples)), None)
    if export is None:
        _check_others(table, samples)
        return None
    if not _all(export, samples):
        raise _other(export, samples)
    files = {sample.path: sample.file for sample in samples}
    return Recognised(
        export=export,
        files=files,
        decimal=_decimal(export, samples),
        dates=_dates(export, samples),
        counts=_counts(export, samples),
    )


def named_by(mapping: Mapping, samples: Sequence[Sample]) -> Recognised:
    """The export that a mapping names. Raises `MappingError` where there is none, or the files are another."""
    export = find_export(mapping.source, mapping.table)
    if export is None:
        raise MappingError(
            f"The mapping is for {mapping.table} of {mapping.source!r}, which is not known.",
            hint=f"Take `source` out of it, or name one of {', '.join(sources())}.",
            field="source",
        )
    if mapping.won and export.staged is None:
        raise MappingError(
            f"`won` names stages of deals, and {export.title} has none.", hint="Take it out.", field="won"
        )
    if not _all(export, samples):
        raise _other(export, samples)
    files = {sample.path: sample.file for sample in samples}
    return Recognised(export=export, files=files, decimal=mapping.decimal, dates=mapping.dates)


def mapping_of(recognised: Recognised, table: str) -> Mapping:
    """The mapping of reshaped rows to a table of the export: every field is a column already."""
    export = recognised.export
    fields = export.fields["orders" if table == "order_lines" else table]
    file = next(iter(recognised.files.values()))
    columns: dict[str, str] = {field: field for field in fields if field != "stock" or recognised.counts}
    return Mapping(
        table=table,
        decimal=recognised.decimal,
        dates=recognised.dates,
        file=file,
        columns=dict(columns),
        source=export.source,
        net=export.net,
        taxed=export.taxed,
    )


def _counts(export: Export, samples: Sequence[Sample]) -> bool:
    """Whether the files tell of stock: each has a column of it, where they are such that may lack one."""
    names = ({name.casefold() for name in sample.table.column_names} for sample in samples)
    return not export.counted_in or all(found & export.counted_in for found in names)


def _decimal(export: Export, samples: Sequence[Sample]) -> Literal[".", ","]:
    """The decimal sign in the columns of numbers: a comma where a file says so."""
    for sample in samples:
        names = [name for name in sample.table.column_names if name.casefold() in export.numbers]
        if names and decimal_mark(sample.table.select(names)) == ",":
            return ","
    return "."


def _dates(export: Export, samples: Sequence[Sample]) -> str | None:
    """The pattern of moments that are written with slashes: whether day or month comes first is seen in all of them."""
    for sample in samples:
        for name in sample.table.column_names:
            if name.casefold() in export.moments:
                pattern = read_moments([cell for cell in sample.table[name].to_pylist() if cell]).pattern
                if pattern is not None and "/" in pattern:
                    return pattern
    return None


def _asked(table: str) -> str:
    return "orders" if table == "order_lines" else table


def _all(export: Export, samples: Sequence[Sample]) -> bool:
    return all(sample.layout == "lines" and export.matches(sample.table.column_names) for sample in samples)


def _check_others(table: str, samples: Sequence[Sample]) -> None:
    """Raise `MappingError` where a file is an export that fills other tables, or XML, of which nothing else is made."""
    for sample in samples:
        found = [known for known in EXPORTS if _all(known, [sample])]
        if found and all(known.table != _asked(table) for known in found):
            raise _of_another_table(table, sample, found[0])
        if sample.file.format == "xml":
            raise _no_feed(sample, found)


def _of_another_table(table: str, sample: Sample, found: Export) -> MappingError:
    beside = f"its {table} come in beside them." if table in found.beside else f"take {table} from another export."
    return MappingError(
        f"{sample.path.name} is {found.title}, which is ingested as {found.table}.",
        hint=f"Run `pairwell ingest {found.table} {sample.path}`; {beside}",
    )


def _no_feed(sample: Sample, found: Sequence[Export]) -> MappingError:
    if found:
        return MappingError(
            f"{sample.path.name} is {found[0].title}, and other files of this command are none.",
            hint="Ingest them one by one.",
        )
    return MappingError(
        f"{sample.path.name} is XML, but no feed that is known: its entries have "
        f"{', '.join(sample.table.column_names)[:200]}.",
        hint="Name a feed in YML, or one of Google Merchant Center with g:id and g:price in its entries.",
    )


def _other(export: Export, samples: Sequence[Sample]) -> MappingError:
    sample = next(sample for sample in samples if not _all(export, [sample]))
    names = sample.table.column_names
    missing = export.missing(names)
    other = next((known for known in EXPORTS if _all(known, [sample])), None)
    hint = (
        f"It looks like {other.title}: run `pairwell ingest {other.table} FILE --source {other.source}`."
        if other
        else f"Export it again as {export.page} says, or leave --source out to have the columns found."
    )
    return MappingError(
        f"{sample.path.name} is not {export.title}: it has no column {', '.join(sorted(missing)) or 'of it'}. "
        f"Its columns: {', '.join(names)[:500]}.",
        hint=hint,
    )
