"""JSON, by line and whole."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from tests.unit.ingest.reading import read_file, write

from pairwell.errors import SourceError
from pairwell.ingest.documents import flatten, read_pieces
from pairwell.ingest.mapping import FileFormat

LINES = FileFormat(format="jsonl")
WHOLE = FileFormat(format="json")


def test_an_object_a_line(tmp_path: Path) -> None:
    text = '{"order": 1, "item": " tea ", "price": 2.5, "gift": true}\n\n{"order": 2, "item": null}\n'
    found = read_file(write(tmp_path, text), LINES)
    assert found.columns == ["order", "item", "price", "gift"]
    assert found.rows == [("1", "tea", "2.5", "true"), ("2", None, None, None)]
    assert found.lines == [1, 3]


def test_lines_that_are_no_objects_are_refused(tmp_path: Path) -> None:
    text = b'{"a": 1}\n{"a": \n[1]\n{"a": "\xff"}\n'
    found = read_file(write(tmp_path, text), LINES)
    assert found.rows == [("1",)]
    assert found.reasons == [(2, "not_json"), (3, "not_an_object"), (4, "undecodable")]


def test_lines_of_an_order_inside_its_object_become_rows() -> None:
    order = {"id": 7, "customer": {"id": "c"}, "lines": [{"sku": "a", "n": 1}, {"sku": "b", "n": 2}]}
    assert flatten(order) == [
        {"id": "7", "customer.id": "c", "lines.sku": "a", "lines.n": "1"},
        {"id": "7", "customer.id": "c", "lines.sku": "b", "lines.n": "2"},
    ]


@pytest.mark.parametrize("text", ['[{"a": 1}, {"a": 2}]', '{"rows": [{"a": 1}, {"a": 2}]}'])
def test_a_document_with_a_list_of_objects(tmp_path: Path, text: str) -> None:
    assert read_file(write(tmp_path, text), WHOLE).rows == [("1",), ("2",)]


def test_pieces_are_read_one_at_a_time() -> None:
    text = io.StringIO('{"c1": [[1, 2], [3]], "c2": 12}')
    assert list(read_pieces(text, max_characters=100)) == [("c1", [[1, 2], [3]]), ("c2", 12)]


def test_a_document_longer_than_the_window() -> None:
    text = "[" + ",".join(str(n) for n in range(50_000)) + "]"
    assert [value for _, value in read_pieces(io.StringIO(text), max_characters=200_000)] == list(range(50_000))


@pytest.mark.parametrize("text", ['{"a": [1, 2', '{"a" 1}', "[1 2", "[1, }", "nothing"])
def test_a_broken_document_raises(text: str) -> None:
    with pytest.raises(SourceError, match="JSON document cannot be read"):
        list(read_pieces(io.StringIO(text), max_characters=100))


def test_a_piece_beyond_the_limit_raises() -> None:
    with pytest.raises(SourceError, match="longer than"):
        list(read_pieces(io.StringIO('["' + "x" * 500_000 + '"]'), max_characters=1000))


def test_what_is_no_object_in_a_list_is_refused_and_keeps_no_other_from_being_read(tmp_path: Path) -> None:
    found = read_file(write(tmp_path, '{"orders": [{"id": 1}, null, {"id": 2}, 7]}'), WHOLE)
    assert found.rows == [("1",), ("2",)]
    assert [refused.reason for refused in found.refused] == ["not_an_object"] * 2


def test_lists_beside_each_other_make_no_more_rows_than_are_asked_for() -> None:
    wide = {name: [{"n": number} for number in range(100)] for name in "abcdefgh"}
    assert len(flatten(wide, 1_000)) == 1_000
    assert len(flatten({"inside": wide}, 50)) == 50
