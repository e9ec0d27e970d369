"""Delimited text as columns, block by block."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import lru_cache

import pyarrow as pa
from pyarrow import csv

from pairwell.ingest.delimited import Record, read_block
from pairwell.ingest.mapping import FileFormat
from pairwell.ingest.streams import UNDECODABLE, Lines, RefuseLine

_MAX_CHARACTERS = 1 << 26  # of a batch

Numbered = tuple[list[int], pa.Table]  # line numbers, rows


def read_tables(
    lines: Lines, file: FileFormat, names: list[str], batch_rows: int, refuse: RefuseLine
) -> Iterator[Numbered]:
    """Batches of text columns of at most `batch_rows`, with the number of each row's first line.

    Rows are refused as in `read_records`, and as `undecodable` or `nul_byte`.
    """
    numbers: list[int] = []
    parts: list[pa.Table] = []
    before = lines.taken
    for found, table in _read_pieces(lines, file, names, batch_rows, refuse):
        if parts and (len(numbers) + len(found) > batch_rows or lines.taken - before > _MAX_CHARACTERS):
            yield numbers, pa.concat_tables(parts)
            numbers, parts, before = [], [], lines.taken
        numbers += found
        parts.append(table)
    if parts:
        yield numbers, pa.concat_tables(parts)


def _read_pieces(lines: Lines, file: FileFormat, names: list[str], most: int, refuse: RefuseLine) -> Iterator[Numbered]:
    while True:
        number, texts = lines.block(min(most, _BLOCK_LINES))
        if not texts:
            return
        table = _parsed_at_once(texts, file, names)
        if table is not None:
            yield list(range(number, number + len(texts))), table
            continue
        for records in _portions(read_block(lines, (number, texts), file, len(names), refuse), most):
            yield _to_table(records, names, refuse)


_BLOCK_LINES = 8192


def _parsed_at_once(texts: list[str], file: FileFormat, names: list[str]) -> pa.Table | None:
    """The rows of lines that are one record each and fit; None where any needs a closer look."""
    text = "".join(texts)
    quoted = bool(file.quote) and file.quote in text
    if file.delimiter == " " or "\0" in text or (quoted and not _well_quoted(file).fullmatch(text)):
        return None
    try:
        table = csv.read_csv(
            io.BytesIO(text.encode()),
            read_options=csv.ReadOptions(column_names=names, use_threads=False, block_size=1 << 28),
            parse_options=csv.ParseOptions(
                delimiter=file.delimiter,
                quote_char=file.quote if quoted else False,
                invalid_row_handler=lambda _: "skip",
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except (UnicodeEncodeError, pa.ArrowInvalid):
        return None
    return table if len(table) == len(texts) else None


@lru_cache(maxsize=16)
def _well_quoted(file: FileFormat) -> re.Pattern[str]:
    """Lines whose quotes stand around whole fields and are doubled inside them."""
    quote, delimiter = re.escape(file.quote), re.escape(file.delimiter)
    field = f"(?:{quote}(?:[^{quote}\\n]|{quote}{quote})*+{quote}|[^{quote}{delimiter}\\n]*+)"
    return re.compile(f"(?:{field}(?:{delimiter}{field})*+(?:\\n|\\Z))*+")


def _portions(records: Iterator[Record], most: int) -> Iterator[list[Record]]:
    portion: list[Record] = []
    for record in records:
        portion.append(record)
        if len(portion) >= most:
            yield portion
            portion = []
    if portion:
        yield portion


def _to_table(records: list[Record], names: list[str], refuse: RefuseLine) -> Numbered:
    try:
        columns = list(zip(*(fields for _, fields in records), strict=True)) or [()] * len(names)
        table = pa.table([pa.array(column, pa.string()) for column in columns], names=names)
    except UnicodeEncodeError:
        return _to_table(_sound(records, refuse, UNDECODABLE, "undecodable"), names, refuse)
    if any(_holds_nul(column) for column in table.columns):
        return _to_table(_sound(records, refuse, "\0", "nul_byte"), names, refuse)
    return [line for line, _ in records], table


def _holds_nul(column: pa.ChunkedArray) -> bool:
    texts = (chunk.buffers()[2] for chunk in column.chunks)
    return any(text is not None and b"\0" in memoryview(text).tobytes() for text in texts)


def _sound(records: list[Record], refuse: RefuseLine, mark: str, reason: str) -> list[Record]:
    """The records without `mark`; those with it are refused."""
    sound: list[Record] = []
    for line, fields in records:
        if any(mark in field for field in fields):
            refuse(line, reason, " ".join(fields))
        else:
            sound.append((line, fields))
    return sound
