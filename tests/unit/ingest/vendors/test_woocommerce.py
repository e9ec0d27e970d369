from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from tests.unit.ingest.vendors.conftest import FILES, Filled, Importer, filled

from pairwell.errors import SourceError
from pairwell.ingest.load import IngestReport

ORDERS, PRODUCTS = "woocommerce_orders.json", "woocommerce_products.csv"
Beside = Callable[[IngestReport], dict[str, Counter[str]]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A workspace with products and orders."""
    with filled(tmp_path_factory.mktemp("woocommerce"), ("items", PRODUCTS), ("orders", ORDERS)) as made:
        yield made


def test_products_are_recognised_and_every_row_is_accounted_for(shop: Filled, beside: Beside) -> None:
    report = shop.reports["items"]
    assert report.recognised == "woocommerce"
    assert (report.read, report.taken, report.merged, report.refused) == (14, 9, 3, 2)
    assert (report.refused_by_reason, report.merged_by_rule) == ({"not_sold_alone": 2}, {"part_of_product": 3})
    assert beside(report) == {"relations": Counter(taken=8, merged=0, refused=0)}


def test_variations_take_what_their_product_says(shop: Filled) -> None:
    items = shop.rows("items", "item_id", "family", "category", "price_minor", "cost_minor", "image_url")
    image = "https://shop.example.com/hoodie.jpg"
    assert ("hoodie-blue", "hoodie", "Clothing > Hoodies", 3750, 1700, image) in items
    assert ("hoodie-green", "hoodie", "Clothing > Hoodies", 3500, None, image) in items  # its parent is named by id:44


def test_variations_above_their_product_wait_for_it(importer: Importer) -> None:
    header, *rows = (FILES / PRODUCTS).read_text(encoding="utf-8-sig").splitlines()
    report = importer.take("items", importer.write("products.csv", "\n".join([header, *reversed(rows)])))
    assert (report.taken, report.merged) == (9, 3)
    assert ("hoodie-blue", "Clothing > Hoodies") in importer.rows("items", "item_id", "category")


def test_prices_with_a_decimal_comma_are_read(importer: Importer) -> None:
    text = (FILES / PRODUCTS).read_text(encoding="utf-8-sig")
    text = text.replace(",,62,", ',,"1.062,50",').replace(",12,18,", ',"12,00","18,00",').replace("24.5", '"24,5"')
    report = importer.take("items", importer.write("products.csv", text))
    assert "bad_number" not in report.refused_by_reason
    prices = {row[0]: row[1:] for row in importer.rows("items", "item_id", "price_minor", "cost_minor")}
    assert (prices["hoodie-zip"], prices["beanie"][0], prices["belt"][0]) == ((106250, 2450), 1200, 1400)


def test_an_apostrophe_before_what_looks_like_a_formula_is_no_part_of_it(importer: Importer) -> None:
    text = (FILES / PRODUCTS).read_text(encoding="utf-8-sig").replace("simple,cap,,Cap", "simple,'-cap,,'+Cap")
    importer.take("items", importer.write("products.csv", text))
    assert ("-cap", "+Cap") in importer.rows("items", "item_id", "title")


def test_variations_without_sku_are_one_item_as_in_orders(shop: Filled) -> None:
    assert [row for row in shop.rows("items", "item_id", "derived") if row[0] == "tee"] == [("tee", False)]
    assert [item for (item,) in shop.rows("items", "item_id") if item.startswith("id:")] == ["id:28"]


def test_sale_prices_stock_and_visibility(shop: Filled) -> None:
    items = shop.importer.facts.items()
    assert {name: items[name].price_minor for name in ("beanie", "cap", "belt")} == {
        "beanie": 1000,  # on sale, at 12.00 with tax
        "cap": 1333,  # on sale for a week only
        "belt": 1167,
    }
    stocks = {name: items[name].stock for name in ("beanie", "belt", "hoodie-green", "hoodie-blue", "cap")}
    assert stocks == {"beanie": 3, "belt": 0, "hoodie-green": 5, "hoodie-blue": None, "cap": None}
    assert [name for name, item in items.items() if not item.published] == ["scarf"]


def test_upsells_are_upgrades_and_cross_sells_complements(shop: Filled) -> None:
    found = shop.rows("relations", "anchor_id", "relation", "rank", "item_id")
    assert [row[1:] for row in found if row[0] == "hoodie-green"] == [
        ("complement", 0, "beanie"),
        ("complement", 1, "belt"),  # told as id:31
        ("upgrade", 0, "hoodie-zip"),
    ]
    assert ("hoodie-zip", "complement", 1, "hoodie-blue") in found  # a variation stands for its product


def test_orders_are_recognised_and_every_line_is_accounted_for(shop: Filled, beside: Beside) -> None:
    report = shop.reports["orders"]
    assert report.recognised == "woocommerce"
    assert (report.read, report.taken, report.merged, report.refused) == (12, 8, 1, 3)
    assert report.refused_by_reason == {"not_goods": 1, "order_cancelled": 2}
    assert beside(report) == {"returns": Counter(taken=1, merged=0, refused=0)}


def test_money_of_orders_is_net_whatever_the_shop_says_of_prices(shop: Filled) -> None:
    lines = shop.rows("order_lines", "order_id", "item_id", "quantity", "unit_price_minor", "discount_minor")
    assert lines[:3] == [
        ("727", "beanie", 2.0, 1000, 200),
        ("727", "hoodie-blue", 1.0, 3750, 0),
        ("728", "tee", 2.0, 1250, 0),
    ]
    assert shop.importer.facts.items()["hoodie-blue"].price_minor == 3750  # the catalogue's 45 less tax


def test_coupons_stand_in_the_lines_and_are_not_taken_off_again(shop: Filled) -> None:
    assert {discount for (discount,) in shop.rows("orders", "discount_minor")} == {0}


def test_guests_are_called_by_their_address_and_others_by_number(shop: Filled) -> None:
    assert shop.rows("orders", "order_id", "customer_id") == [
        ("727", "26"),
        ("728", "buyer2@example.com"),
        ("730", "27"),
        ("731", "27"),
        ("733", "28"),
    ]


def test_refunds_become_returns_without_their_tax(shop: Filled) -> None:
    assert shop.rows("returns", "order_id", "line_no", "refund_minor") == [("730", 1, 5167), ("731", 2, 1000)]


def test_a_refund_of_a_line_with_a_tax_of_its_own_meets_that_line(importer: Importer) -> None:
    order = json.loads((FILES / ORDERS).read_text(encoding="utf-8"))[4]
    lamp = order["line_items"][0] | {"total": "100.00", "subtotal": "100.00", "total_tax": "19.00"}
    book = order["line_items"][1] | {"total": "10.00", "subtotal": "10.00", "total_tax": "0.70"}
    order |= {"line_items": [lamp, book], "total": "129.70", "total_tax": "19.70"}
    order["refunds"] = [{"id": 1, "reason": "", "total": "-10.70"}]
    importer.take("orders", importer.write("orders.json", json.dumps([order])))
    assert importer.rows("returns", "order_id", "line_no", "refund_minor") == [("731", 2, 1000)]


@pytest.mark.parametrize("shape", ["lines", "pages", "wrapped"])
def test_orders_may_be_written_a_line_each_in_pages_or_inside_an_object(importer: Importer, shape: str) -> None:
    orders = json.loads((FILES / ORDERS).read_text(encoding="utf-8"))
    if shape == "lines":
        paths = [importer.write("orders.jsonl", "\n".join(json.dumps(order) for order in orders))]
    elif shape == "pages":
        parts = (orders[:4], orders[3:])  # an order came again while the pages were read
        paths = [importer.write(f"page{n}.json", json.dumps(part)) for n, part in enumerate(parts, start=1)]
    else:
        paths = [importer.write("orders.json", json.dumps({"orders": orders}))]
    report = importer.take("orders", *paths, source="woocommerce")
    assert report.stored["order_lines"] == 8
    assert report.merged_by_rule.get("exact_duplicate", 0) == (1 if shape == "pages" else 0)


def test_a_document_that_ends_too_early_is_refused_whole(importer: Importer) -> None:
    half = (FILES / ORDERS).read_text(encoding="utf-8")[:9000]
    with pytest.raises(SourceError, match="cannot be read"):
        importer.take("orders", importer.write("orders.json", half))
    assert importer.rows("orders", "order_id") == []


def test_oddities_inside_orders_are_refused_and_break_nothing(importer: Importer) -> None:
    orders = json.loads((FILES / ORDERS).read_text(encoding="utf-8"))
    orders[0] |= {"line_items": None, "billing": None, "refunds": "none"}
    orders[3]["line_items"][0]["quantity"] = "many"
    orders[4]["id"] = None
    report = importer.take("orders", importer.write("orders.json", json.dumps(orders)), source="woocommerce")
    assert report.refused_by_reason["no_item_id"] == 1
    assert report.refused_by_reason["bad_number"] == 1
    assert report.refused_by_reason["no_order_id"] == 2
