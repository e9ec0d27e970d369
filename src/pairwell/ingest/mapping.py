"""A mapping: which column of a foreign file is which field of a table; as a record and as TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Names
from pathlib import Path
from typing import Literal

import msgspec
import tomli_w

from pairwell.config.explaining import explain, name_neighbours
from pairwell.errors import MappingError
from pairwell.ingest.vocabulary import field_names, is_field, tables

Format = Literal["csv", "jsonl", "json", "parquet", "xml"]
Layout = Literal["lines", "baskets", "json-baskets"]


class FileFormat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a file is written. Compression is seen by content and needs no word here."""

    format: Format = "csv"
    header: bool = True
    delimiter: str = ","  # " ": any run of blanks
    quote: str = '"'  # "": quotes are ordinary characters
    encoding: str = "utf-8"  # a byte order mark is understood and dropped
    skip: int = 0  # lines above the header, or above the first row
    columns: tuple[str, ...] = ()  # names of the columns where there is no header


class Composed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A field that is no single column: the same text in every row, or several columns joined."""

    constant: str | None = None
    join: tuple[str, ...] = ()
    separator: str | None = None  # None: " > " in a category, else a blank


class Lookup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Columns taken from another file by a key that is unique there."""

    file: str  # its name without folders
    key: str  # column of the main file, or one that an earlier lookup added
    lookup_key: str | None = None  # column of the other file; None: called the same
    columns: tuple[str, ...] = ()  # taken over; one whose name is taken already is called "FILE.column"
    format: FileFormat = FileFormat()


class Unpivot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One wide row becomes a row for each of some columns: which field their names fill, and which their cells."""

    columns: tuple[str, ...]
    into: str  # the field that the names of the columns fill
    names: dict[str, str] = {}  # what some of them stand for; the others for themselves
    value: str | None = None  # the field that their cells fill
    keep: tuple[str, ...] = ()  # cells that count; none: all that are filled


class Goods(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which items are goods at all."""

    include: str | None = None  # regular expression that the item id matches from its start
    exclude: tuple[str, ...] = ()  # item ids that are none: postage, bank charges, …


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the rows of one export become rows of `table`."""

    table: str
    layout: Layout = "lines"
    decimal: Literal[".", ","] = "."
    dates: str | None = None  # pattern of strptime; None: ISO 8601 or typed
    file: FileFormat = FileFormat()
    columns: dict[str, str | Composed] = {}  # field -> column
    source: str | None = None  # the vendor whose export this is: its rows are reshaped first, columns are then fields
    won: tuple[str, ...] = ()  # of a CRM's deals: the stages that are won; none: those that are known as such
    net: bool = False  # money is without tax, whatever `[shop] prices_include_tax` says; costs always are
    taxed: bool = False  # money is with tax, whatever `[shop] prices_include_tax` says
    lookup: tuple[Lookup, ...] = ()
    unpivot: Unpivot | None = None
    goods: Goods = Goods()


def parse_mapping(text: str, *, source: str = "the mapping") -> Mapping:
    """A mapping from TOML text.

    Raises `MappingError` naming the key, what was expected and, for a misspelt name, its nearest neighbours;
    also for a table or a field that does not exist.
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{source} is not valid TOML: {error}.", hint="Mend that line.") from error
    try:
        mapping = msgspec.convert(tree, Mapping)
    except msgspec.ValidationError as error:
        raise _explained(error, source) from error
    check_mapping(mapping, source=source)
    return mapping


def load_mapping(path: Path) -> Mapping:
    """Read a mapping from a file. Raises `MappingError` where it cannot be read or is not valid."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(
            f"The mapping {path} cannot be read: {error}.", hint="Name a TOML file such as one that ingest saved."
        ) from error
    return parse_mapping(text, source=path.name)


def check_mapping(mapping: Mapping, *, source: str = "the mapping") -> None:
    """Raise `MappingError` where the table or a field is unknown, or a composed field says too much or too little."""
    if mapping.table not in tables():
        raise _unknown(f"{source} is for the table {mapping.table!r}, which is not known", mapping.table, tables())
    for field, column in mapping.columns.items():
        if not is_field(mapping.table, field):
            names = field_names(mapping.table)
            raise _unknown(f"{source} names the field {field!r}, which `{mapping.table}` does not have", field, names)
        if isinstance(column, Composed) and (column.constant is None) == (not column.join):
            raise MappingError(
                f"{source}: the field {field!r} needs either `constant` or `join`.",
                hint=f'Write {field} = {{ constant = "…" }}, or {field} = {{ join = ["first", "second"] }}.',
                field=field,
            )
    if mapping.unpivot is not None:
        _check_unpivot(mapping, mapping.unpivot, source)
    if mapping.net and mapping.taxed:
        raise MappingError(f"{source} says both `net` and `taxed`.", hint="Take one of them out.", field="taxed")


def _check_unpivot(mapping: Mapping, how: Unpivot, source: str) -> None:
    for field in (how.into, *([how.value] if how.value is not None and not how.keep else [])):
        if not is_field(mapping.table, field):
            names = field_names(mapping.table)
            what = f"{source}: `[unpivot]` fills the field {field!r}, which `{mapping.table}` does not have"
            raise _unknown(what, field, names)
    if mapping.source is not None or mapping.layout != "lines" or not how.columns:
        raise MappingError(
            f"{source}: `[unpivot]` is for files with a row a line and columns to take apart, and no vendor's export.",
            hint='Write columns = ["first", "second"] under it, and take `source` or `layout` out.',
            field="unpivot",
        )


def render_mapping(mapping: Mapping, confidence: Names[str, float] | None = None) -> str:
    """The mapping as TOML for people, with the confidence of each field as a comment; `parse_mapping` reads it back."""
    tree = msgspec.to_builtins(mapping)
    heads: dict[str, object] = {"table": mapping.table, "layout": mapping.layout, "decimal": mapping.decimal}
    heads |= {"dates": mapping.dates} if mapping.dates is not None else {}
    heads |= {"source": mapping.source} if mapping.source is not None else {}
    heads |= {"won": list(mapping.won)} if mapping.won else {}
    heads |= {name: True for name in ("net", "taxed") if getattr(mapping, name)}
    parts = [
        "# Which column of the file is which field of the table. Correct what is wrong and pass it back by --mapping.",
        tomli_w.dumps(heads),
        "[file]",
        tomli_w.dumps(tree.get("file", {})),
        "[columns]",
        *_column_lines(mapping, confidence or {}),
        "",
        *_lookup_lines(mapping.lookup),
    ]
    if mapping.unpivot is not None:
        parts += ["# One row becomes several: one for each of these columns.", "[unpivot]"]
        parts += [*(f"{key} = {_inline(value)}" for key, value in tree["unpivot"].items()), ""]
    if mapping.goods != Goods():
        note = "# Item ids that are no goods: rows with them are refused. Take out those that are goods after all."
        parts += [note, "[goods]", tomli_w.dumps(tree["goods"])]
    return "\n".join(parts).rstrip() + "\n"


def as_firms(mapping: Mapping) -> Mapping:
    """A mapping of accounts with the attribute that tells firms from people; any other as it is."""
    if mapping.table != "accounts":
        return mapping
    return msgspec.structs.replace(mapping, columns={**mapping.columns, "attributes.kind": Composed(constant="firm")})


def columns_used(mapping: Mapping) -> set[str]:
    """Every column of the file that the mapping names."""
    found: set[str] = set()
    for column in mapping.columns.values():
        found |= {column} if isinstance(column, str) else set(column.join)
    if mapping.unpivot is None:
        return found
    return found - {mapping.unpivot.into, mapping.unpivot.value} | {*mapping.unpivot.columns}


def _column_lines(mapping: Mapping, confidence: Names[str, float]) -> Iterator[str]:
    for field, column in mapping.columns.items():
        line = f"{_key(field)} = {_inline(msgspec.to_builtins(column))}"
        yield f"{line}  # {confidence[field]:.0%} sure" if field in confidence else line


def _lookup_lines(lookups: tuple[Lookup, ...]) -> Iterator[str]:
    for lookup in lookups:
        values = msgspec.to_builtins(lookup)
        yield "[[lookup]]"
        yield from (f"{key} = {_inline(value)}" for key, value in values.items())
        yield ""


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_inline(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_inline(inner) for inner in value) + "]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").rstrip("\n")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _inline(name)


def _explained(error: msgspec.ValidationError, source: str) -> MappingError:
    mistake = explain(error, Mapping)
    if mistake.field is None:
        return MappingError(f"{source} is not valid: {mistake.said}.")
    said = f"`{mistake.field}` is unknown" if mistake.unknown else mistake.said
    return MappingError(f"{source}: {said}.", hint=mistake.hint, field=mistake.field)


def _unknown(what: str, name: str, known: Iterable[str]) -> MappingError:
    return MappingError(f"{what}.", hint=name_neighbours(name, known), field=name)
