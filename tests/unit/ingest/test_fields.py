"""Rows by field: composed columns, ids as text, columns looked up elsewhere."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.ingest.reading import read_mapped, write

from pairwell.errors import MappingError, SourceError
from pairwell.ingest import lookups
from pairwell.ingest.mapping import Composed, FileFormat, Lookup, Mapping

LINES = "order,sku,day,hour\n1,a,2024-01-02,10:30\n1,b,2024-01-02,\n2,a,2024-01-03,09:00\n"
BY_LOOKUP = Mapping(
    table="orders",
    columns={"order_id": "order", "item_id": "sku", "title": "name", "category": "group"},
    lookup=(
        Lookup(file="goods.csv", key="sku", lookup_key="id", columns=("name", "group_id")),
        Lookup(file="groups.csv", key="group_id", lookup_key="id", columns=("group",)),
    ),
)


def test_columns_are_called_by_field_in_the_order_of_the_mapping(tmp_path: Path) -> None:
    mapping = Mapping(table="orders", columns={"item_id": "sku", "order_id": "order"})
    found = read_mapped([write(tmp_path, LINES)], mapping)
    assert found.columns == ["item_id", "order_id"]
    assert found.rows[0] == ("a", "1")
    assert found.lines == [2, 3, 4]


def test_joined_and_constant_fields(tmp_path: Path) -> None:
    columns: dict[str, str | Composed] = {
        "placed_at": Composed(join=("day", "hour")),
        "category": Composed(join=("order", "sku")),
        "title": Composed(join=("order", "sku"), separator="-"),
        "currency": Composed(constant="PLN"),
    }
    found = read_mapped([write(tmp_path, LINES)], Mapping(table="orders", columns=columns))
    assert found.rows[0] == ("2024-01-02 10:30", "1 > a", "1-a", "PLN")
    assert found.rows[1][0] == "2024-01-02"


def test_ids_read_without_the_zeros_of_a_float(tmp_path: Path) -> None:
    path = tmp_path / "export.parquet"
    pq.write_table(pa.table({"customer": [17850.0, None], "price": [2.0, 2.5], "code": ["007", "7.0"]}), path)
    mapping = Mapping(
        table="orders",
        file=FileFormat(format="parquet"),
        columns={"customer_id": "customer", "unit_price": "price", "item_id": "code"},
    )
    assert read_mapped([path], mapping).rows == [("17850", 2.0, "007"), (None, 2.5, "7")]


def test_a_column_that_is_not_there_is_named_with_its_neighbours(tmp_path: Path) -> None:
    mapping = Mapping(table="orders", columns={"order_id": "ordre"})
    with pytest.raises(MappingError, match="no column 'ordre'") as caught:
        read_mapped([write(tmp_path, LINES)], mapping)
    assert "`order`" in str(caught.value.hint)


def test_json_may_leave_columns_out(tmp_path: Path) -> None:
    mapping = Mapping(table="orders", file=FileFormat(format="jsonl"), columns={"order_id": "o", "title": "t"})
    assert read_mapped([write(tmp_path, '{"o": 1}\n')], mapping).rows == [("1", None)]


def test_lookups_follow_each_other_and_keep_the_rows_in_order(tmp_path: Path) -> None:
    main = write(tmp_path, LINES)
    goods = write(tmp_path, "id,name,group_id\nb,Bread,1.0\na,Apple,2.0\nx,Extra,9.0\n", "goods.csv")
    groups = write(tmp_path, "id,group\n2,Fruit\n", "groups.csv")
    found = read_mapped([goods, groups, main], BY_LOOKUP)
    assert found.rows == [("1", "a", "Apple", "Fruit"), ("1", "b", "Bread", None), ("2", "a", "Apple", "Fruit")]
    assert found.advanced == sum(path.stat().st_size for path in (main, goods, groups))


def test_a_lookup_is_found_beside_the_export(tmp_path: Path) -> None:
    write(tmp_path, "id,name,group_id\na,Apple,2\n", "goods.csv")
    write(tmp_path, "id,group\n2,Fruit\n", "groups.csv")
    assert read_mapped([write(tmp_path, LINES)], BY_LOOKUP).rows[0] == ("1", "a", "Apple", "Fruit")


def test_a_missing_lookup_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"goods\.csv, which is neither named nor beside"):
        read_mapped([write(tmp_path, LINES)], BY_LOOKUP)


def test_an_ambiguous_lookup_is_refused_and_a_repeated_row_is_not_ambiguous(tmp_path: Path) -> None:
    mapping = Mapping(
        table="orders",
        columns={"order_id": "order", "item_id": "sku", "title": "name"},
        lookup=(Lookup(file="goods.csv", key="sku", columns=("name",)),),
    )
    main = write(tmp_path, LINES)
    write(tmp_path, "sku,name\na,Apple\na,Apple\nb,Bread\n", "goods.csv")
    assert read_mapped([main], mapping).rows[0][2] == "Apple"
    write(tmp_path, "sku,name\na,Apple\na,Avocado\n", "goods.csv")
    with pytest.raises(MappingError, match=r"not unique there .'a'"):
        read_mapped([main], mapping)


def test_an_added_column_whose_name_is_taken_is_called_after_its_file(tmp_path: Path) -> None:
    mapping = Mapping(
        table="orders",
        columns={"order_id": "order", "item_id": "sku", "placed_at": "heads.day"},
        lookup=(Lookup(file="heads.csv", key="order", columns=("day",)),),
    )
    write(tmp_path, "order,day\n1,2020-05-05\n2,2020-06-06\n", "heads.csv")
    assert [row[2] for row in read_mapped([write(tmp_path, LINES)], mapping).rows] == [
        "2020-05-05",
        "2020-05-05",
        "2020-06-06",
    ]


def test_a_lookup_too_large_to_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "MAX_LOOKUP_ROWS", 2)
    write(tmp_path, "id,name,group_id\na,A,1\nb,B,1\nc,C,1\n", "goods.csv")
    write(tmp_path, "id,group\n2,Fruit\n", "groups.csv")
    with pytest.raises(SourceError, match="too many to look up in"):
        read_mapped([write(tmp_path, LINES)], BY_LOOKUP)
