"""The files that the stores of the simulated shop would export: orders with their sellers, who these are, targets."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from pairwell.errors import StorageError
from pairwell.simulate.sellers import Chain, Seller, make_sellers
from pairwell.simulate.stores import Sale, sell_in_stores
from pairwell.simulate.streams import Purpose, open_stream
from pairwell.simulate.world import World

_TARGET = 0.1  # deviation of targets from what the usual seller would have sold, log
_ATTACH_TARGET = "0.75"
_BACK, _LATER = 0.03, 20  # share of lines that come back, and within how many days
_HEADERS = {
    "customers": ("Customer ID", "Region", "Age Band"),
    "orders": (
        "Order Number", "Order Date", "Customer ID", "Store", "Seller ID", "SKU", "Quantity", "Unit Price",
        "Line Discount",
    ),
    "sellers": ("seller_id", "name", "store"),
    "targets": ("seller_id", "period", "revenue", "attach_rate"),
    "returns": ("Order Number", "SKU", "Quantity", "Returned At"),
}  # fmt: skip


def write_stores(
    world: World,
    folder: Path,
    chain: Chain | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[str, Path]:
    """Write what the stores would export into `folder`, a file a table, in the order to read them; files by table.

    The orders are those that were placed in a store from `since` (the opening) up to `until` (the end of the history),
    as its sellers made them; targets are of the last month of that. `StorageError` where the folder cannot be written.
    """
    sales, until = sell_in_stores(world, chain, since=since, until=until), until or world.history_end
    sellers = make_sellers(world, chain)
    stores = {seller.seller_id: seller.store for seller in sellers}
    rows: dict[str, Iterable[Sequence[object]]] = {
        "customers": _customers(world, sales),
        "orders": (row for sale in sales for row in _rows(world, sale, stores[sale.seller_id])),
        "sellers": ((seller.seller_id, seller.name, seller.store) for seller in sellers),
        "targets": _targets(world, sellers, sales, f"{until - timedelta(days=1):%Y-%m}"),
        "returns": _returns(world, sales, until),
    }
    paths = {table: folder / f"{table}.csv" for table in _HEADERS}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table, path in paths.items():
            _write(path, _HEADERS[table], rows[table])
    except OSError as error:
        raise StorageError(
            f"The simulated stores cannot be written to {folder}: {error.strerror}.",
            hint="Choose a folder you may write to.",
        ) from error
    return paths


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _customers(world: World, sales: Sequence[Sale]) -> Iterator[tuple[str, str, str]]:
    """Who bought in a store."""
    crowd = world.ground.crowd
    for customer in sorted({sale.customer_id for sale in sales}):
        place = crowd.index[customer]
        yield customer, crowd.regions[place], crowd.ages[place]


def _rows(world: World, sale: Sale, store: str) -> Iterator[tuple[object, ...]]:
    for line in sale.lines:
        yield (
            sale.order_id, f"{sale.at:%Y-%m-%d %H:%M:%S}", sale.customer_id, store, sale.seller_id,
            world.items[line.item].item_id, line.quantity, _money(line.unit_price_minor), _money(line.discount_minor),
        )  # fmt: skip


def _targets(
    world: World, sellers: Sequence[Seller], sales: Sequence[Sale], period: str
) -> Iterator[tuple[str, str, str, str]]:
    """What the usual seller would have sold to these customers, more or less, and the same attach rate for all."""
    usual: dict[str, int] = defaultdict(int)
    for sale in sales:
        if f"{sale.at:%Y-%m}" == period:
            usual[sale.seller_id] += sale.usual_minor
    rng = open_stream(world.seed, Purpose.SELLERS, 2)
    for seller in sellers:
        aim = usual[seller.seller_id] * float(np.exp(_TARGET * rng.standard_normal()))
        yield seller.seller_id, period, _money(round(aim, -2)), _ATTACH_TARGET


def _returns(world: World, sales: Sequence[Sale], until: datetime) -> Iterator[tuple[object, ...]]:
    """What comes back before `until`, by chance alone."""
    rng = open_stream(world.seed, Purpose.SELLERS, 4)
    for sale in sales:
        for line in sale.lines:
            back, later = rng.random() < _BACK, sale.at + timedelta(days=1 + _LATER * rng.random())
            if back and later < until:
                item_id = world.items[line.item].item_id
                yield sale.order_id, item_id, line.quantity, f"{later:%Y-%m-%d %H:%M:%S}"


def _money(minor: float) -> str:
    return f"{int(minor) // 100}.{int(minor) % 100:02d}"
