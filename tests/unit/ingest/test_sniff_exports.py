"""Exports as shops, tills and marketplaces write them: which column is taken for which field."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.ingest.exports import Cell, Export, at, customer, item, make_lines, price, quantity, title, write_text
from tests.unit.ingest.exports_english import ENGLISH
from tests.unit.ingest.exports_slavic import SLAVIC

from pairwell.errors import MappingError
from pairwell.ingest.mapping import Composed, parse_mapping, render_mapping
from pairwell.ingest.sniff import Sniffed, sniff
from pairwell.ingest.sources import Limits

EXPORTS = ENGLISH | SLAVIC


@pytest.mark.parametrize("name", EXPORTS)
def test_columns_are_found(tmp_path: Path, name: str) -> None:
    export = EXPORTS[name]
    found = _sniffed(tmp_path, export)
    taken = {
        field: column.join if isinstance(column, Composed) else column
        for field, column in found.mapping.columns.items()
    }
    assert taken == export.wanted
    assert (found.mapping.dates, found.mapping.decimal) == (export.dates, export.decimal)
    assert (found.mapping.file.encoding, found.mapping.file.delimiter) == (export.encoding, export.delimiter)
    assert set(found.confidence) == set(taken)


@pytest.mark.parametrize("name", EXPORTS)
def test_the_mapping_survives_being_written_down(tmp_path: Path, name: str) -> None:
    found = _sniffed(tmp_path, EXPORTS[name])
    assert parse_mapping(render_mapping(found.mapping, found.confidence)) == found.mapping


@pytest.mark.parametrize(
    "columns",
    [
        {"StockCode": item, "Description": title, "Quantity": quantity, "UnitPrice": price, "CustomerID": customer},
        {"date": at("%Y-%m-%d"), "item": title, "qty": quantity, "price": price},
        {"SKU": item, "Name": title, "Price": price},
    ],
)
def test_a_file_without_orders_is_refused_with_what_was_found_and_how_to_go_on(
    tmp_path: Path, columns: dict[str, Cell]
) -> None:
    with pytest.raises(MappingError, match="order_id") as caught:
        _sniffed(tmp_path, Export(columns=columns, wanted={}))
    assert all(name in caught.value.message for name in columns)
    assert "--mapping" in str(caught.value.hint)


def _sniffed(folder: Path, export: Export) -> Sniffed:
    file = folder / "export.csv"
    text = write_text(make_lines(export.language), export.columns, export.delimiter, header=export.header)
    file.write_bytes((export.above + text).encode(export.encoding))
    return sniff("orders", [file], limits=Limits())
