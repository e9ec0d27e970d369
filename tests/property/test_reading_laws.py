"""Whatever stands in a file, every row of it is taken or refused, and what is written is read back."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.reading import Read, read_file, write

from pairwell.errors import SourceError
from pairwell.ingest.mapping import Composed, FileFormat, Goods, Lookup, Mapping, parse_mapping, render_mapping

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n")
CELLS = st.text(CHARACTERS, max_size=8)
NAMES = st.text(CHARACTERS, min_size=1, max_size=12)


def read_text(text: str, file: FileFormat) -> Read:
    with TemporaryDirectory() as folder:
        return read_file(write(Path(folder), text), file)


@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=20),
    delimiter=st.sampled_from(",;\t|"),
)
def test_what_a_writer_writes_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([["a", "b", "c"], *rows])
    found = read_text(stream.getvalue(), FileFormat(delimiter=delimiter))
    assert found.refused == []
    assert found.rows == [tuple(cell.strip() or None for cell in row) for row in rows]
    assert found.lines == list(range(2, len(rows) + 2))


@given(st.lists(st.text(st.sampled_from("ab, ;"), max_size=8), min_size=1, max_size=30))
def test_every_line_without_quotes_is_taken_or_refused(lines: list[str]) -> None:
    try:
        found = read_text("a,b\n" + "\n".join(lines) + "\n", FileFormat())
    except SourceError:
        return  # most of it could not be read, which is said aloud
    filled = [number for number, line in enumerate(lines, start=2) if line.strip()]
    assert sorted([*found.lines, *(row.line for row in found.refused)]) == filled


@given(st.lists(st.text(st.sampled_from('ab,"'), max_size=8), min_size=1, max_size=30))
def test_no_line_is_counted_twice_whatever_its_quotes(lines: list[str]) -> None:
    try:
        found = read_text("a,b\n" + "\n".join(lines) + "\n", FileFormat())
    except SourceError:
        return
    numbers = [*found.lines, *(row.line for row in found.refused)]
    assert len(set(numbers)) == len(numbers)


@given(st.binary(max_size=300))
def test_any_bytes_end_in_rows_refusals_or_a_plain_error(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        try:
            found = read_file(write(Path(folder), content))
        except SourceError:
            return
    assert all(len(row) == len(found.columns) for row in found.rows)


@given(
    columns=st.dictionaries(
        st.one_of(st.sampled_from(["order_id", "item_id", "placed_at"]), NAMES.map(lambda name: f"attributes.{name}")),
        st.one_of(
            NAMES,
            st.builds(Composed, constant=CELLS),
            st.builds(Composed, join=st.lists(NAMES, min_size=1).map(tuple), separator=st.one_of(st.none(), CELLS)),
        ),
    ),
    file=st.builds(FileFormat, delimiter=st.sampled_from(",;\t "), header=st.booleans(), columns=st.tuples(NAMES)),
    lookup=st.lists(st.builds(Lookup, file=NAMES, key=NAMES, columns=st.tuples(NAMES)), max_size=2).map(tuple),
    goods=st.builds(Goods, include=st.one_of(st.none(), CELLS), exclude=st.lists(NAMES, max_size=3).map(tuple)),
)
def test_a_mapping_is_read_back_equal(
    columns: dict[str, str | Composed], file: FileFormat, lookup: tuple[Lookup, ...], goods: Goods
) -> None:
    mapping = Mapping(table="orders", columns=columns, file=file, lookup=lookup, goods=goods)
    assert parse_mapping(render_mapping(mapping, dict.fromkeys(columns, 0.5))) == mapping
