"""What a file is taken for, and files that are nothing to read."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.ingest.reading import write

from pairwell.errors import SourceError
from pairwell.ingest.formats import Sample, sample_file
from pairwell.ingest.sources import Limits


def sampled(path: Path) -> Sample:
    return sample_file(path, limits=Limits())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    rows = [["order", "item", "price"], *([str(n), f"thing {n}", "1.5"] for n in range(9))]
    found = sampled(write(tmp_path, "".join(delimiter.join(row) + "\n" for row in rows)))
    assert (found.file.delimiter, found.file.header, found.layout) == (delimiter, True, "lines")
    assert len(found.table) == 9
    assert found.whole


def test_a_decimal_comma_in_every_row_is_no_delimiter(tmp_path: Path) -> None:
    text = "nr;cena\n" + "".join(f"{n};{n},50\n" for n in range(1, 30))
    assert sampled(write(tmp_path, text)).file.delimiter == ";"


def test_the_line_of_a_spreadsheet_names_the_delimiter(tmp_path: Path) -> None:
    found = sampled(write(tmp_path, "sep=|\na|b\n1|2,5\n"))
    assert (found.file.delimiter, found.file.skip, found.table.column_names) == ("|", 1, ["a", "b"])


def test_lines_above_the_header(tmp_path: Path) -> None:
    found = sampled(write(tmp_path, "Sales report\n\norder;item;qty\n1;tea;2\n2;cup;1\n3;tea;1\n"))
    assert (found.file.skip, found.table.column_names) == (2, ["order", "item", "qty"])


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("order,item\n1,tea\n2,cup\n", True),
        ("1,tea,2\n1,cup,1\n2,tea,1\n", False),
        ("klient,produkt\nanna,herbata\njan,kubek\n", True),
        ("a1,tea\na2,cup\na1,tea\n", False),
    ],
)
def test_the_first_row_names_columns_or_is_content(tmp_path: Path, text: str, header: bool) -> None:
    assert sampled(write(tmp_path, text)).file.header is header


def test_ragged_rows_of_one_vocabulary_are_baskets(tmp_path: Path) -> None:
    rng = random.Random(3)
    goods = ["milk", "bread", "butter", "eggs", "jam", "tea"]
    text = "".join(",".join(rng.sample(goods, rng.randint(1, 5))) + "\n" for _ in range(60))
    found = sampled(write(tmp_path, text))
    assert (found.layout, found.file.header, found.file.columns) == ("baskets", False, ())


def test_an_order_may_stand_before_the_items_of_a_basket(tmp_path: Path) -> None:
    rng = random.Random(3)
    goods = ["milk", "bread", "butter", "eggs", "jam", "tea"]
    text = "".join(f"T{n}," + ",".join(rng.sample(goods, rng.randint(1, 5))) + "\n" for n in range(60))
    found = sampled(write(tmp_path, text))
    assert (found.layout, found.file.columns) == ("baskets", ("column_1",))


def test_rows_that_miss_their_last_fields_are_no_baskets(tmp_path: Path) -> None:
    text = "order,item,note\n" + "".join(f"{n},tea,\n{n},cup,gift\n" for n in range(20))
    assert sampled(write(tmp_path, text)).layout == "lines"


@pytest.mark.parametrize(
    ("text", "form", "layout"),
    [
        ('{"a": 1}\n{"a": 2}\n', "jsonl", "lines"),
        ('{"a": 1}\n', "jsonl", "lines"),
        ('[\n {"a": 1},\n {"a": 2}\n]', "json", "lines"),
        ('{"7": [[-1], [1, 2], [-1]]}', "json", "json-baskets"),
    ],
)
def test_json(tmp_path: Path, text: str, form: str, layout: str) -> None:
    found = sampled(write(tmp_path, text, "export.txt"))
    assert (found.file.format, found.layout) == (form, layout)


def test_parquet_is_known_by_content(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    pq.write_table(pa.table({"a": [1, 2]}), path)
    found = sampled(path)
    assert (found.file.format, len(found.table)) == ("parquet", 2)


def test_a_large_file_is_sampled_at_several_places(tmp_path: Path) -> None:
    text = "order,item\n" + "".join(f"{n},thing {n % 7}\n" for n in range(600_000))
    found = sampled(write(tmp_path, text))
    assert not found.whole
    assert max(int(order) for order in found.table["order"].to_pylist()) > 500_000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n \n\n", "only blanks"),
        (b"order,item\n", "order, item and no row"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"%PDF-1.7 rest", "PDF"),
        (random.Random(5).randbytes(4000), "binary|no text"),
        (b'{"a": 5}'.replace(b"5", b"[1, 2]") + b"]", "JSON"),
    ],
)
def test_what_is_nothing_to_read_says_so(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        sampled(write(tmp_path, content))


def test_parquet_without_rows(tmp_path: Path) -> None:
    path = tmp_path / "export.parquet"
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), path)
    with pytest.raises(SourceError, match="no row"):
        sampled(path)


def test_a_truncated_gzip_is_seen(tmp_path: Path) -> None:
    content = gzip.compress(b"a,b\n" + b"1,2\n" * 10)[:-6]
    with pytest.raises(SourceError, match="cut off"):
        sampled(write(tmp_path, content, "export.csv.gz"))


def test_a_huge_line_below_the_header_does_not_hide_the_rows(tmp_path: Path) -> None:
    text = "order,item\n" + "x" * 4_000_000 + "\n" + "1,tea\n" * 10
    found = sampled(write(tmp_path, text))
    assert found.table.column_names == ["order", "item"]
    assert len(found.table) == 10
