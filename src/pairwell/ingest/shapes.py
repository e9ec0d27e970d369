"""The shape of a delimited text: its delimiter, whether it has a header, and whether its rows are lines or baskets."""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from collections.abc import Sequence

import msgspec

from pairwell.ingest.cells import cell_kind
from pairwell.ingest.delimited import Record, read_records
from pairwell.ingest.headers import is_header
from pairwell.ingest.mapping import FileFormat, Layout
from pairwell.ingest.streams import Lines

_DELIMITERS = (",", ";", "\t", "|", " ")
_RECORDS = 400
_USUAL = 0.6  # share of records with the usual number of fields, from which a delimiter is believed
_LEAST = 0.2  # … where the header has that number too
_PREAMBLE = 30
_SHARED = 0.2  # of the values at one place of baskets that stand at the next place too
_NUMBERED = re.compile(r"(?P<stem>\D+)(?P<number>\d+)")


class _Guess(msgspec.Struct, frozen=True):
    file: FileFormat
    records: list[Record]
    width: int  # usual number of fields
    share: float  # of records with that number
    first: int  # place of the first record with that number


def sniff_shape(text: str, encoding: str, *, max_bytes: int) -> tuple[FileFormat, Layout]:
    """How the text is written, judged by its first records. `columns` are given where there is no header."""
    plain = FileFormat(encoding=encoding)
    if re.match(r"sep=.\n", text, re.IGNORECASE):  # a line that spreadsheets write, and drop when they read
        guesses = [_guess(text, msgspec.structs.replace(plain, skip=1, delimiter=text[4]), max_bytes)]
    else:
        guesses = [_guess(text, msgspec.structs.replace(plain, delimiter=mark), max_bytes) for mark in _DELIMITERS]
    believed = [guess for guess in guesses if guess.width > 1 and guess.share >= _USUAL]
    best = max(believed, key=_merit, default=None)
    if best is not None and not _is_baskets(best):
        return _with_header(best), "lines"
    widest = max(guesses, key=_mean_width)
    if _mean_width(widest) > 1 and _is_baskets(widest):
        return _baskets(widest), "baskets"
    return _with_header(best or max(guesses, key=_merit)), "lines"


def _guess(text: str, file: FileFormat, max_bytes: int) -> _Guess:
    lines = Lines(io.StringIO(text), max_bytes=max_bytes, refuse=_ignore)
    records: list[Record] = []
    for record in read_records(lines, file, None, _ignore):
        records.append(record)
        if len(records) == _RECORDS:
            break
    counts = Counter(len(fields) for _, fields in records)
    width, rows = max(counts.items(), key=lambda pair: (pair[1] * (pair[0] > 1), pair[0]), default=(1, 0))
    head = [len(fields) for _, fields in records[:_PREAMBLE]]
    first = head.index(width) if width in head else 0
    return _Guess(file, records, width, rows / max(len(records) - first, 1), first)


def _ignore(line: int, reason: str, raw: str) -> None:
    """Rows that do not fit are refused when the file is read; a look at it goes without them."""


def _merit(guess: _Guess) -> float:
    if guess.width == 1 or guess.share < _LEAST:
        return 0.0
    # A decimal comma may stand in every row, but not in the header.
    headed = 1.0 if guess.first == 0 else 0.7
    return guess.share * headed * math.sqrt(min(guess.width, 12)) * (0.5 if guess.file.delimiter == " " else 1.0)


def _mean_width(guess: _Guess) -> float:
    mean = sum(len(fields) for _, fields in guess.records) / max(len(guess.records), 1)
    return mean * (0.4 if guess.file.delimiter == " " else 1.0) if mean > 1 else 0.0


def _with_header(guess: _Guess) -> FileFormat:
    line, names = guess.records[guess.first] if guess.records else (1, [""])
    body = [fields for _, fields in guess.records[guess.first + 1 :] if len(fields) == len(names)]
    file = msgspec.structs.replace(guess.file, skip=line - 1)
    if is_header(names, body):
        return file
    names = [f"column_{place}" for place in range(1, len(names) + 1)]
    return msgspec.structs.replace(file, header=False, columns=tuple(names))


# --- baskets ------------------------------------------------------------------------------------


def _is_baskets(guess: _Guess) -> bool:
    """Ragged rows whose values come from one vocabulary, whatever their place."""
    rows = [_filled(fields) for _, fields in guess.records[_heads(guess) :]]
    sizes = Counter(map(len, rows))
    if len(sizes) < 2 or max(sizes.values()) >= 0.9 * len(rows) or max(sizes) < 2:
        return False
    if not _heads(guess) and guess.share >= _USUAL:
        names, *body = (fields for _, fields in guess.records[guess.first :])
        if is_header(names, body):
            return False
    return _lead(rows) is not None


def _filled(fields: Sequence[str]) -> list[str]:
    cells = [field.strip() for field in fields]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _lead(rows: list[list[str]]) -> int | None:
    """How many columns stand before the items of each basket; None where these are no baskets."""
    for lead in (0, 1, 2):
        items = [row[lead:] for row in rows if len(row) > lead]
        tokens = [item for row in items for item in row]
        if not tokens or any(cell_kind(token) in {"decimal", "moment"} for token in tokens):
            continue
        first, second = ({row[place] for row in items if len(row) > place} for place in (0, 1))
        rest = {item for row in items for item in row[1:]}
        if second and len(first & rest) >= _SHARED * min(len(first), len(second)) and len(first & rest) > 1:
            return lead
    return None


def _heads(guess: _Guess) -> int:
    """1 where the first row only numbers the places, as in `order, item 1, item 2, item 3`."""
    if not guess.records:
        return 0
    numbered = [match for name in guess.records[0][1] if (match := _NUMBERED.fullmatch(name.strip()))]
    numbers = [int(match["number"]) for match in numbered]
    counted = len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] < 2
    return int(counted and len({match["stem"] for match in numbered}) == 1)


def _baskets(guess: _Guess) -> FileFormat:
    heads = _heads(guess)
    rows = [_filled(fields) for _, fields in guess.records[heads:]]
    lead = _lead(rows) or 0
    names = tuple(f"column_{place}" for place in range(1, lead + 1))
    skip = guess.records[heads][0] - 1
    return msgspec.structs.replace(guess.file, header=False, skip=skip, columns=names)
