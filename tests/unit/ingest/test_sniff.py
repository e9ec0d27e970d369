"""Sniffing of other tables, of several files and of other formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.ingest.exports import (
    Cell,
    Line,
    at,
    category,
    comma,
    customer,
    email,
    item,
    make_lines,
    order,
    price,
    quantity,
    title,
    total,
    write_text,
)
from tests.unit.ingest.reading import read_mapped, write

from pairwell.errors import MappingError, SourceError
from pairwell.ingest.mapping import Composed
from pairwell.ingest.sniff import Sniffed, sniff
from pairwell.ingest.sources import Limits

LINES = make_lines()


def columns(found: Sniffed) -> dict[str, object]:
    return {
        field: column.join if isinstance(column, Composed) else column
        for field, column in found.mapping.columns.items()
    }


def sniffed(table: str, *paths: Path) -> Sniffed:
    return sniff(table, paths, limits=Limits())


def one_each(lines: list[Line], key: Cell) -> list[Line]:
    return list({key(line): line for line in reversed(lines)}.values())


def test_polish_catalogue(tmp_path: Path) -> None:
    cells: dict[str, Cell] = {
        "Kod produktu": item,
        "Nazwa produktu": title,
        "Kategoria": category,
        "Producent": lambda line: f"Firma {line.item % 3}",
        "Cena zakupu": lambda line: comma(line.price * 0.6),
        "Cena sprzedaży": lambda line: comma(line.price),
        "Stan magazynowy": quantity,
        "Kolor": lambda _: "czarny",
    }
    text = write_text(one_each(make_lines("pl"), item), cells, ";")
    assert columns(sniffed("items", write(tmp_path, text))) == {
        "item_id": "Kod produktu",
        "title": "Nazwa produktu",
        "category": "Kategoria",
        "brand": "Producent",
        "cost": "Cena zakupu",
        "price": "Cena sprzedaży",
        "stock": "Stan magazynowy",
        "attributes.kolor": "Kolor",
    }


def test_customers_keep_attributes_and_leave_names_out(tmp_path: Path) -> None:
    cells: dict[str, Cell] = {
        "Id klienta": customer,
        "Imię": lambda line: f"Jan{line.customer}",
        "Nazwisko": lambda line: f"Kowal{line.customer}",
        "E-mail": email,
        "Płeć": lambda line: "K" if line.customer % 2 else "M",
        "Wiek": lambda line: 20 + line.customer,
    }
    found = sniffed("customers", write(tmp_path, write_text(one_each(LINES, customer), cells)))
    assert columns(found) == {"customer_id": "Id klienta", "attributes.plec": "Płeć", "attributes.wiek": "Wiek"}
    assert any("'Nazwisko' looks personal" in note for note in found.notes)


def test_a_column_of_returns_called_as_its_field(tmp_path: Path) -> None:
    rows = "".join(f"o{number},1,1,2024-05-{1 + number % 28:02}\n" for number in range(60))
    found = sniffed("returns", write(tmp_path, f"order_id,line_no,quantity,at\n{rows}"))
    assert found.mapping.columns == {name: name for name in ("order_id", "line_no", "quantity", "at")}


def test_russian_returns(tmp_path: Path) -> None:
    cells: dict[str, Cell] = {
        "Номер заказа": order,
        "Артикул": item,
        "Кол-во": quantity,
        "Дата возврата": at("%d.%m.%Y"),
        "Сумма возврата": total,
    }
    found = sniffed("returns", write(tmp_path, write_text(LINES, cells)))
    assert columns(found) == {
        "order_id": "Номер заказа",
        "item_id": "Артикул",
        "quantity": "Кол-во",
        "at": "Дата возврата",
        "refund": "Сумма возврата",
    }
    assert found.mapping.dates == "%d.%m.%Y"


def test_relations(tmp_path: Path) -> None:
    cells: dict[str, Cell] = {
        "sku": item,
        "related_sku": lambda line: f"K{(line.item + 1) % 12 + 100}",
        "type": lambda _: "complement",
        "sort order": lambda line: line.place,
    }
    found = sniffed("relations", write(tmp_path, write_text(LINES[:30], cells)))
    assert columns(found) == {"anchor_id": "sku", "item_id": "related_sku", "relation": "type", "rank": "sort order"}


def test_parts_of_one_export(tmp_path: Path) -> None:
    cells: dict[str, Cell] = {"order": order, "item": item, "qty": quantity}
    parts = [
        write(tmp_path, write_text(LINES[:200], cells), "a.csv"),
        write(tmp_path, write_text(LINES[200:], cells), "b.csv"),
    ]
    found = sniffed("orders", *parts)
    assert found.mapping.lookup == ()
    assert len(read_mapped(parts, found.mapping).rows) == len(LINES)


def test_russian_files_that_hang_together(tmp_path: Path) -> None:
    heads = one_each(LINES, order)
    paths = [
        write(
            tmp_path,
            write_text(
                heads, {"Номер заказа": order, "Дата": at("%Y-%m-%d %H:%M"), "Код клиента": customer, "Сумма": total}
            ),
            "заказы.csv",
        ),
        write(
            tmp_path,
            write_text(
                one_each(make_lines("ru"), item),
                {"Код": item, "Наименование": title, "Цена": price, "Группа": category},
            ),
            "товары.csv",
        ),
        write(
            tmp_path,
            write_text(LINES, {"Номер заказа": order, "Код товара": item, "Количество": quantity}),
            "строки.csv",
        ),
    ]
    found = sniffed("orders", *paths)
    taken = columns(found)
    assert taken["order_id"] == "Номер заказа"
    assert taken["item_id"] == "Код товара"
    assert taken["placed_at"] == "Дата"
    assert taken["customer_id"] == "Код клиента"
    assert taken["title"] == "Наименование"
    assert taken["unit_price"] == "Цена"
    assert "line_total" not in taken  # the sum is that of the order
    rows = read_mapped(paths, found.mapping)
    assert len(rows.rows) == len(LINES)
    assert all(cell is not None for row in rows.rows for cell in row)


def test_a_file_that_hangs_on_nothing_is_named(tmp_path: Path) -> None:
    lines = write(tmp_path, write_text(LINES, {"order": order, "item": item}), "lines.csv")
    other = write(tmp_path, "colour,weight\nred,5\nblue,6\n", "other.csv")
    with pytest.raises(MappingError, match=r"other\.csv shares no key with lines\.csv"):
        sniffed("orders", lines, other)


def test_orders_as_nested_json(tmp_path: Path) -> None:
    heads = one_each(LINES, order)
    orders = [
        {
            "id": head.order,
            "created_at": head.at.isoformat(),
            "customer": {"id": f"c{head.customer}", "country": head.country},
            "line_items": [
                {"sku": f"K{line.item}", "name": line.title, "quantity": line.quantity, "price": line.price}
                for line in LINES
                if line.order == head.order
            ],
        }
        for head in heads
    ]
    text = "".join(json.dumps(one) + "\n" for one in orders)
    found = sniffed("orders", write(tmp_path, text, "orders.jsonl"))
    taken = columns(found)
    wanted = {
        "order_id": "id",
        "placed_at": "created_at",
        "customer_id": "customer.id",
        "item_id": "line_items.sku",
        "title": "line_items.name",
        "quantity": "line_items.quantity",
        "unit_price": "line_items.price",
        "attributes.country": "customer.country",
    }
    assert taken == wanted


def test_shuffled_rows_lose_nothing(tmp_path: Path) -> None:
    cells: dict[str, Cell] = {
        "Customer": customer,
        "Product": title,
        "Date of purchase": at("%d/%m/%Y"),
        "Purchase ID": order,
        "Nr of items": quantity,
        "Value": total,
    }
    shuffled = sorted(LINES, key=lambda line: (line.row * 7919) % 1009)
    found = sniffed("orders", write(tmp_path, write_text(shuffled, cells)))
    assert columns(found) == {
        "order_id": "Purchase ID",
        "item_id": "Product",
        "placed_at": "Date of purchase",
        "customer_id": "Customer",
        "title": "Product",
        "quantity": "Nr of items",
        "line_total": "Value",
    }


def test_a_currency_in_a_header_is_pointed_out(tmp_path: Path) -> None:
    text = write_text(LINES, {"order": order, "item": item, "price_usd": price})
    assert any("USD" in note for note in sniffed("orders", write(tmp_path, text)).notes)


def test_unclear_dates_are_pointed_out(tmp_path: Path) -> None:
    text = "order,item,date\n" + "".join(f"{n},thing {n % 3},03/04/2024\n" for n in range(1, 9))
    found = sniffed("orders", write(tmp_path, text))
    assert any("other way round" in note for note in found.notes)


def test_baskets_make_orders_only(tmp_path: Path) -> None:
    text = "milk,bread\nbread\nmilk,jam,bread\njam,milk\n" * 5
    assert sniffed("orders", write(tmp_path, text)).mapping.layout == "baskets"
    with pytest.raises(MappingError, match="make orders, not items"):
        sniffed("items", write(tmp_path, text))


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        sniffed("orders", tmp_path / "none.csv")
    with pytest.raises(SourceError, match="is a folder"):
        sniffed("orders", tmp_path)


def test_an_unknown_table(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="'ordrs' is not a table"):
        sniffed("ordrs", write(tmp_path, "a\n1\n"))
