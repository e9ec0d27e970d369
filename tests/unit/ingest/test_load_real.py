from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.ingest.conftest import NOW, Loader

from pairwell.ingest.load import ingest_files


@pytest.mark.slow
def test_every_line_of_online_retail_is_accounted_for(loader: Loader, data_dir: Path) -> None:
    path = data_dir / "online_retail" / "online_retail.parquet"
    report = ingest_files("orders", [path], place=loader.place, now=NOW)
    assert report.read == 541_909 == report.taken + report.merged + report.refused
    assert report.merged_by_rule == {"exact_duplicate": 5_268}
    assert report.refused == sum(report.refused_by_reason.values())
    assert {"POST", "DOT", "M", "BANK CHARGES", "AMAZONFEE"} <= set(report.goods_excluded)
    assert report.stored["orders"] == 19_773
    assert report.refused_by_reason["adjustment"] == 3
    assert "damages" not in {title for (title,) in loader.rows("items", "title")}


@pytest.mark.slow
def test_adventureworks_sales_find_their_prices_in_the_catalogue(loader: Loader, data_dir: Path) -> None:
    folder = data_dir / "adventureworks"
    catalogue = [folder / "products_clean.csv", folder / "subcategories_clean.csv"]
    assert ingest_files("items", catalogue, place=loader.place, now=NOW).stored == {"items": 293}
    report = ingest_files("orders", [folder / "sales_clean.csv.gz"], place=loader.place, now=NOW)
    assert report.read == report.taken == report.changed_by_rule["price_from_item"] == 56_046
    assert report.stored["orders"] == 25_164
    item = loader.facts.items()["214"]
    assert (item.price_minor, item.cost_minor, item.family) == (3499, 1309, "Sport-100")


@pytest.mark.slow
def test_refunds_of_the_toy_shop_meet_their_lines(loader: Loader, data_dir: Path) -> None:
    folder = data_dir / "fuzzy_factory"
    orders = [folder / "order_items.csv.gz", folder / "orders.csv.gz"]
    assert ingest_files("orders", orders, place=loader.place, now=NOW).taken == 40_025
    report = ingest_files("returns", [folder / "order_item_refunds.csv.gz"], place=loader.place, now=NOW)
    assert (report.read, report.taken, report.stored) == (1_731, 1_731, {"returns": 1_731})
