"""The files that such a shop would export: a catalogue, its customers, and one flat file of order lines.

The order file is a little dirty on purpose, as `Dirt` says.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa

from pairwell.errors import StorageError
from pairwell.simulate.history import history
from pairwell.simulate.streams import Purpose, open_stream
from pairwell.simulate.world import World

POSTAGE = "POST"
_POSTAGE_MINOR = 490

_ORDER_HEADER = (
    "Order Number", "Order Date", "Customer ID", "SKU", "Product Name", "Quantity", "Unit Price", "Line Discount",
)  # fmt: skip
_ITEM_HEADER = (
    "SKU", "Product Name", "Category", "Brand", "Family", "Tier", "Price", "Cost", "Rating", "Number of Ratings",
    "URL", "Image URL",
)  # fmt: skip


class Dirt(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with an order file, as shares of its orders or lines."""

    cancelled: float = 0.01  # orders of which a line is cancelled later: C before the number, negative quantity
    postage: float = 0.03  # orders with a line for postage
    duplicates: float = 0.002  # lines that stand there twice


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """The files written, and how many rows of the order file are dirt."""

    items: Path
    customers: Path
    orders: Path
    order_rows: int
    cancelled: int
    postage: int
    duplicates: int


def write_exports(world: World, folder: Path, *, until: datetime | None = None, dirt: Dirt | None = None) -> Exported:
    """Write items.csv, customers.csv and orders.csv into `folder`, which is made where it is missing.

    Prices are gross and the tax rate is 0. `StorageError` where the folder cannot be written.
    """
    rows, spoiled = _order_rows(world, history(world, until), dirt or Dirt())
    items, customers, orders = (folder / name for name in ("items.csv", "customers.csv", "orders.csv"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(items, *_item_rows(world))
        _write(customers, ("Customer ID", "Region", "Age Band"), _customer_rows(world))
        _write(orders, _ORDER_HEADER, rows)
    except OSError as error:
        raise StorageError(
            f"The simulated shop cannot be written to {folder}: {error.strerror}.",
            hint="Choose a folder you may write to.",
        ) from error
    cancelled, postage, duplicates = spoiled
    return Exported(
        items=items, customers=customers, orders=orders, order_rows=len(rows),
        cancelled=cancelled, postage=postage, duplicates=duplicates,
    )  # fmt: skip


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _item_rows(world: World) -> tuple[Sequence[str], list[list[str]]]:
    names = list(dict.fromkeys(name for item in world.items for name in item.attributes))
    rows = [
        [
            item.item_id, item.title or "", item.category or "", item.brand or "", item.family or "", str(item.tier),
            _money(item.price_minor or 0), _money(item.cost_minor or 0), str(item.rating), str(item.n_ratings),
            f"/products/{item.item_id}", f"/pictures/{item.item_id}.svg",
            *(item.attributes.get(name, "") for name in names),
        ]
        for item in world.items
    ]  # fmt: skip
    return (*_ITEM_HEADER, *(name.replace("_", " ").capitalize() for name in names)), rows


def _customer_rows(world: World) -> list[tuple[str, str, str]]:
    crowd = world.ground.crowd
    return list(zip(crowd.ids, crowd.regions, crowd.ages, strict=True))


def _order_rows(world: World, lines: pa.Table, dirt: Dirt) -> tuple[list[tuple[str, ...]], tuple[int, int, int]]:
    """All rows of the order file, and how many of them are cancellations, postage and duplicates."""
    titles = {item.item_id: item.title or "" for item in world.items}
    clean = [_row(line, titles) for line in lines.to_pylist()]
    rng = open_stream(world.seed, Purpose.DIRT)
    first = [place for place, row in enumerate(clean) if place == 0 or clean[place - 1][0] != row[0]]
    posted = [_postage(clean[place]) for place in first if rng.random() < dirt.postage]
    cancelled = [_cancellation(clean[place], rng) for place in first if rng.random() < dirt.cancelled]
    doubled = [row for row in clean if rng.random() < dirt.duplicates]
    rows = sorted([*clean, *posted, *cancelled, *doubled], key=lambda row: (row[1], row[0]))
    return rows, (len(cancelled), len(posted), len(doubled))


def _row(line: dict[str, object], titles: dict[str, str]) -> tuple[str, ...]:
    sku, at = str(line["item_id"]), line["placed_at"]
    return (
        str(line["order_id"]), f"{at:%Y-%m-%d %H:%M:%S}", str(line["customer_id"]), sku, titles[sku],
        str(line["quantity"]), _money(line["unit_price_minor"]), _money(line["discount_minor"]),
    )  # fmt: skip


def _postage(row: tuple[str, ...]) -> tuple[str, ...]:
    return (*row[:3], POSTAGE, "Postage", "1", _money(_POSTAGE_MINOR), _money(0))


def _cancellation(row: tuple[str, ...], rng: np.random.Generator) -> tuple[str, ...]:
    later = datetime.fromisoformat(row[1]) + timedelta(days=int(rng.integers(1, 15)))
    return (f"C{row[0]}", f"{later:%Y-%m-%d %H:%M:%S}", *row[2:5], f"-{row[5]}", *row[6:])


def _money(minor: object) -> str:
    units, cents = divmod(int(str(minor)), 100)
    return f"{units}.{cents:02d}"
