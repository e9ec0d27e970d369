"""What the rows of an export say of its amounts, codes and dates, whatever the headers claim."""

from __future__ import annotations

from pathlib import Path

from tests.unit.ingest.exports import Cell, Line, at, comma, customer, item, make_lines, order, quantity, title, total
from tests.unit.ingest.exports import price as list_price

from pairwell.ingest.mapping import Composed
from pairwell.ingest.sniff import sniff
from pairwell.ingest.sources import Limits

_COMMON: dict[str, Cell] = {
    "Order": order,
    "Date": at("%Y-%m-%d"),
    "Customer": customer,
    "SKU": item,
    "Name": title,
    "Qty": quantity,
}


def paid(line: Line) -> float:
    return round(line.price * (0.8 if line.row % 3 == 0 else 1.0), 2)


def paid_total(line: Line) -> float:
    return round(paid(line) * line.quantity, 2)


def barcode(line: Line) -> object:
    return 5_900_000_000_000 + line.item * 7919


def test_the_price_that_makes_the_total_was_paid(tmp_path: Path) -> None:
    found = _taken(tmp_path, _COMMON | {"Price 1": list_price, "Price 2": paid, "Total": paid_total})
    assert (found["unit_price"], found["line_total"]) == ("Price 2", "Total")


def test_the_lower_of_two_prices_that_are_often_the_same_was_paid(tmp_path: Path) -> None:
    assert _taken(tmp_path, _COMMON | {"Price 1": list_price, "Price 2": paid})["unit_price"] == "Price 2"


def test_what_is_called_a_cost_is_the_price_where_it_makes_the_total(tmp_path: Path) -> None:
    found = _taken(tmp_path, _COMMON | {"Regular price": list_price, "Item cost": paid, "Line total": paid_total})
    assert found["unit_price"] == "Item cost"
    assert "unit_cost" not in found


def test_a_total_less_its_discount_is_the_total(tmp_path: Path) -> None:
    columns = {"Sum": total, "Discount": lambda line: round(total(line) - paid_total(line), 2), "Sum paid": paid_total}
    found = _taken(tmp_path, _COMMON | columns)
    assert (found["line_total"], found["line_discount"]) == ("Sum paid", "Discount")


def test_a_discount_in_per_cent_is_no_amount(tmp_path: Path) -> None:
    columns = {"Price": list_price, "Discount": lambda line: 0 if line.row % 3 else 20, "Final price": paid}
    found = _taken(tmp_path, _COMMON | columns)
    assert found["unit_price"] == "Final price"
    assert "line_discount" not in found


def test_the_count_that_makes_the_total_was_ordered(tmp_path: Path) -> None:
    sent: Cell = lambda line: max(line.quantity - (line.row % 4 == 0), 0)  # noqa: E731
    columns = {name: cell for name, cell in _COMMON.items() if name != "Qty"}
    found = _taken(
        tmp_path, columns | {"Quantity A": sent, "Quantity B": quantity, "Price": list_price, "Total": total}
    )
    assert found["quantity"] == "Quantity B"


def test_a_barcode_stands_behind_the_shop_s_own_code(tmp_path: Path) -> None:
    columns = {name: cell for name, cell in _COMMON.items() if name != "SKU"}
    assert _taken(tmp_path, columns | {"EAN": barcode, "Code": item})["item_id"] == "Code"
    assert _taken(tmp_path, columns | {"EAN": barcode})["item_id"] == "EAN"


def test_orders_are_placed_before_anything_else_happens(tmp_path: Path) -> None:
    columns = {name: cell for name, cell in _COMMON.items() if name != "Date"}
    columns |= {"Date 1": at("%Y-%m-%d", days=3), "Date 2": at("%Y-%m-%d"), "Date 3": lambda _: "2023-01-01"}
    assert _taken(tmp_path, columns)["placed_at"] == "Date 2"


def test_a_rate_is_no_tax(tmp_path: Path) -> None:
    found = _taken(tmp_path, _COMMON | {"Price": list_price, "VAT": lambda line: 23 if line.item % 2 else 8})
    assert "tax" not in found


def test_weighed_goods_multiply_too(tmp_path: Path) -> None:
    weight: Cell = lambda line: comma(line.quantity * 0.38)  # noqa: E731
    columns = {name: cell for name, cell in _COMMON.items() if name != "Qty"} | {
        "Qty": weight,
        "Rate": lambda line: comma(line.price),
        "Sum": lambda line: comma(round(round(line.quantity * 0.38, 2) * line.price, 2)),
    }
    found = _taken(tmp_path, columns)
    assert (found["quantity"], found["unit_price"], found["line_total"]) == ("Qty", "Rate", "Sum")


def _taken(folder: Path, columns: dict[str, Cell]) -> dict[str, str | Composed]:
    rows = [";".join(columns), *(";".join(str(cell(line)) for cell in columns.values()) for line in make_lines())]
    file = folder / "export.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return dict(sniff("orders", [file], limits=Limits()).mapping.columns)
