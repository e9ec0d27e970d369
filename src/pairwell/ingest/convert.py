"""From the fields of a batch, as files bring them, to typed columns; what does not parse is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.ingest.attributes import gather_attributes
from pairwell.ingest.limits import open_ended, without_dashes
from pairwell.ingest.moments import MOMENT, parse_moments, with_first_days
from pairwell.ingest.money import Money, known_currencies, name_currencies, rates_of, to_net_minor, to_net_rate
from pairwell.ingest.numbers import EXACT, by_distinct, is_text, parse_decimals
from pairwell.ingest.sources import Batch, RefusedRow
from pairwell.ingest.vocabulary import Field, fields_of, kind_of

_MAX_ID = 256
_MAX_ROW = 10_000
_SOLD = ("orders", "order_lines")
_NET = ("unit_cost", "cost", "tax", "money")  # never include tax
_FIRST_MOMENT, _END_OF_MOMENTS = (pa.scalar(datetime(year, 1, 1, tzinfo=UTC), MOMENT) for year in (1900, 2201))
_GATHERED = {"attributes": "attributes.", "item_attributes": "item_attributes."}  # open fields, by column
_GATHERED_OF = {"plans": {"attributes": "meters.", "item_attributes": "features."}}
_FLAGS = {
    True: ("true", "t", "yes", "y", "1", "да", "д", "tak", "t", "active", "enabled", "published", "visible"),
    False: ("false", "f", "no", "n", "0", "нет", "н", "nie", "inactive", "disabled", "hidden", "draft", "archived"),
}
_AGREED = {
    True: (
        "given", "granted", "opted in", "opt-in", "opt_in", "optin", "subscribed", "agreed", "allowed", "consented",
        "согласен", "согласна", "согласие", "подписан", "zgoda", "wyrażona", "zapisany",
    ),
    False: (
        "withdrawn", "revoked", "opted out", "opt-out", "opt_out", "optout", "unsubscribed", "denied", "refused",
        "declined", "отказ", "отозвано", "отписан", "не согласен", "brak zgody", "wycofana", "cofnięta", "odmowa",
    ),
}  # fmt: skip


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """How the fields of one table are to be read."""

    table: str
    decimal: Literal[".", ","]
    dates: str | None
    timezone: str
    money: Money


class Converted(msgspec.Struct, frozen=True, kw_only=True):
    """Typed rows, beside the line each stood on, and the rows that were refused."""

    rows: pa.Table
    refused: list[RefusedRow]


def staged_schema(table: str) -> pa.Schema:
    """The columns of converted rows: where they stood, then every field; money as NAME_minor, attributes as JSON."""
    columns = {"file": pa.string(), "line": pa.int64()}
    columns |= {staged_name(field): _TYPES[field.kind] for field in fields_of(table)}
    return pa.schema(columns | {"rate": pa.float64(), "attributes": pa.string(), "item_attributes": pa.string()})


def staged_name(field: Field) -> str:
    """What the column of a field is called once it is typed."""
    return f"{field.name}_minor" if field.kind in ("money", "rate") else field.name


def convert_batch(batch: Batch, conversion: Conversion) -> Converted:
    """Type every field of `batch`. A row is refused for the first of its fields that does not parse."""
    reader = _Reader(batch, conversion)
    for field in (*fields_of(conversion.table), *_open_fields(batch, conversion.table)):
        if field.name != "currency":
            reader.read(field)
    return reader.finish()


def _open_fields(batch: Batch, table: str) -> list[Field]:
    """The fields with a free part in their name that hold more than text."""
    prefixes = tuple(_GATHERED_OF.get(table, {}).values())
    named = [name for name in batch.columns.column_names if prefixes and name.startswith(prefixes)]
    return [Field(name, kind_of(table, name), "") for name in named]


class _Reader:
    """Collects typed columns and, row by row, the first reason to refuse."""

    def __init__(self, batch: Batch, conversion: Conversion) -> None:
        self._batch = batch
        self._conversion = conversion
        self._reasons = pa.nulls(batch.columns.num_rows, pa.string())
        self._typed: dict[str, pa.Array] = {}
        named = name_currencies(_text(self._column("currency")), conversion.money)
        self._refuse(pc.invert(known_currencies(named, conversion.money)), "unknown_currency")
        self._currencies = named
        self._typed["currency"] = named
        self._typed["rate"] = rates_of(named, conversion.money)

    def read(self, field: Field) -> None:
        raw = self._column(field.name)
        if field.kind in ("limit", "rate"):
            raw = without_dashes(raw)
        if raw.null_count == len(raw):
            self._typed[staged_name(field)] = pa.nulls(len(raw), _TYPES[field.kind])
            if field.required and len(raw):
                self._refuse(pc.is_null(raw), f"no_{field.name}")
            return
        typed = self._typed[staged_name(field)] = self._typed_as(field, raw)
        if reason := _REASONS.get(field.kind):
            self._refuse(pc.and_(pc.is_valid(raw), pc.is_null(typed)), reason)
        if field.kind == "id":
            self._refuse(pc.fill_null(pc.greater(pc.utf8_length(typed), _MAX_ID), fill_value=False), "id_too_long")
        if field.required:
            self._refuse(pc.is_null(typed), f"no_{field.name}")

    def finish(self) -> Converted:
        schema = staged_schema(self._conversion.table)
        n = self._batch.columns.num_rows
        self._typed["file"] = pa.repeat(pa.scalar(self._batch.file, pa.string()), n)
        self._typed["line"] = self._batch.lines
        self._typed |= self._gathered()
        rows = pa.table([self._typed[name].cast(schema.field(name).type) for name in schema.names], schema=schema)
        good = pc.is_null(self._reasons)
        if pc.all(good).as_py():
            return Converted(rows=rows, refused=[])
        return Converted(rows=rows.filter(good), refused=self._refused(pc.invert(good)))

    def _gathered(self) -> dict[str, pa.Array]:
        of_table = _GATHERED_OF.get(self._conversion.table)
        rows = self._batch.columns if of_table is None else pa.table(self._typed)
        return {name: gather_attributes(rows, prefix) for name, prefix in (of_table or _GATHERED).items()}

    def _column(self, name: str) -> pa.Array:
        columns = self._batch.columns
        if name == "item_id" and name not in columns.column_names and self._conversion.table in _SOLD:
            name = "title"  # where there is no id, the title is one
        if name not in columns.column_names:
            return pa.nulls(columns.num_rows, pa.string())
        return columns[name].combine_chunks()

    def _typed_as(self, field: Field, raw: pa.Array) -> pa.Array:
        conversion = self._conversion
        if field.kind in ("moment", "day"):
            said = with_first_days(raw) if field.kind == "day" else raw
            return _usual_years(parse_moments(said, pattern=conversion.dates, timezone=conversion.timezone))
        if field.kind == "money":
            kind: Literal["taxed", "net"] = "net" if field.name in _NET else "taxed"
            return to_net_minor(raw, self._currencies, decimal=conversion.decimal, money=conversion.money, kind=kind)
        if field.kind == "rate":
            return to_net_rate(raw, self._currencies, decimal=conversion.decimal, money=conversion.money)
        if field.kind in _NUMBERS:
            return _NUMBERS[field.kind](raw, conversion.decimal)
        typed = _flags(raw) if field.kind == "flag" else _text(raw)
        return pc.utf8_lower(typed) if field.kind == "code" else typed

    def _refuse(self, where: pa.Array, reason: str) -> None:
        self._reasons = pc.if_else(pc.and_(where, pc.is_null(self._reasons)), reason, self._reasons)

    def _refused(self, bad: pa.Array) -> list[RefusedRow]:
        rows = self._batch.columns.filter(bad).to_pylist()
        lines = self._batch.lines.filter(bad).to_pylist()
        reasons = self._reasons.filter(bad).to_pylist()
        return [
            RefusedRow(file=self._batch.file, line=line, reason=reason, row=render_row(row))
            for row, line, reason in zip(rows, lines, reasons, strict=True)
        ]


def render_row(row: dict[str, object]) -> str:
    """A row as JSON text without its empty fields, cut at 10,000 characters."""
    stated = {name: value for name, value in row.items() if value is not None}
    return msgspec.json.encode(stated, enc_hook=str).decode()[:_MAX_ROW]


def _text(raw: pa.Array) -> pa.Array:
    if pa.types.is_floating(raw.type):
        # 17850.0 is how a column of numbers with gaps in it comes out of many tools.
        whole = pc.equal(raw, pc.round(raw))
        return pc.if_else(
            whole, pc.if_else(whole, raw, None).cast(pa.int64(), safe=False).cast(pa.string()), raw.cast(pa.string())
        )
    text = raw.cast(pa.string())
    if pa.types.is_string(raw.type):
        return text
    trimmed = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


def _flags(raw: pa.Array) -> pa.Array:
    if pa.types.is_boolean(raw.type):
        return raw
    text = pc.utf8_lower(_text(raw))
    yes, no = (pc.is_in(text, value_set=pa.array(_FLAGS[flag] + _AGREED[flag])) for flag in (True, False))
    return pc.if_else(yes, pa.scalar(True), pc.if_else(no, pa.scalar(False), pa.scalar(None, pa.bool_())))


def _whole(numbers: pa.Array) -> pa.Array:
    whole = pc.if_else(pc.equal(numbers, pc.round(numbers)), numbers, None)
    return whole.cast(pa.int64())


def _numbers(raw: pa.Array, decimal: Literal[".", ","]) -> pa.Array:
    return by_distinct(raw, lambda some: parse_decimals(some, decimal=decimal).cast(pa.float64()))


def _counts(raw: pa.Array, decimal: Literal[".", ","]) -> pa.Array:
    return _whole(_numbers(raw, decimal))


def _shares(raw: pa.Array, decimal: Literal[".", ","]) -> pa.Array:
    if not is_text(raw.type):
        return _numbers(raw, decimal)
    percent = pc.ends_with(raw, "%")
    numbers = _numbers(pc.utf8_rtrim(raw, " %\u00a0"), decimal)
    return pc.if_else(percent, pc.divide(numbers, 100.0), numbers)


def _limits(raw: pa.Array, decimal: Literal[".", ","]) -> pa.Array:
    return pc.if_else(open_ended(raw), math.inf, _numbers(raw, decimal))


def _usual_years(moments: pa.Array) -> pa.Array:
    usual = pc.and_(pc.greater_equal(moments, _FIRST_MOMENT), pc.less(moments, _END_OF_MOMENTS))
    return pc.if_else(usual, moments, None)


_NUMBERS: dict[str, Callable[[pa.Array, Literal[".", ","]], pa.Array]] = {
    "number": _numbers,
    "count": _counts,
    "share": _shares,
    "limit": _limits,
}
_TYPES: dict[str, pa.DataType] = {
    "id": pa.string(),
    "text": pa.string(),
    "code": pa.string(),
    "number": pa.float64(),
    "share": pa.float64(),
    "limit": pa.float64(),
    "rate": EXACT,
    "day": MOMENT,
    "count": pa.int64(),
    "money": pa.int64(),
    "moment": MOMENT,
    "flag": pa.bool_(),
}
_REASONS = {
    "number": "bad_number",
    "share": "bad_number",
    "limit": "bad_number",
    "rate": "bad_number",
    "day": "bad_date",
    "count": "bad_number",
    "money": "bad_number",
    "moment": "bad_date",
    "flag": "bad_flag",
}
