"""Which mapping an export asks for, by the names and the contents of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.errors import MappingError
from pairwell.ingest.drafting import Draft, complete
from pairwell.ingest.formats import Sample, sample_file
from pairwell.ingest.lookups import as_text
from pairwell.ingest.mapping import Composed, Lookup, Mapping, as_firms, columns_used
from pairwell.ingest.profiles import decimal_mark, profile_table
from pairwell.ingest.relating import Related, relate
from pairwell.ingest.scoring import assign
from pairwell.ingest.sources import Limits
from pairwell.ingest.vocabulary import fields_of
from pairwell.ingest.wide import complete_wide

_SHOWN = 3
_BASKETS = {"orders", "order_lines"}


class Sniffed(msgspec.Struct, frozen=True, kw_only=True):
    mapping: Mapping
    confidence: dict[str, float]  # of each field, 0..1
    notes: list[str]  # what a person should look at


def sniff(table: str, paths: Sequence[Path], *, limits: Limits) -> Sniffed:
    """Work out the mapping of one export to `table`, by name and content of its columns.

    Files with the same header are parts of one export; another header that shares a key is looked up in.
    Raises `SourceError` where a file cannot be read, `MappingError` where the columns do not make the table: it
    says which were found, which are missing, and how to write the mapping by hand.
    """
    return sniff_samples(table, [sample_file(path, limits=limits) for path in paths], limits=limits)


def sniff_samples(table: str, samples: Sequence[Sample], *, limits: Limits) -> Sniffed:
    """As `sniff`, of files that were looked at already."""
    required = [field.name for field in fields_of(table) if field.required]
    if any(sample.layout != "lines" for sample in samples):
        return _sniff_baskets(table, samples)
    related = relate(samples, limits=limits)
    decimal = decimal_mark(related.table)
    profiles = profile_table(related.table, decimal)
    assigned = assign(table, profiles, related.context, named=related.main.file.header)
    draft = Draft(
        table=table,
        profiles={profile.name: profile for profile in profiles},
        context=related.context,
        columns=dict(assigned.columns),
        confidence=dict(assigned.confidence),
    )
    complete_wide(draft)
    complete(draft, required)
    if missing := [field for field in required if field not in draft.columns]:
        raise _missing(draft, related, missing)
    mapping = Mapping(
        table=table,
        decimal=decimal,
        dates=draft.dates,
        file=related.main.file,
        columns=_in_order(table, draft.columns),
        unpivot=draft.unpivot,
    )
    mapping = as_firms(mapping)
    mapping = msgspec.structs.replace(mapping, lookup=_needed(related.lookups, columns_used(mapping)))
    return Sniffed(mapping=mapping, confidence=draft.confidence, notes=draft.notes)


def _in_order(table: str, columns: dict[str, str | Composed]) -> dict[str, str | Composed]:
    first = [field.name for field in fields_of(table) if field.name in columns]
    return {name: columns[name] for name in [*first, *(name for name in columns if name not in first)]}


def _needed(lookups: Sequence[Lookup], used: set[str]) -> tuple[Lookup, ...]:
    """The lookups cut down to the columns that the mapping, or a later lookup, makes use of."""
    kept: list[Lookup] = []
    for lookup in reversed(lookups):
        prefix = lookup.file.split(".", 1)[0]
        columns = tuple(name for name in lookup.columns if name in used or f"{prefix}.{name}" in used)
        if columns:
            kept.insert(0, msgspec.structs.replace(lookup, columns=columns))
            used = used | {lookup.key}
    return tuple(kept)


def _sniff_baskets(table: str, samples: Sequence[Sample]) -> Sniffed:
    main = samples[0]
    if table not in _BASKETS:
        raise MappingError(
            f"{main.path.name} holds baskets, which make orders, not {table}.",
            hint=f"Run `pairwell ingest orders {main.path}`.",
        )
    for sample in samples:
        if (sample.layout, sample.file) != (main.layout, main.file):
            raise MappingError(
                f"{main.path.name} holds baskets and {sample.path.name} is written otherwise.",
                hint="Ingest them one by one.",
            )
    columns, confidence = _leading(main)
    notes = ["Baskets have no date: orders are taken to follow each other as they stand in the file."]
    mapping = Mapping(table=table, layout=main.layout, file=main.file, columns=columns)
    return Sniffed(mapping=mapping, confidence={"item_id": 0.9, **confidence}, notes=notes)


def _leading(sample: Sample) -> tuple[dict[str, str | Composed], dict[str, float]]:
    """What stands before the items of each basket: an order's id, then its customer."""
    columns: dict[str, str | Composed] = {}
    for name in sample.table.column_names:
        values = as_text(sample.table[name])
        unique = pc.count_distinct(values).as_py() == len(values)
        field = "order_id" if unique and "order_id" not in columns else "customer_id"
        columns.setdefault(field, name)
    return columns, dict.fromkeys(columns, 0.6)


def _missing(draft: Draft, related: Related, missing: Sequence[str]) -> MappingError:
    names = related.table.column_names
    shown = ", ".join(f"{name} ({_examples(related.table[name])})" for name in names)
    lacking = [field for field in fields_of(draft.table) if field.name in missing]
    wanted = " and ".join(f"`{field.name}` ({field.meaning})" for field in lacking)
    return MappingError(
        f"No column of {related.main.path.name} is taken for {wanted}. Its columns: {shown}.",
        hint=f"Name the column in a file such as the one below, and pass it by --mapping.\n{_outline(draft, missing)}",
        field=missing[0],
    )


def _examples(column: pa.ChunkedArray) -> str:
    values: Iterable[str | None] = pc.unique(as_text(column.slice(0, 1000))).drop_null().to_pylist()[:_SHOWN]
    return ", ".join(str(value)[:30] for value in values) or "empty"


def _outline(draft: Draft, missing: Sequence[str]) -> str:
    lines = [f'table = "{draft.table}"', "", "[columns]"]
    lines += [f'{field} = "{column}"' for field, column in draft.columns.items() if isinstance(column, str)]
    own = [column for field in ("customer_id", "placed_at") if isinstance(column := draft.columns.get(field), str)]
    for field in missing:
        if field == "order_id" and len(own) == 2:
            joined = ", ".join(f'"{column}"' for column in own)
            lines.append(f"order_id = {{ join = [{joined}] }}  # one order a customer and moment, if that is right")
        else:
            lines.append(f'{field} = "…"')
    return "\n".join(lines)
