"""How a file is written, and a sample of its rows: format, encoding, delimiter, header, layout, all by content."""

from __future__ import annotations

import io
import json
from itertools import islice
from pathlib import Path

import msgspec
import pyarrow as pa

from pairwell.errors import SourceError
from pairwell.ingest.columnar import MAGIC, open_parquet, plain
from pairwell.ingest.delimited import read_records
from pairwell.ingest.documents import Piece, flatten, read_pieces, text_table
from pairwell.ingest.encodings import sniff_encoding
from pairwell.ingest.feeds import EXPLAINING, encoding_of, is_markup, read_feed
from pairwell.ingest.mapping import FileFormat, Layout
from pairwell.ingest.shapes import sniff_shape
from pairwell.ingest.sources import Limits, name_columns, trimmed
from pairwell.ingest.streams import UNDECODABLE, Lines, check_content, is_gzip, open_bytes, open_text

_HEAD = 3_000_000  # bytes of content that the sample is taken from
_PIECE = 300_000  # bytes of each further place of a plain file
_PLACES = 4
_ROWS = 20_000
_ROWS_OF_ONE = 1_000  # of one object with lists beside each other, which make a row of each pair
_OFFERS = 1_000  # of a feed: which one it is, the first of them tell
_LONGEST = 1 << 20  # bytes of a line that a sample takes
_LOOK = 100_000  # characters searched for control characters


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What a file looks like. `table` holds sampled rows, text trimmed; `whole` says that it is all of them."""

    path: Path
    file: FileFormat
    layout: Layout
    table: pa.Table
    whole: bool


def sample_file(path: Path, *, limits: Limits) -> Sample:
    """Look at a file; `SourceError` where it is missing, empty, binary or holds no rows."""
    with open_bytes(path, advance=lambda _: None) as stream:
        head = stream.read(_HEAD)
        whole = not stream.read(1)
    if head.startswith(MAGIC):
        return _sample_parquet(path)
    check_content(path, head)
    encoding = sniff_encoding(path)
    text = _decoded(head, encoding)
    if not text.strip():
        raise SourceError(f"{path} is empty: it holds only blanks.", hint="Export it again.")
    if is_markup(text):
        return _sample_feed(path, encoding_of(head, text, encoding), limits)
    if text.lstrip()[0] in "{[" and (found := _sample_json(path, text, encoding, whole)) is not None:
        return found
    pieces = [text]
    if not whole:
        text, done = _short_lines(path, encoding)
        pieces = [text, *_elsewhere(path, encoding, done)]
    return _sample_text(path, pieces, encoding, limits, whole=whole)


def _short_lines(path: Path, encoding: str) -> tuple[str, int]:
    """The first lines, but for those so long that they would be all of the sample; and the bytes read for them."""
    parts: list[str] = []
    done: list[int] = []
    with open_text(path, encoding, advance=done.append) as text:
        lines = Lines(text, max_bytes=_LONGEST, refuse=_ignore)
        while lines.taken < _HEAD and (block := lines.block()[1]):
            parts += block
    return "".join(parts).replace(UNDECODABLE, "").replace("\0", ""), sum(done)


def _sample_parquet(path: Path) -> Sample:
    with open_parquet(path) as file:
        if file.metadata.num_rows == 0:
            raise SourceError(f"{path} holds no row, only the names of columns.", hint="Export it again.")
        groups = sorted({0, file.metadata.num_row_groups // 2, file.metadata.num_row_groups - 1})
        parts = [next(file.iter_batches(batch_size=_ROWS // len(groups), row_groups=[group])) for group in groups]
        rows = file.metadata.num_rows
    table = trimmed(plain(pa.Table.from_batches(parts)))
    return Sample(path=path, file=FileFormat(format="parquet"), layout="lines", table=table, whole=len(table) == rows)


def _sample_feed(path: Path, encoding: str, limits: Limits) -> Sample:
    file = FileFormat(format="xml", encoding=encoding)
    elements = read_feed(path, file, most=limits.max_line_bytes, refuse=_ignore)
    offers = (element.cells for element in elements if element.name not in EXPLAINING)
    rows = [{name: str(cell) for name, cell in cells.items()} for cells in islice(offers, _OFFERS)]
    if not any(rows):
        raise SourceError(f"{path} is a feed without an offer in it.", hint="Export it again.")
    table = trimmed(text_table(rows))
    return Sample(path=path, file=file, layout="lines", table=table, whole=len(rows) < _OFFERS)


def _sample_json(path: Path, text: str, encoding: str, whole: bool) -> Sample | None:
    key, value = _first_piece(text)
    if key is not None and isinstance(value, list) and value and all(isinstance(part, list) for part in value):
        file = FileFormat(format="json", encoding=encoding)
        return Sample(path=path, file=file, layout="json-baskets", table=pa.table({}), whole=whole)
    lines = [line for line in text.split("\n") if line.strip()]
    if all(_is_object(line) for line in lines[:5][: max(1, len(lines) - (not whole))]):
        # An object with lists in it makes many rows: a sample needs no more of them than of any other file.
        flat = (row for line in lines if _is_object(line) for row in flatten(json.loads(line), _ROWS_OF_ONE))
        rows = list(islice(flat, _ROWS))
        return _json_rows(path, FileFormat(format="jsonl", encoding=encoding), rows, whole and len(rows) < _ROWS)
    if value is None:
        return None
    return _json_rows(path, FileFormat(format="json", encoding=encoding), _document_rows(text), whole)


def _json_rows(path: Path, file: FileFormat, rows: list[dict[str, str]], whole: bool) -> Sample:
    if not any(rows):
        raise SourceError(
            f"{path} is JSON, but neither a list of objects nor customers with their baskets.",
            hint='Expected [{"order": 1, "item": "a"}, …], an object a line, or {"customer": [["a", "b"], ["c"]]}.',
        )
    return Sample(path=path, file=file, layout="lines", table=trimmed(text_table(rows)), whole=whole)


def _first_piece(text: str) -> Piece:
    try:
        return next(read_pieces(io.StringIO(text), max_characters=len(text)), (None, None))
    except SourceError:
        return None, None


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _document_rows(text: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    try:
        for _, value in read_pieces(io.StringIO(text), max_characters=len(text)):
            parts = value if isinstance(value, list) else [value]
            rows += [row for part in parts if isinstance(part, dict) for row in flatten(part, _ROWS_OF_ONE)]
            if len(rows) >= _ROWS:
                break
    except SourceError:
        return rows  # the sample was cut in the middle of a row
    return rows


def _sample_text(path: Path, pieces: list[str], encoding: str, limits: Limits, *, whole: bool) -> Sample:
    text = pieces[0]
    if sum(char < " " and char not in "\t\n\r\f" for char in text[:_LOOK]) > len(text[:_LOOK]) // 100:
        raise SourceError(f"{path} is no text: it holds binary content.", hint="Save it as CSV (UTF-8) and try again.")
    file, layout = sniff_shape(text, encoding, max_bytes=limits.max_line_bytes)
    if layout == "baskets":
        return Sample(path=path, file=file, layout=layout, table=_leading(text, file, limits), whole=whole)
    table = _rows(path, pieces, file, limits)
    return Sample(path=path, file=file, layout=layout, table=table, whole=whole and len(table) < _ROWS)


def _rows(path: Path, pieces: list[str], file: FileFormat, limits: Limits) -> pa.Table:
    first = _parse(pieces[0], file, None, 1, limits)
    names = name_columns(first[0]) if file.header and first else list(file.columns)
    body = msgspec.structs.replace(file, skip=file.skip + int(file.header))
    rows = _parse(pieces[0], body, len(names), _ROWS // len(pieces), limits)
    for piece in pieces[1:]:
        rows += _parse(piece, msgspec.structs.replace(file, skip=0), len(names), _ROWS // len(pieces), limits)
    if not rows:
        found = f"the columns {', '.join(names)} and no row" if file.header else "no row"
        raise SourceError(f"{path} holds {found}.", hint="Export it again.")
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return trimmed(pa.table(columns, names=names))


def _leading(text: str, file: FileFormat, limits: Limits) -> pa.Table:
    """The columns that stand before the items of each basket."""
    rows = [[*fields, *file.columns][: len(file.columns)] for fields in _parse(text, file, None, _ROWS, limits)]
    columns = [[row[place] for row in rows] for place in range(len(file.columns))]
    return trimmed(pa.table([pa.array(column, pa.string()) for column in columns], names=list(file.columns)))


def _decoded(data: bytes, encoding: str) -> str:
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    text = data.decode(name, "replace").replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\0", "")


def _elsewhere(path: Path, encoding: str, done: int) -> list[str]:
    """Text from places behind the first `done` bytes of a plain file, whole lines only.

    A compressed file is sampled at its head, and so is one too small for places that do not overlap.
    """
    rest = path.stat().st_size - done
    if is_gzip(path) or encoding.startswith("utf-16") or rest < 2 * _PLACES * _PIECE:
        return []
    pieces: list[str] = []
    with path.open("rb") as stream:
        for place in range(1, _PLACES + 1):
            stream.seek(done + (rest - _PIECE) * place // _PLACES)
            piece = _decoded(stream.read(_PIECE), encoding)
            pieces.append(piece[piece.find("\n") + 1 : piece.rfind("\n") + 1])
    return [piece for piece in pieces if piece]


def _parse(text: str, file: FileFormat, width: int | None, rows: int, limits: Limits) -> list[list[str]]:
    """The first rows of a text, without those that do not fit."""
    lines = Lines(io.StringIO(text), max_bytes=limits.max_line_bytes, refuse=_ignore)
    found: list[list[str]] = []
    for _, fields in read_records(lines, file, width, _ignore):
        found.append([field.replace(UNDECODABLE, "") for field in fields])
        if len(found) >= rows:
            break
    return found


def _ignore(line: int, reason: str, raw: str) -> None:
    """Rows that do not fit are refused when the file is read; a sample goes without them."""
