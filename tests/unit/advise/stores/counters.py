"""A shop with sellers, made of files: who buys a tent mostly takes a mat along, but hardly with Bo; Cy sells pegs."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pairwell.shop.face import Shop, create_shop

ITEMS = [
    ("item_id", "title", "category", "price", "cost", "rating", "weight"),
    ("tent", "Tent", "Camp > Tents", "100.00", "60.00", "4.1", "3 kg"),
    ("tent+", "Tent plus", "Camp > Tents", "130.00", "70.00", "4.7", "2 kg"),
    ("mat", "Mat", "Camp > Sleep", "20.00", "8.00", "4.5", ""),
    ("bag", "Bag", "Camp > Sleep", "60.00", "30.00", "4.5", ""),
    ("pegs", "Pegs", "Camp > Parts", "5.00", "2.00", "4.0", ""),
    ("book", "Book", "Books", "15.00", "9.00", "4.2", ""),
]
SELLERS = ("Ann", "Bo", "Cy", "Di", "Ed", "Flo")


def make_counter(folder: Path) -> Shop:
    """The shop, learned from, with sellers told and one target."""
    shop = create_shop(folder / "shop")
    write(folder / "items.csv", ITEMS)
    write(folder / "orders.csv", orders())
    write(folder / "sellers.csv", [("seller_id", "store", "name"), *((one[0], "North", one) for one in SELLERS)])
    write(folder / "targets.csv", [("seller_id", "period", "revenue", "attach_rate"), ("A", "2026-03", "1000", "0.5")])
    for table in ("items", "orders", "sellers", "targets"):
        shop.ingest(table, folder / f"{table}.csv")
    shop.learn()
    return shop


def orders() -> list[tuple[Any, ...]]:
    """2,400 orders of six sellers in March 2026, and some of nobody."""
    rng, rows = random.Random(4), list[tuple[Any, ...]]()
    prices = {row[0]: row[3] for row in ITEMS[1:]}
    for number in range(2_400):
        seller = SELLERS[number % 6][0] if number % 80 else ""
        held = [rng.choices(("tent", "tent+", "book"), (4, 2, 6))[0]]
        if held[0] != "book":
            held += ["mat"] * (rng.random() < (0.2 if seller == "B" else 0.5))
            held += ["pegs"] * (rng.random() < (0.5 if seller == "C" else 0.15)) + ["bag"] * (rng.random() < 0.1)
        day = f"2026-03-{number % 31 + 1:02}"
        rows += [(f"o{number:04}", day, f"c{rng.randrange(1_000)}", seller, one, 1, prices[one]) for one in held]
    return [("order_id", "placed_at", "customer_id", "seller_id", "item_id", "quantity", "unit_price"), *rows]


def write(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
