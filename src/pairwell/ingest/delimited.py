"""Records of a delimited text: quoted fields, records over several lines, and quotes that never close."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator

from pairwell.ingest.mapping import FileFormat
from pairwell.ingest.streams import RAW_KEPT, Lines, RecordTooLongError, RefuseLine

Record = tuple[int, list[str]]  # number of its first line, fields
Block = tuple[int, list[str]]  # number of the first line, lines that follow each other
SplitLine = Callable[[str], list[str]]


def read_records(lines: Lines, file: FileFormat, width: int | None, refuse: RefuseLine) -> Iterator[Record]:
    """Each record with the number of its first line; empty lines are no records.

    `width` is the number of fields that a record must have, None for any. A record with another number is refused
    as `wrong_field_count`. A quote that does not close within the limit of a line, or that swallows lines which are
    records by themselves, is refused with its line as `unclosed_quote`, and reading goes on at the next line.
    """
    _skip(lines, file)
    while True:
        number, block = lines.block()
        if not block:
            return
        yield from read_block(lines, (number, block), file, width, refuse)


def read_block(lines: Lines, block: Block, file: FileFormat, width: int | None, refuse: RefuseLine) -> Iterator[Record]:
    """The records of a block of lines, as in `read_records`; the last may go on behind it."""
    number, texts = block
    if file.delimiter == " " or not file.quote or file.quote in "".join(texts):
        lines.again(enumerate(texts, number))
        yield from _read_waiting(lines, file, width, refuse)
        return
    for line, fields in enumerate(csv.reader(texts, delimiter=file.delimiter), number):
        if len(fields) == width or (fields and _fits(fields, width)):
            yield line, fields
        elif fields and not texts[line - number].isspace():
            refuse(line, "wrong_field_count", texts[line - number][:RAW_KEPT].rstrip("\n"))


def read_first(lines: Lines, file: FileFormat, refuse: RefuseLine) -> Record | None:
    """The first record, None where there is none; the lines behind it stay to be read, its own are held."""
    _skip(lines, file)
    while True:
        lines.begin()
        if next(lines, None) is None:
            return None
        lines.again(lines.held)
        if (found := next(_read_waiting(lines, file, None, refuse), None)) is not None:
            return found


def _skip(lines: Lines, file: FileFormat) -> None:
    for _ in range(file.skip):
        lines.begin()
        next(lines, None)


def splitter(file: FileFormat) -> SplitLine:
    """What splits a single line into fields, quotes taken as they come."""
    if file.delimiter == " ":
        return str.split
    if not file.quote:
        return lambda line: line.rstrip("\n").split(file.delimiter)
    return lambda line: next(csv.reader([line], delimiter=file.delimiter, quotechar=file.quote), [])


def _read_waiting(lines: Lines, file: FileFormat, width: int | None, refuse: RefuseLine) -> Iterator[Record]:
    """The records of the lines that were put back."""
    if file.delimiter == " " or not file.quote:
        return _read_plain(lines, splitter(file), width, refuse)
    return _read_carefully(lines, file, width, refuse)


def _read_plain(lines: Lines, split: SplitLine, width: int | None, refuse: RefuseLine) -> Iterator[Record]:
    while lines.waiting:
        lines.begin()
        line = next(lines)
        fields = split(line) if not line.isspace() else []
        if fields and _fits(fields, width):
            yield lines.start, fields
        elif fields:
            refuse(lines.start, "wrong_field_count", line[:RAW_KEPT].rstrip("\n"))


def _read_carefully(lines: Lines, file: FileFormat, width: int | None, refuse: RefuseLine) -> Iterator[Record]:
    # The limit of the csv module is for the whole process; lines are bounded by ours.
    csv.field_size_limit(max(csv.field_size_limit(), 1 << 31))
    reader = csv.reader(lines, delimiter=file.delimiter, quotechar=file.quote, strict=True)
    while lines.waiting:
        lines.begin()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except (csv.Error, RecordTooLongError):
            fields = _lenient(lines, file)
        if not fields:
            continue
        if len(fields) == width and len(lines.held) == 1:
            yield lines.start, fields
        else:
            yield from _judged(lines, file, width, fields, refuse)


def _lenient(lines: Lines, file: FileFormat) -> list[str]:
    """A single broken line read as well as it goes; nothing fits where a quote swallowed more lines."""
    first = lines.held[0][1]
    if len(lines.held) == 1 and first.count(file.quote) % 2 == 0:
        return splitter(file)(first)
    return [_UNCLOSED]


_UNCLOSED = "\udcff"
_FREE_LINES = 5  # lines that a record may span where nothing says how many fields it should have


def _judged(
    lines: Lines, file: FileFormat, width: int | None, fields: list[str], refuse: RefuseLine
) -> Iterator[Record]:
    held = list(lines.held)
    first = held[0][1][:RAW_KEPT].rstrip("\n")
    if fields == [_UNCLOSED] or (len(held) > 1 and _swallowed(held, file, width, fields)):
        refuse(held[0][0], "unclosed_quote", first)
        lines.again(held[1:])
    elif first.isspace() and len(held) == 1:
        return
    elif _fits(fields, width):
        yield held[0][0], fields
    else:
        refuse(held[0][0], "wrong_field_count", first)


def _swallowed(held: list[tuple[int, str]], file: FileFormat, width: int | None, fields: list[str]) -> bool:
    """Whether a record over several lines is rather a quote that did not close."""
    if width is None:
        return len(held) > _FREE_LINES
    if not _fits(list(fields), width):
        return True
    whole = sum(line.rstrip("\n").count(file.delimiter) == width - 1 for _, line in held)
    return width > 1 and whole >= max(2, len(held) / 2)


def _fits(fields: list[str], width: int | None) -> bool:
    """Whether the number of fields is right; empty ones too many at the end are dropped."""
    if width is None:
        return True
    while len(fields) > width and not fields[-1].strip():
        fields.pop()
    return len(fields) == width
