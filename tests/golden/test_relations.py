"""Relations of real shops, checked by hand: what a seller of these goods would say of them."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pairwell.backtest.told import learn_world
from pairwell.config.settings import Settings
from pairwell.learn.baskets import make_baskets
from pairwell.learn.history import History
from pairwell.learn.listings.catalogue import Listing
from pairwell.model.model import Model
from pairwell.records import Pair

pytestmark = pytest.mark.slow


class _Lines(msgspec.Struct):
    orders: Sequence[str]
    items: Sequence[str]
    customers: Sequence[str]
    placed_at: Sequence[int]  # microseconds since 1970


def _history(lines: _Lines, listings: dict[str, Listing]) -> History:
    orders, first, number = np.unique(lines.orders, return_index=True, return_inverse=True)
    placed_at = np.array(lines.placed_at)[first]
    oldest = np.lexsort((orders, placed_at))
    rank = np.empty_like(oldest)
    rank[oldest] = np.arange(oldest.size)
    ids = sorted(listings)
    codes = {item_id: code for code, item_id in enumerate(ids)}
    names, customers = np.unique(np.array(lines.customers), return_inverse=True)
    return History(
        baskets=make_baskets(ids, rank[number], np.array([codes[item] for item in lines.items]), placed_at[oldest]),
        order_ids=orders[oldest].tolist(),
        customers=np.where(names[customers] == "", -1, customers)[first][oldest],
        listings=[listings[item_id] for item_id in ids],
    )


@pytest.fixture(scope="module")
def bicycles(data_dir: Path) -> Model:
    """Adventureworks: categories, families, prices; every customer known."""
    folder = data_dir / "adventureworks"
    with (folder / "subcategories_clean.csv").open(encoding="utf-8") as file:
        named = {row["ProductSubcategoryKey"]: row for row in csv.DictReader(file)}
    with (folder / "products_clean.csv").open(encoding="utf-8") as file:
        listings = {row["Product-ID"]: _bicycle(row, named) for row in csv.DictReader(file)}
    with gzip.open(folder / "sales_clean.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["ProductKey"] in listings]
    days = [datetime.fromisoformat(row["OrderDate"]).replace(tzinfo=UTC).timestamp() for row in rows]
    lines = _Lines(
        orders=[row["OrderNumber"] for row in rows],
        items=[row["ProductKey"] for row in rows],
        customers=[row["CustomerKey"] for row in rows],
        placed_at=[int(day) * 1_000_000 for day in days],
    )
    return learn_world(_history(lines, listings), Settings())


def _bicycle(row: dict[str, str], named: dict[str, dict[str, str]]) -> Listing:
    category = named.get(row["SubcategoryKey"].removesuffix(".0"))
    return Listing(
        item_id=row["Product-ID"],
        title=row["ProductName"],
        category=f"{category['CategoryName']} > {category['SubcategoryName']}" if category else None,
        family=row["ModelName"],
        price_minor=round(float(row["ProductPrice"]) * 100),
        attributes={"colour": row["ProductColor"]},
    )


@pytest.fixture(scope="module")
def gifts(data_dir: Path) -> Model:
    """Online retail: titles and prices only."""
    table = pq.read_table(data_dir / "online_retail" / "online_retail.parquet")
    invoices, codes = table["InvoiceNo"].cast(pa.string()), table["StockCode"].cast(pa.string())
    clean = pc.and_(pc.greater(table["Quantity"], 0), pc.greater(table["UnitPrice"], 0))
    clean = pc.and_(clean, pc.invert(pc.starts_with(invoices, "C")))
    clean = pc.fill_null(pc.and_(clean, pc.match_substring_regex(codes, r"^\d{5}")), False)
    customers = pc.fill_null(table["CustomerID"].cast(pa.string()), "")
    columns = [invoices, codes, customers, table["InvoiceDate"].cast(pa.timestamp("us")).cast(pa.int64())]
    orders, items, who, when = (column.filter(clean).to_pylist() for column in columns)
    titles = table["Description"].filter(clean).to_pylist()
    prices: dict[str, list[float]] = {}
    for item, price in zip(items, table["UnitPrice"].filter(clean).to_pylist(), strict=True):
        prices.setdefault(item, []).append(price)
    named = dict(zip(items, titles, strict=True))
    listings = {
        item: Listing(item_id=item, title=named[item], price_minor=round(100 * float(np.median(paid))))
        for item, paid in prices.items()
    }
    return learn_world(_history(_Lines(orders, items, who, when), listings), Settings())


def _ids(found: Sequence[Pair]) -> list[str]:
    return [pair.item_id for pair in found]


def _titles(found: Sequence[Pair]) -> set[str]:
    return {pair.title or "" for pair in found}


def test_a_tire_stands_for_a_tire_and_never_for_a_tube(bicycles: Model) -> None:
    substitutes = _titles(bicycles.substitutes("540", n=20))  # HL Road Tire

    assert {"ML Road Tire", "LL Road Tire"} <= substitutes
    assert not any("Tube" in title or "Mountain" in title for title in substitutes)


def test_a_bicycle_stands_for_a_bicycle_of_its_kind(bicycles: Model) -> None:
    substitutes = _titles(bicycles.substitutes("383", n=20))  # Road-550-W Yellow, 40

    assert substitutes
    assert all(title.startswith("Road-") and "550" not in title for title in substitutes)


def test_sizes_and_colours_of_a_model_are_its_variants(bicycles: Model) -> None:
    variants = _titles(bicycles.variants("598", n=40))  # Mountain-500 Black, 44

    assert variants
    assert all(title.startswith("Mountain-500 ") for title in variants)


@pytest.mark.parametrize(("item_id", "target"), [("604", "Road-650 Black, 44"), ("539", "HL Road Tire")])
def test_ladders_rise_step_by_step(bicycles: Model, item_id: str, target: str) -> None:
    assert target in _titles(bicycles.upgrades(item_id))


def test_after_a_mountain_bike_comes_the_touring_bike(bicycles: Model) -> None:
    follow_ups = bicycles.follow_ups("358", n=20)  # Mountain-200 Black, 38

    assert any((pair.title or "").startswith("Touring-1000") for pair in follow_ups)
    assert all(pair.followers > 3 * pair.preceders for pair in follow_ups)  # type: ignore[operator]


def test_cutlery_that_is_bought_along_stands_for_none(gifts: Model) -> None:
    """Children's cutlery of six patterns at 4.15, and the four oldest again at 8.29 (codes in small letters).

    Counted in the data: ordinary orders with Dolly Girl and Spaceboy are 130 where chance makes 3.0 (log-likelihood
    ratio over all orders 1,673), polkadot pink 41 against 4.0 (217), blue 19 against 2.9 (57), green 9 against 2.2
    (16), retrospot red 8 against 3.1 (4). One pattern is bought along with the other, least so the red; none stands
    for another. At 8.29 nearly nothing is in ordinary orders, and of Dolly Girl's 299 orders one holds any such set
    (1.0 expected of each): there orders do not contradict the titles, and which of the four pass is a matter of degree.
    """
    substitutes = set(_ids(gifts.substitutes("23254", n=40)))  # Dolly Girl

    assert not substitutes & {"23255", "23256", "84997A", "84997B", "84997C", "84997D"}
    assert substitutes & {"84997a", "84997b", "84997c", "84997d"}


def test_a_colour_bought_along_is_a_variant_and_no_substitute(gifts: Model) -> None:
    pink, green = "22698", "22697"  # regency teacups

    assert {green, "22699"} & {*_ids(gifts.variants(pink, n=40)), *_ids(gifts.pairs(pink, n=10))}
    assert green not in _ids(gifts.substitutes(pink, n=40))


def test_the_larger_box_is_the_step_up_though_both_are_bought(gifts: Model) -> None:
    assert "VICTORIAN SEWING BOX MEDIUM" in _titles(gifts.upgrades("21259"))  # … SMALL


def test_after_the_cake_stand_comes_the_teapot_of_the_series(gifts: Model) -> None:
    teapot = next(pair for pair in gifts.follow_ups("22423", n=20) if pair.title == "REGENCY TEAPOT ROSES ")

    assert teapot.followers > 10 * teapot.preceders  # type: ignore[operator]
    assert not isinstance(teapot.lag_days, msgspec.UnsetType)
    assert 90 <= teapot.lag_days.median <= 180
