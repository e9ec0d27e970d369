from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.ingest.vendors.conftest import FILES, Filled, Importer, filled

ORDERS = "magento_orders.json"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A workspace with orders."""
    with filled(tmp_path_factory.mktemp("magento"), ("orders", ORDERS)) as made:
        yield made


def test_orders_are_recognised_and_every_row_is_accounted_for(shop: Filled) -> None:
    report = shop.reports["orders"]
    assert report.recognised == "magento"
    assert (report.read, report.taken, report.merged, report.refused) == (17, 9, 4, 4)
    assert report.refused_by_reason == {"order_cancelled": 3, "gift_card": 1}
    assert report.merged_by_rule == {"part_of_line": 4}


def test_a_configurable_product_is_one_line_and_its_discount_is_without_tax(shop: Filled) -> None:
    lines = shop.rows("order_lines", "order_id", "item_id", "quantity", "unit_price_minor", "discount_minor")
    assert lines[:2] == [("000000101", "WAX", 2.0, 850, 0), ("000000101", "WJ-M-BLUE", 1.0, 8900, 1000)]


def test_a_bundle_is_its_parts_where_they_carry_its_price_else_itself(shop: Filled) -> None:
    lines = shop.rows("order_lines", "order_id", "item_id", "unit_price_minor")
    assert [line[1:] for line in lines if line[0] == "000000102"] == [("BOX-3", 3000), ("BRUSH", 1150), ("WAX", 850)]


def test_what_was_cancelled_of_a_line_was_not_sold_and_what_was_refunded_came_back(shop: Filled) -> None:
    assert ("000000103", "WAX", 3.0) in shop.rows("order_lines", "order_id", "item_id", "quantity")
    assert shop.rows("returns", "order_id", "quantity", "refund_minor") == [
        ("000000103", 1.0, 850),
        ("000000108", 2.0, 800),
    ]


def test_money_that_came_back_without_goods_is_kept_aside(importer: Importer) -> None:
    answer = json.loads((FILES / ORDERS).read_text(encoding="utf-8"))
    answer["items"][0] |= {"base_total_refunded": 8.5, "base_adjustment_positive": 8.5}
    report = importer.take("orders", importer.write("orders.json", json.dumps(answer)))
    assert report.beside[0].refused_by_reason == {"zero_quantity": 1}
    kept = Path(report.beside[0].quarantine or "").read_text(encoding="utf-8")
    assert "000000101" in kept
    assert len(importer.rows("returns", "order_id")) == 2


def test_what_was_sent_before_it_was_paid_is_a_sale(shop: Filled) -> None:
    ids = {order_id[-1] for (order_id,) in shop.rows("orders", "order_id")}
    assert ids == {"1", "2", "3", "7", "8"}


def test_money_is_that_of_the_base_currency(shop: Filled) -> None:
    assert set(shop.rows("orders", "currency", "shipping_minor")) == {("EUR", 420)}


def test_one_line_around_all_orders_is_read_too(importer: Importer) -> None:
    answer = json.loads((FILES / ORDERS).read_text(encoding="utf-8"))
    report = importer.take("orders", importer.write("orders.json", json.dumps(answer)))
    assert (report.recognised, report.read, report.taken) == ("magento", 17, 9)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A workspace with products and orders."""
    with filled(tmp_path_factory.mktemp("magento"), ("items", "magento_products.csv"), ("orders", ORDERS)) as made:
        yield made


def test_products_are_recognised_and_every_row_is_accounted_for(catalogue: Filled) -> None:
    report = catalogue.reports["items"]
    assert (report.recognised, report.read, report.taken, report.merged, report.refused) == ("magento", 10, 6, 2, 2)
    assert report.refused_by_reason == {"gift_card": 1, "not_sold_alone": 1}
    assert report.merged_by_rule == {"part_of_product": 2}  # the configurable product, and its words in German


def test_variants_learn_from_their_parent_what_it_says_after_them(catalogue: Filled) -> None:
    items = catalogue.importer.facts.items()
    jacket = items["WJ-S-BLUE"]
    assert (jacket.family, jacket.category, jacket.brand, jacket.image_url) == (
        "WJ",
        "Jackets",
        "Fenland",
        "/w/j/wj.jpg",
    )
    assert jacket.attributes == {"color": "Blue", "size": "S", "magento_parent": "WJ"}


def test_prices_stock_and_what_is_online(catalogue: Filled) -> None:
    items = catalogue.importer.facts.items()
    prices = {name: items[name].price_minor for name in ("WAX", "BRUSH", "WJ-S-BLUE", "KIT")}
    assert prices == {"WAX": 708, "BRUSH": 958, "WJ-S-BLUE": 7417, "KIT": None}  # less a tax of 20 percent
    assert {name: items[name].stock for name in ("WAX", "BRUSH", "WJ-M-BLUE")} == {
        "WAX": 20,
        "BRUSH": None,
        "WJ-M-BLUE": 0,
    }
    assert [name for name, item in items.items() if not item.published] == ["OILED"]


def test_lists_become_relations_in_the_order_of_their_positions(catalogue: Filled) -> None:
    found = catalogue.rows("relations", "anchor_id", "relation", "rank", "item_id")
    assert [row[1:] for row in found if row[0] == "WJ-S-BLUE"] == [
        ("complement", 0, "WAX"),
        ("complement", 1, "BRUSH"),
        ("upgrade", 0, "OILED"),
    ]
