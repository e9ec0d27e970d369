"""Logs of behaviour as shops and web analytics export them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.ingest.reading import write

from pairwell.errors import MappingError
from pairwell.ingest.mapping import Composed
from pairwell.ingest.sniff import Sniffed, sniff
from pairwell.ingest.sources import Limits

START = datetime(2015, 6, 1, 8, tzinfo=UTC)
Cell = Callable[[int, random.Random], str]


def moment(number: int) -> datetime:
    return START + timedelta(seconds=37 * number)


def millis(number: int, _: random.Random) -> str:
    return str(int(moment(number).timestamp() * 1000))


def iso(number: int, _: random.Random) -> str:
    return f"{moment(number):%Y-%m-%dT%H:%M:%S.000Z}"


def blank(number: int, _: random.Random) -> str:
    return f"{moment(number):%Y-%m-%d %H:%M:%S} UTC"


def european(number: int, _: random.Random) -> str:
    return f"{moment(number):%d.%m.%Y %H:%M:%S}"


def micros(number: int, _: random.Random) -> str:
    return str(int(moment(number).timestamp() * 1_000_000))


def whole(low: int, high: int) -> Cell:
    return lambda number, lot: str(lot.randint(low, high) if low >= 0 else number)


def visit(number: int, _: random.Random) -> str:
    return str(11 + number // 4)


def one_of(*words: str) -> Cell:
    return lambda _, lot: lot.choice(words)


def hexadecimal(number: int, _: random.Random) -> str:
    return f"{random.Random(number // 3).getrandbits(128):032x}"


def sometimes(cell: Cell) -> Cell:
    return lambda number, lot: cell(number, lot) if lot.random() < 0.05 else ""


def export(cells: dict[str, Cell], *, header: bool = True, delimiter: str = ",") -> str:
    lot = random.Random(1)
    rows = [delimiter.join(cell(number, lot) for cell in cells.values()) for number in range(300)]
    return "\n".join([delimiter.join(cells), *rows] if header else rows) + "\n"


ITEM, PERSON = whole(10_000, 10_400), whole(500_000, 500_090)
EXPORTS: dict[str, tuple[dict[str, Cell], dict[str, str]]] = {
    "retailrocket": (
        {
            "timestamp": millis,
            "visitorid": PERSON,
            "event": one_of("view", "view", "addtocart", "transaction"),
            "itemid": ITEM,
            "transactionid": sometimes(whole(1, 9_000)),
        },
        {"at": "timestamp", "visitor_id": "visitorid", "type": "event", "item_id": "itemid"},
    ),
    "cosmetics shop": (
        {
            "event_time": blank,
            "event_type": one_of("view", "cart", "remove_from_cart", "purchase"),
            "product_id": ITEM,
            "category_id": whole(1_487_580_005, 1_487_580_025),
            "category_code": sometimes(one_of("appliances.iron", "furniture.bed")),
            "brand": one_of("runail", "irisk", ""),
            "price": lambda _, lot: f"{lot.uniform(1, 90):.2f}",
            "user_id": PERSON,
            "user_session": hexadecimal,
        },
        {
            "at": "event_time",
            "type": "event_type",
            "item_id": "product_id",
            "customer_id": "user_id",
            "session_id": "user_session",
        },
    ),
    "web analytics": (
        {
            "event_date": lambda number, _: f"{moment(number):%Y%m%d}",
            "event_timestamp": micros,
            "event_name": one_of("view_item", "page_view", "add_to_cart", "begin_checkout"),
            "user_pseudo_id": lambda _, lot: f"{lot.randint(10**8, 10**8 + 60)}.1433145600",
            "user_id": sometimes(PERSON),
            "ga_session_id": visit,
            "item_id": ITEM,
            "device_category": one_of("mobile", "desktop"),
        },
        {
            "at": "event_timestamp",
            "type": "event_name",
            "visitor_id": "user_pseudo_id",
            "customer_id": "user_id",
            "session_id": "ga_session_id",
            "item_id": "item_id",
        },
    ),
    "marketplace": (
        {
            "user_id": PERSON,
            "item_id": ITEM,
            "category_id": whole(100, 120),
            "behavior_type": one_of("pv", "cart", "fav", "buy"),
            "timestamp": lambda number, _: str(int(moment(number).timestamp())),
        },
        {"customer_id": "user_id", "item_id": "item_id", "type": "behavior_type", "at": "timestamp"},
    ),
    "Russian shop": (
        {
            "Дата и время": european,
            "Событие": one_of("Просмотр товара", "Добавление в корзину", "Удаление из корзины"),
            "Артикул товара": ITEM,
            "ID посетителя": PERSON,
            "ID визита": visit,
        },
        {
            "at": "Дата и время",
            "type": "Событие",
            "item_id": "Артикул товара",
            "visitor_id": "ID посетителя",
            "session_id": "ID визита",
        },
    ),
    "Polish shop": (
        {
            "Id zdarzenia": lambda number, _: f"z{number}",
            "Data zdarzenia": lambda number, _: f"{moment(number):%Y-%m-%d %H:%M:%S}",
            "Zdarzenie": one_of("Wyświetlenie produktu", "Dodanie do koszyka"),
            "Kod produktu": ITEM,
            "Id klienta": PERSON,
            "Sesja": visit,
        },
        {
            "event_id": "Id zdarzenia",
            "at": "Data zdarzenia",
            "type": "Zdarzenie",
            "item_id": "Kod produktu",
            "customer_id": "Id klienta",
            "session_id": "Sesja",
        },
    ),
    "store app": (
        {
            "Event ID": lambda number, _: f"{number:024x}",
            "Created at": iso,
            "Action": one_of("product_viewed", "product_added_to_cart", "checkout_started"),
            "Product ID": ITEM,
            "Customer ID": sometimes(PERSON),
            "Anonymous ID": hexadecimal,
        },
        {
            "event_id": "Event ID",
            "at": "Created at",
            "type": "Action",
            "item_id": "Product ID",
            "customer_id": "Customer ID",
            "visitor_id": "Anonymous ID",
        },
    ),
}


def sniffed(folder: Path, text: str) -> Sniffed:
    return sniff("events", [write(folder, text)], limits=Limits())


@pytest.mark.parametrize("name", EXPORTS)
def test_columns_of_usual_exports(tmp_path: Path, name: str) -> None:
    cells, expected = EXPORTS[name]
    assert sniffed(tmp_path, export(cells)).mapping.columns == expected


def test_clicks_without_a_header_are_views(tmp_path: Path) -> None:
    cells = {"visit": visit, "at": iso, "item": whole(214_500_000, 214_500_400), "category": one_of("0", "S", "2")}
    found = sniffed(tmp_path, export(cells, header=False))
    columns = dict(found.mapping.columns)
    assert columns.pop("type") == Composed(constant="view")
    assert list(columns) == ["at", "item_id", "session_id"]
    assert any("taken as a view" in note for note in found.notes)


def test_a_file_of_no_moments_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="`at`"):
        sniffed(tmp_path, export({"sku": ITEM, "event": one_of("view", "cart")}))


def test_orders_are_not_taken_for_views(tmp_path: Path) -> None:
    cells = {"Order": visit, "Order Date": blank, "SKU": ITEM, "Quantity": whole(1, 3), "Unit Price": whole(5, 90)}
    with pytest.raises(MappingError, match="`type`"):
        sniffed(tmp_path, export(cells))
