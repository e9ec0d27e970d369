"""Records of JSON: one object a line, or one document that is read piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import TextIOBase, TextIOWrapper
from itertools import islice
from typing import Any

import msgspec
import pyarrow as pa

from pairwell.errors import SourceError
from pairwell.ingest.mapping import FileFormat
from pairwell.ingest.streams import RAW_KEPT, UNDECODABLE, Lines, RefuseLine

Piece = tuple[str | None, Any]  # key in an object, None in an array; value
_ENVELOPES = {"_embedded", "result"}  # members that hold the list one level deeper
_CHUNK = 1 << 16


def read_json_rows(
    text: TextIOWrapper,
    file: FileFormat,
    batch_rows: int,
    max_bytes: int,
    refuse: RefuseLine,
) -> Iterator[tuple[list[int], pa.Table]]:
    """Batches of text columns, named by the keys; inner keys as `outer.inner`.

    A list of objects inside an object gives one row each, beside the values around it. Numbers become text.
    """
    lines: list[int] = []
    rows: list[dict[str, str]] = []
    for line, value in read_objects(text, file, max_bytes, refuse):
        flat = flatten(value)
        rows += flat
        lines += [line] * len(flat)
        if len(rows) >= batch_rows:
            yield lines, text_table(rows)
            lines, rows = [], []
    if rows:
        yield lines, text_table(rows)


def read_objects(
    text: TextIOWrapper, file: FileFormat, max_bytes: int, refuse: RefuseLine, *, enveloped: bool = False
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each object of a JSON file with its line, or its place in the document.

    `enveloped`: what stands beside a list of objects (a count, the next page) belongs to the list and is no row.
    """
    if file.format == "jsonl":
        return _objects_by_line(Lines(text, max_bytes=max_bytes, refuse=refuse), refuse)
    return _objects_of_document(text, max_bytes, refuse, enveloped=enveloped)


def read_pieces(text: TextIOBase, *, max_characters: int) -> Iterator[Piece]:
    """Members of the object, or elements of the array, that the document is; only one is held at a time.

    Raises `SourceError` where the text is no such document, or a piece is longer than the limit.
    """
    buffer = _Buffer(text, max_characters)
    opening = buffer.take("{[")
    while (mark := buffer.peek()) != ("}" if opening == "{" else "]"):
        if mark == ",":
            buffer.take(",")
            continue
        key = None
        if opening == "{":
            key = str(buffer.value())
            buffer.take(":")
        yield key, buffer.value()


class _Buffer:
    """A window over the text that parses one JSON value at a time."""

    def __init__(self, text: TextIOBase, limit: int) -> None:
        self._text = text
        self._limit = limit
        self._held = ""
        self._at = 0
        self._decoder = json.JSONDecoder()

    def peek(self) -> str:
        while True:
            while self._at < len(self._held) and self._held[self._at] in " \t\r\n":
                self._at += 1
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._more(_CHUNK):
                raise _broken("it ends too early")

    def take(self, allowed: str) -> str:
        found = self.peek()
        if found not in allowed:
            raise _broken(f"found {found!r}, expected {' or '.join(allowed)}")
        self._at += 1
        return found

    def value(self) -> Any:  # noqa: ANN401  (any JSON value)
        self.peek()
        size = _CHUNK
        while True:
            try:
                value, end = self._decoder.raw_decode(self._held, self._at)
            except json.JSONDecodeError as error:
                if not self._more(size):
                    raise _broken(error.msg) from error
            else:
                # A number at the end of the window may go on behind it.
                if end < len(self._held) or not self._more(size):
                    self._at = end
                    return value
            size *= 2

    def _more(self, size: int) -> bool:
        if len(self._held) - self._at > self._limit:
            raise _broken(f"a single value is longer than {self._limit} characters")
        chunk = self._text.read(size)
        self._held = self._held[self._at :] + chunk
        self._at = 0
        return bool(chunk)


def _broken(what: str) -> SourceError:
    return SourceError(f"The JSON document cannot be read: {what}.", hint="Export it again.")


def _objects_by_line(lines: Lines, refuse: RefuseLine) -> Iterator[tuple[int, dict[str, Any]]]:
    decoder = msgspec.json.Decoder()
    lines.begin()
    for line in lines:
        number = lines.start
        lines.begin()
        if line.isspace():
            continue
        try:
            value = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeEncodeError):
            refuse(number, "undecodable" if UNDECODABLE in line else "not_json", line[:RAW_KEPT].rstrip("\n"))
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            refuse(number, "not_an_object", line[:RAW_KEPT].rstrip("\n"))


def _objects_of_document(
    text: TextIOBase, limit: int, refuse: RefuseLine, *, enveloped: bool
) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, (key, value) in enumerate(read_pieces(text, max_characters=limit), start=1):
        if key is None and isinstance(value, dict):
            yield number, value
        elif isinstance(value, list) and any(isinstance(row, dict) for row in value):
            for row in value:  # {"orders": [{…}, …]}
                if isinstance(row, dict):
                    yield number, row
                else:
                    refuse(number, "not_an_object", json.dumps(row, ensure_ascii=False)[:RAW_KEPT])
        elif enveloped and key in _ENVELOPES and isinstance(value, dict):
            yield from ((number, row) for row in _listed(value))  # {"_embedded": {"leads": [{…}, …]}}
        elif key is None or not enveloped:
            refuse(number, "not_an_object", json.dumps(value, ensure_ascii=False)[:RAW_KEPT])


def _listed(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The objects of every list that is a member of `value`."""
    for rows in value.values():
        if isinstance(rows, list):
            yield from (row for row in rows if isinstance(row, dict))


def flatten(value: dict[str, Any], most: int | None = None) -> list[dict[str, str]]:
    """Rows of text from one object: inner objects by dotted names, a list of objects as a row each.

    Lists beside each other make a row of each pair: of these only the first `most`, where that is given.
    """
    plain: dict[str, str] = {}
    rows: list[dict[str, str]] = [plain]
    for key, inner in value.items():
        if isinstance(inner, dict):
            parts = flatten({f"{key}.{name}": deep for name, deep in inner.items()}, most)
            rows = list(islice(({**row, **part} for row in rows for part in parts), most))
        elif isinstance(inner, list) and inner and all(isinstance(part, dict) for part in inner):
            named = ({f"{key}.{name}": deep for name, deep in part.items()} for part in inner)
            parts = list(islice((row for part in named for row in flatten(part, most)), most))
            rows = list(islice(({**row, **part} for row in rows for part in parts), most))
        elif inner is not None:
            text = _text(inner)
            for row in rows:
                row[key] = text
    return rows


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else json.dumps(value, ensure_ascii=False)


def text_table(rows: list[dict[str, str]]) -> pa.Table:
    """Text columns, in order of first appearance of their names."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table([pa.array([row.get(name) for row in rows], pa.string()) for name in names], names=names)
