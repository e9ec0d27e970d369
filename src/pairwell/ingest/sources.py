"""What stands in a file: batches of rows, and the rows that cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.config.progress import BytesRead
from pairwell.errors import SourceError
from pairwell.ingest.blocks import read_tables
from pairwell.ingest.columnar import RowNumbers, read_parquet
from pairwell.ingest.delimited import Record, read_first, read_records
from pairwell.ingest.documents import read_json_rows
from pairwell.ingest.mapping import FileFormat
from pairwell.ingest.streams import RAW_KEPT, UNDECODABLE, Lines, RefuseLine, open_text


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What may be held in memory at a time."""

    batch_rows: int = 100_000
    max_line_bytes: int = 16_000_000


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one file. `lines` are line numbers in it (row numbers in Parquet), from 1.

    Text is trimmed, empty text is null; columns of Parquet keep their type.
    """

    file: str
    lines: pa.Int64Array
    columns: pa.Table


class RefusedRow(msgspec.Struct, frozen=True, kw_only=True):
    file: str
    line: int
    reason: str
    row: str  # as it stood in the file, cut at 10,000 characters


Refuse = Callable[[RefusedRow], None]


def read_batches(
    path: Path, file: FileFormat, *, limits: Limits, refuse: Refuse, advance: BytesRead
) -> Iterator[Batch]:
    """Stream the rows of a file; `advance` gets the bytes read of it, before decompression.

    Rows that cannot be read go to `refuse` with their reason: `wrong_field_count`, `unclosed_quote`,
    `line_too_long`, `undecodable` (bytes that do not fit the encoding), `nul_byte`, `not_json`, `not_an_object`.
    Raises `SourceError` where the file as a whole is not what it seems: damaged, or most rows refused.
    """
    watch = Watch(path, refuse)
    numbered: Iterator[tuple[list[int] | RowNumbers, pa.Table]]
    if file.format == "xml":
        raise SourceError(
            f"{path} is a feed in XML, which is read as the catalogue of a vendor alone.",
            hint="Run `pairwell ingest items FILE`, with `source` in the mapping where you give one.",
        )
    if file.format == "parquet":
        numbered = read_parquet(path, batch_rows=limits.batch_rows, advance=advance)
    elif file.format == "csv":
        numbered = _read_delimited(path, file, limits, watch.refuse, advance)
    else:
        text = open_text(path, file.encoding, advance=advance)
        with text:
            numbered = read_json_rows(text, file, limits.batch_rows, limits.max_line_bytes, watch.refuse)
            yield from _batches(path, numbered, watch)
            return
    yield from _batches(path, numbered, watch)


def read_rows(path: Path, file: FileFormat, *, limits: Limits, refuse: Refuse, advance: BytesRead) -> Iterator[Record]:
    """Rows of a delimited text with any number of fields each; refusals as in `read_batches`."""
    watch = Watch(path, refuse)
    with open_text(path, file.encoding, advance=advance) as text:
        lines = Lines(text, max_bytes=limits.max_line_bytes, refuse=watch.refuse)
        yield from read_records(lines, file, None, watch.refuse)


@contextmanager
def watched(path: Path, refuse: Refuse) -> Iterator[Watch]:
    """A watch over rows that are read one by one; `SourceError` at the end where most were refused."""
    watch = Watch(path, refuse)
    yield watch
    watch.check()


class Watch:
    """Passes refusals on, and raises where they are most of the file."""

    _EARLY = 10_000

    def __init__(self, path: Path, refuse: Refuse) -> None:
        self._path = path
        self._refuse = refuse
        self.taken = 0
        self.reasons: dict[str, int] = {}

    def refuse(self, line: int, reason: str, raw: str) -> None:
        text = raw[:RAW_KEPT].encode(errors="replace").decode()
        self._refuse(RefusedRow(file=self._path.name, line=line, reason=reason, row=text))
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        refused = sum(self.reasons.values())
        # Rows before this one may wait in a batch, not counted as taken yet; its line tells how many there were.
        if refused % self._EARLY == 0 and refused > _HOPELESS * line:
            raise self._not_what_it_seems(refused, line)

    def check(self) -> None:
        refused = sum(self.reasons.values())
        few = refused < _FEW and self.taken
        if not few and refused > self.taken:
            raise self._not_what_it_seems(refused, refused + self.taken)

    def _not_what_it_seems(self, refused: int, rows: int) -> SourceError:
        reason, times = max(self.reasons.items(), key=lambda pair: pair[1])
        return SourceError(
            f"{self._path} is not what it seems: {refused} of {rows} rows cannot be read, "
            f"{times} of them for `{reason}` ({_MEANING[reason]}).",
            hint="Check the delimiter, quotes and encoding, or give them in [file] of a mapping by --mapping.",
        )


_FEW = 10
_HOPELESS = 0.9  # share of the lines so far; reading on would bring nothing
_MEANING = {
    "wrong_field_count": "another number of fields than the header, as where delimiters are mixed",
    "unclosed_quote": "a quote that does not close",
    "line_too_long": "longer than a line may be",
    "undecodable": "bytes that do not fit the encoding",
    "nul_byte": "zero bytes inside text",
    "not_json": "no valid JSON",
    "not_an_object": "JSON that is no object",
}


def _batches(path: Path, numbered: Iterator[tuple[list[int] | RowNumbers, pa.Table]], watch: Watch) -> Iterator[Batch]:
    for lines, table in numbered:
        watch.taken += len(lines)
        if len(lines):
            yield Batch(file=path.name, lines=pa.array(lines, pa.int64()), columns=trimmed(table))
    watch.check()


def trimmed(table: pa.Table) -> pa.Table:
    """The table with its text trimmed of blanks of every kind, and empty text as null."""
    columns = [_trimmed(column) if _is_text(column.type) else column for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    clean = pc.utf8_trim_whitespace(column)
    empty = pc.equal(clean, "")
    return pc.if_else(empty, None, clean) if pc.any(empty).as_py() else clean


def name_columns(names: Sequence[str]) -> list[str]:
    """Names made unique: an empty one becomes `column_3`, a second `Date` becomes `Date_2`."""
    found: list[str] = []
    for place, raw in enumerate(names, start=1):
        name = " ".join(raw.replace("\0", "").split()) or f"column_{place}"
        count = next(n for n in chain((1,), range(2, len(names) + 2)) if _numbered(name, n) not in found)
        found.append(_numbered(name, count))
    return found


def _numbered(name: str, count: int) -> str:
    return name if count == 1 else f"{name}_{count}"


def _read_delimited(
    path: Path, file: FileFormat, limits: Limits, refuse: RefuseLine, advance: BytesRead
) -> Iterator[tuple[list[int], pa.Table]]:
    with open_text(path, file.encoding, advance=advance) as text:
        lines = Lines(text, max_bytes=limits.max_line_bytes, refuse=refuse)
        first = read_first(lines, file, refuse)
        if first is None:
            raise SourceError(f"{path} holds no row.", hint="Export it again.")
        if any(UNDECODABLE in cell for cell in first[1]):
            raise SourceError(
                f"{path} does not fit the encoding {file.encoding!r}: its first row holds bytes that mean nothing.",
                hint='Name its encoding in [file] of a mapping, for example encoding = "windows-1251".',
            )
        if not file.header:
            lines.again(lines.held)
        names = name_columns(first[1] if file.header else file.columns or [""] * len(first[1]))
        yield from read_tables(lines, file, names, limits.batch_rows, refuse)
