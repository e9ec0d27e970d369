"""Exports of a small made-up shop, written the way shops write them; the same lines under many headers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

GOODS = {
    "en": """Kettle steel 1.7 l|Toaster two slots|Tea green, 100 g|Coffee beans 1 kg|Milk frother|Cup set blue
        Sugar bowl|Filter papers 100|Kitchen scales|Bread knife|Honey jar|Biscuits oat""",
    "ru": """Чайник стальной 1,7 л|Тостер на два ломтика|Чай зелёный 100 г|Кофе в зёрнах 1 кг|Вспениватель молока
        Набор чашек синий|Сахарница|Фильтры бумажные|Весы кухонные|Нож для хлеба|Мёд в банке|Печенье овсяное""",
    "pl": """Czajnik stalowy 1,7 l|Toster na dwie kromki|Herbata zielona 100 g|Kawa ziarnista 1 kg|Spieniacz do mleka
        Zestaw filiżanek|Cukiernica|Filtry papierowe|Waga kuchenna|Nóż do chleba|Miód w słoiku|Ciastka owsiane""",
}
PRICES = [89.9, 129.0, 12.5, 64.99, 45.0, 79.5, 19.99, 8.49, 99.0, 34.9, 22.3, 6.75]
KINDS = "Appliances Appliances Drinks Drinks Appliances Tableware Tableware Drinks Appliances Tableware Food Food"
COUNTRIES = ["Poland", "Germany", "Latvia"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    row: int  # from 1
    order: int
    place: int  # within the order, from 1
    at: datetime
    customer: int
    item: int
    title: str
    category: str
    quantity: int
    price: float
    country: str


Cell = Callable[[Line], object]


def make_lines(language: str = "en", *, orders: int = 150, seed: int = 7) -> list[Line]:
    """Lines of orders in order of time; 1 to 5 items each, a third of them several pieces."""
    rng = random.Random(seed)
    titles = [title.strip() for title in GOODS[language].replace("\n", "|").split("|")]
    lines: list[Line] = []
    at = datetime(2023, 3, 1, 9, 0)  # noqa: DTZ001 - exports carry no zone
    for order in range(1, orders + 1):
        at += timedelta(minutes=rng.randint(20, 2200))
        customer = rng.randint(1, 40)
        for place, item in enumerate(rng.sample(range(12), rng.randint(1, 5)), start=1):
            lines.append(
                Line(
                    row=len(lines) + 1,
                    order=order,
                    place=place,
                    at=at,
                    customer=customer,
                    item=item,
                    title=titles[item],
                    category=KINDS.split()[item],
                    quantity=rng.choice([1, 1, 1, 1, 2, 3, 6]),
                    price=PRICES[item],
                    country=COUNTRIES[customer % 3],
                )
            )
    return lines


def write_text(lines: Sequence[Line], columns: dict[str, Cell], delimiter: str = ",", *, header: bool = True) -> str:
    """Delimited text; a cell that holds the delimiter or a quote is quoted."""
    rows = [list(columns)] if header else []
    rows += [[str(cell(line)) for cell in columns.values()] for line in lines]
    return "".join(delimiter.join(_quoted(cell, delimiter) for cell in row) + "\n" for row in rows)


def _quoted(cell: str, delimiter: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if delimiter in cell or '"' in cell else cell


def comma(value: float) -> str:
    """12,50"""
    return f"{value:.2f}".replace(".", ",")


def total(line: Line) -> float:
    return round(line.price * line.quantity, 2)


# --- cells ----------------------------------------------------------------------------------------


def order(line: Line) -> object:
    return line.order


def item(line: Line) -> object:
    return f"K{line.item + 100}"


def title(line: Line) -> object:
    return line.title


def quantity(line: Line) -> object:
    return line.quantity


def price(line: Line) -> object:
    return line.price


def price_comma(line: Line) -> object:
    return comma(line.price)


def total_comma(line: Line) -> object:
    return comma(total(line))


def customer(line: Line) -> object:
    return f"C{line.customer:04d}"


def email(line: Line) -> object:
    return f"u{line.customer}@example.com"


def category(line: Line) -> object:
    return line.category


def at(pattern: str, *, days: int = 0) -> Cell:
    return lambda line: (line.at + timedelta(days=days)).strftime(pattern)


def always(text: str) -> Cell:
    return lambda _: text


class Export(msgspec.Struct, frozen=True, kw_only=True):
    columns: dict[str, Cell]
    wanted: dict[str, str | tuple[str, ...]]
    language: str = "en"
    delimiter: str = ","
    encoding: str = "utf-8"
    dates: str | None = None
    decimal: str = "."
    header: bool = True
    above: str = ""
