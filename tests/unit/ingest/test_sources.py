"""Rows of delimited text and of Parquet, and what is refused of them."""

from __future__ import annotations

import gzip
import os
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.ingest.reading import read_file, write

from pairwell.errors import SourceError
from pairwell.ingest.mapping import FileFormat
from pairwell.ingest.sources import Limits, name_columns

NBSP = "\u00a0"


def test_rows_carry_the_number_of_their_first_line(tmp_path: Path) -> None:
    found = read_file(write(tmp_path, 'a,b\n1,"x\ny"\n\n2,z\n'))
    assert found.rows == [("1", "x\ny"), ("2", "z")]
    assert found.lines == [2, 5]
    assert found.refused == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_understood(tmp_path: Path, end: str) -> None:
    found = read_file(write(tmp_path, end.join(["a,b", "1,2", "3,4", ""])))
    assert (found.rows, found.lines) == ([("1", "2"), ("3", "4")], [2, 3])


def test_fields_are_trimmed_and_empty_ones_are_null(tmp_path: Path) -> None:
    found = read_file(write(tmp_path, f"a,b\n {NBSP}x{NBSP} ,  \n"))
    assert found.rows == [("x", None)]


def test_rows_with_another_number_of_fields_are_refused_one_by_one(tmp_path: Path) -> None:
    found = read_file(write(tmp_path, "a,b\n1,2\n3\n4,5,6\n7,8,\n"))
    assert found.rows == [("1", "2"), ("7", "8")]
    assert found.reasons == [(3, "wrong_field_count"), (4, "wrong_field_count")]
    assert found.refused[1].row == "4,5,6"


def test_a_file_most_of_which_does_not_fit_is_no_such_file(tmp_path: Path) -> None:
    text = "a,b\n1,2\n" + "".join(f"{n};{n}\n" for n in range(20))
    with pytest.raises(SourceError, match=r"20 of 21 rows .*wrong_field_count.*delimiters are mixed"):
        read_file(write(tmp_path, text))


def test_many_refused_rows_are_no_reason_to_stop_while_more_are_good(tmp_path: Path) -> None:
    text = "a,b\n" + "1,2\n1,2\n3\n" * 10_001
    found = read_file(write(tmp_path, text))
    assert (len(found.rows), len(found.refused)) == (20_002, 10_001)


def test_a_file_of_which_nothing_fits_is_given_up_early(tmp_path: Path) -> None:
    text = "a,b\n" + "1;2\n" * 10_000 + "1,2\n" * 30_000
    with pytest.raises(SourceError, match="10000 of 10001 rows"):
        read_file(write(tmp_path, text))


def test_mixed_delimiters_in_a_few_rows_are_refused(tmp_path: Path) -> None:
    text = "a,b\n" + "1,2\n" * 20 + "3;4\n"
    assert read_file(write(tmp_path, text)).reasons == [(22, "wrong_field_count")]


def test_a_quote_that_does_not_close_costs_its_own_line_only(tmp_path: Path) -> None:
    found = read_file(write(tmp_path, 'a,b\n1,2\n"3,4\n5,6\n7,8\n'))
    assert found.rows == [("1", "2"), ("5", "6"), ("7", "8")]
    assert found.reasons == [(3, "unclosed_quote")]


def test_two_open_quotes_do_not_swallow_the_rows_between_them(tmp_path: Path) -> None:
    found = read_file(write(tmp_path, 'a,b\n1,"Pipe 12\n2,x\n3,y\n4,Pipe 13"\n5,z\n'))
    assert [row[0] for row in found.rows] == ["2", "3", "4", "5"]
    assert found.reasons == [(2, "unclosed_quote")]


def test_quotes_inside_fields_are_characters(tmp_path: Path) -> None:
    found = read_file(write(tmp_path, 'a,b\n1,5" screen\n2,"nice" mug\n3,"a ""b"""\n'))
    assert [row[1] for row in found.rows] == ['5" screen', "nice mug", 'a "b"']


def test_a_field_over_lines_beyond_the_limit_is_an_open_quote(tmp_path: Path) -> None:
    text = 'a,b\n1,"' + "text\n" * 100 + "2,3\n"
    found = read_file(write(tmp_path, text + "4,5\n" * 300), limits=Limits(max_line_bytes=200))
    assert found.reasons[0] == (2, "unclosed_quote")
    assert found.rows[-1] == ("4", "5")
    assert len(found.rows) == 301


def test_a_line_that_is_too_long_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    found = read_file(write(tmp_path, f"a,b\n1,2\n{'x' * 500},1\n3,4\n"), limits=Limits(max_line_bytes=100))
    assert found.rows == [("1", "2"), ("3", "4")]
    assert found.lines == [2, 4]
    assert found.reasons == [(3, "line_too_long")]
    assert len(found.refused[0].row) <= 10_000


def test_the_limit_of_a_line_is_in_bytes(tmp_path: Path) -> None:
    found = read_file(write(tmp_path, f"a,b\n{'ж' * 60},1\n3,4\n"), limits=Limits(max_line_bytes=100))
    assert found.reasons == [(2, "line_too_long")]


def test_a_raw_row_is_cut(tmp_path: Path) -> None:
    found = read_file(write(tmp_path, "a,b\n1,2\n" + "x" * 20_000 + "\n"))
    assert len(found.refused[0].row) == 10_000


def test_bytes_that_do_not_fit_the_encoding_cost_their_row(tmp_path: Path) -> None:
    found = read_file(write(tmp_path, b"a,b\n1,\xff\xfe\n3,4\n"))
    assert (found.rows, found.lines) == ([("3", "4")], [3])
    assert found.reasons == [(2, "undecodable")]


def test_zero_bytes_cost_their_row(tmp_path: Path) -> None:
    found = read_file(write(tmp_path, b"a,b\n1,x\0y\n3,4\n"))
    assert (found.rows, found.reasons) == ([("3", "4")], [(2, "nul_byte")])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "имя,цена\nчай,1\n".encode(encoding))
    found = read_file(path, FileFormat(encoding="utf-8" if encoding == "utf-8-sig" else encoding))
    assert found.columns == ["имя", "цена"]
    assert found.rows == [("чай", "1")]


def test_batches_are_bounded_and_progress_adds_up_to_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(b"a,b\n" + b"1,2\n" * 1000), "export.csv.gz")
    found = read_file(path, limits=Limits(batch_rows=300))
    assert found.batches == 4
    assert found.advanced == path.stat().st_size


def test_gzip_is_known_by_content(tmp_path: Path) -> None:
    assert read_file(write(tmp_path, gzip.compress(b"a,b\n1,2\n"), "plain.csv")).rows == [("1", "2")]


def test_a_truncated_gzip_raises(tmp_path: Path) -> None:
    whole = gzip.compress(os.urandom(3000).hex().encode() + b"\n" + b"1,2\n" * 5000)
    with pytest.raises(SourceError, match="cut off"):
        read_file(write(tmp_path, whole[:-20], "export.csv.gz"))


def test_damage_inside_a_gzip_raises(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(b"a,b\n" + os.urandom(4000).hex().encode() + b",2\n" * 50))
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(SourceError, match="damaged"):
        read_file(write(tmp_path, bytes(content), "export.csv.gz"))


def test_blank_separated_without_header(tmp_path: Path) -> None:
    file = FileFormat(delimiter=" ", header=False)
    found = read_file(write(tmp_path, " 1 2  3\n4 5 6\n7 8\n"), file)
    assert found.columns == ["column_1", "column_2", "column_3"]
    assert found.rows == [("1", "2", "3"), ("4", "5", "6")]
    assert found.reasons == [(3, "wrong_field_count")]


def test_lines_above_the_header_are_skipped(tmp_path: Path) -> None:
    found = read_file(write(tmp_path, "Report\n\na,b\n1,2\n"), FileFormat(skip=2))
    assert (found.columns, found.lines) == (["a", "b"], [4])


def test_names_are_made_unique() -> None:
    assert name_columns(["a", "", "a", "b\nc", "a"]) == ["a", "column_2", "a_2", "b c", "a_3"]


def test_parquet_keeps_types_and_counts_rows(tmp_path: Path) -> None:
    path = tmp_path / "export.parquet"
    moments = [datetime(2024, 1, 1, 10), datetime(2024, 1, 2, 11)]  # noqa: DTZ001 - as files hold them
    table = pa.table(
        {
            "id": [1, 2],
            "at": moments,
            "name": pa.array([" tea ", ""]).dictionary_encode(),
            "inner": [{"x": 1.5}, {"x": 2.5}],
        }
    )
    pq.write_table(table, path)
    found = read_file(path, FileFormat(format="parquet"), limits=Limits(batch_rows=1))
    assert found.columns == ["id", "at", "name", "inner.x"]
    assert found.rows == [(1, moments[0], "tea", 1.5), (2, moments[1], None, 2.5)]
    assert found.lines == [1, 2]
    assert found.advanced == path.stat().st_size


def test_what_is_not_a_number_in_parquet_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "export.parquet"
    pq.write_table(pa.table({"customer": pa.array([7.0, float("nan"), None])}), path)
    assert read_file(path, FileFormat(format="parquet")).rows == [(7.0,), (None,), (None,)]


def test_damaged_parquet_raises(tmp_path: Path) -> None:
    path = tmp_path / "export.parquet"
    pq.write_table(pa.table({"a": list(range(10_000))}), path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(SourceError, match="damaged"):
        read_file(path, FileFormat(format="parquet"))


def test_missing_folder_empty_and_unknown_encoding_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        read_file(tmp_path / "none.csv")
    with pytest.raises(SourceError, match="is a folder"):
        read_file(tmp_path)
    with pytest.raises(SourceError, match="is empty"):
        read_file(write(tmp_path, ""))
    with pytest.raises(SourceError, match="not an encoding"):
        read_file(write(tmp_path, "a\n1\n"), FileFormat(encoding="utf-9"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = write(tmp_path, "a\n1\n")
    path.chmod(0)
    with pytest.raises(SourceError, match="permission denied"):
        read_file(path)
