"""Baskets become one row an item."""

from __future__ import annotations

from pathlib import Path

from tests.unit.ingest.reading import read_mapped, write

from pairwell.ingest.mapping import FileFormat, Mapping
from pairwell.ingest.sources import Limits

BASKETS = Mapping(table="orders", layout="baskets", file=FileFormat(header=False))
CUSTOMERS = Mapping(table="orders", layout="json-baskets", file=FileFormat(format="json"))


def test_a_row_a_basket(tmp_path: Path) -> None:
    found = read_mapped([write(tmp_path, "milk,cream cheese \n\n bread,milk,,\n", "shop.csv")], BASKETS)
    assert found.columns == ["order_id", "item_id"]
    assert found.rows == [
        ("shop-1", "milk"),
        ("shop-1", "cream cheese"),
        ("shop-3", "bread"),
        ("shop-3", "milk"),
    ]
    assert found.lines == [1, 1, 3, 3]


def test_baskets_separated_by_blanks(tmp_path: Path) -> None:
    mapping = Mapping(table="orders", layout="baskets", file=FileFormat(header=False, delimiter=" "))
    found = read_mapped([write(tmp_path, "1 2  3 \n4\n", "x.dat")], mapping)
    assert [row[1] for row in found.rows] == ["1", "2", "3", "4"]


def test_columns_before_the_items(tmp_path: Path) -> None:
    file = FileFormat(header=False, columns=("id", "who"))
    mapping = Mapping(table="orders", layout="baskets", file=file, columns={"order_id": "id", "customer_id": "who"})
    found = read_mapped([write(tmp_path, "T1,anna,milk,bread\nT2,jan,milk\n")], mapping)
    assert found.columns == ["order_id", "item_id", "customer_id"]
    assert found.rows == [("T1", "milk", "anna"), ("T1", "bread", "anna"), ("T2", "milk", "jan")]


def test_baskets_of_customers_in_order_without_the_marks_of_nothing(tmp_path: Path) -> None:
    text = '{"7": [[-1], [1, 2], [3], [-1]], "9": [[4, -1, "x"]]}'
    found = read_mapped([write(tmp_path, text, "history.json")], CUSTOMERS)
    assert found.columns == ["order_id", "customer_id", "item_id"]
    assert found.rows == [
        ("history-7-1", "7", "1"),
        ("history-7-1", "7", "2"),
        ("history-7-2", "7", "3"),
        ("history-9-1", "9", "4"),
        ("history-9-1", "9", "x"),
    ]
    assert found.lines == [1, 1, 1, 2, 2]


def test_a_customer_without_baskets_is_refused(tmp_path: Path) -> None:
    found = read_mapped([write(tmp_path, '{"7": [1, 2], "8": 3, "9": [[4]]}')], CUSTOMERS)
    assert found.reasons == [(1, "not_baskets"), (2, "not_baskets")]
    assert len(found.rows) == 1


def test_batches_of_baskets_are_bounded(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b,c\n" * 100)
    assert read_mapped([path], BASKETS, Limits(batch_rows=50)).batches == 6


def test_groceries_hold_169_items(data_dir: Path) -> None:
    found = read_mapped([data_dir / "groceries" / "groceries.csv.gz"], BASKETS)
    assert len({row[1] for row in found.rows}) == 169
    assert len({row[0] for row in found.rows}) == 9835
