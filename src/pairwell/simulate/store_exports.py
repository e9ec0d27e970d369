"""The files that the stores of the simulated shop would export: orders with their sellers, sellers, targets."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np

from pairwell.errors import StorageError
from pairwell.simulate.sellers import make_sellers
from pairwell.simulate.stores import Sale, sell_in_stores
from pairwell.simulate.streams import Purpose, open_stream
from pairwell.simulate.world import World

_TARGET = 0.1  # deviation of targets from what the usual seller would have sold, log
_ATTACH_TARGET = "0.25"
_HEADERS = {
    "orders": (
        "Order Number", "Order Date", "Customer ID", "Store", "Seller ID", "SKU", "Quantity", "Unit Price",
        "Line Discount",
    ),
    "sellers": ("seller_id", "store"),
    "targets": ("seller_id", "period", "revenue", "attach_rate"),
}  # fmt: skip


def write_stores(world: World, folder: Path) -> dict[str, Path]:
    """Write orders.csv, sellers.csv and targets.csv of the stores into `folder`; the files by table.

    The orders are those of the history that were placed in a store, as its sellers made them; targets are of the
    history's last month. `StorageError` where the folder cannot be written.
    """
    sales, sellers = sell_in_stores(world), make_sellers(world)
    stores = {seller.seller_id: seller.store for seller in sellers}
    rows: dict[str, Iterable[Sequence[object]]] = {
        "orders": (row for sale in sales for row in _rows(world, sale, stores[sale.seller_id])),
        "sellers": stores.items(),
        "targets": _targets(world, sales),
    }
    paths = {table: folder / f"{table}.csv" for table in _HEADERS}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table, path in paths.items():
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(_HEADERS[table])
                writer.writerows(rows[table])
    except OSError as error:
        raise StorageError(
            f"The simulated stores cannot be written to {folder}: {error.strerror}.",
            hint="Choose a folder you may write to.",
        ) from error
    return paths


def _rows(world: World, sale: Sale, store: str) -> Iterator[tuple[object, ...]]:
    for line in sale.lines:
        yield (
            sale.order_id, f"{sale.at:%Y-%m-%d %H:%M:%S}", sale.customer_id, store, sale.seller_id,
            world.items[line.item].item_id, line.quantity, _money(line.unit_price_minor), _money(line.discount_minor),
        )  # fmt: skip


def _targets(world: World, sales: Sequence[Sale]) -> Iterator[tuple[str, str, str, str]]:
    """What the usual seller would have sold to these customers, more or less, and the same attach rate for all."""
    period = f"{world.history_end - timedelta(days=1):%Y-%m}"
    usual: dict[str, int] = defaultdict(int)
    for sale in sales:
        if f"{sale.at:%Y-%m}" == period:
            usual[sale.seller_id] += sale.usual_minor
    rng = open_stream(world.seed, Purpose.SELLERS, 2)
    for seller in make_sellers(world):
        aim = usual[seller.seller_id] * float(np.exp(_TARGET * rng.standard_normal()))
        yield seller.seller_id, period, _money(round(aim, -2)), _ATTACH_TARGET


def _money(minor: float) -> str:
    return f"{int(minor) // 100}.{int(minor) % 100:02d}"
