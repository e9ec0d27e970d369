from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.unit.ingest.vendors.conftest import FILES, Filled, Importer, filled

from pairwell.errors import MappingError, SourceError
from pairwell.ingest.load import IngestReport
from pairwell.ingest.mapping import load_mapping

ORDERS, PRODUCTS, NEWER = "shopify_orders.csv", "shopify_products.csv", "shopify_products_newer.csv"
Beside = Callable[[IngestReport], dict[str, Counter[str]]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A workspace with products and orders."""
    with filled(tmp_path_factory.mktemp("shopify"), ("items", PRODUCTS), ("orders", ORDERS)) as made:
        yield made


def test_orders_are_recognised_and_every_row_is_accounted_for(shop: Filled, beside: Beside) -> None:
    report = shop.reports["orders"]
    assert report.recognised == "shopify"
    assert (report.read, report.taken, report.merged, report.refused) == (16, 10, 1, 5)
    assert report.refused_by_reason == {"order_cancelled": 2, "test_order": 1, "gift_card": 1, "not_goods": 1}
    assert report.merged_by_rule == {"part_of_line": 1}
    assert beside(report) == {
        "returns": Counter(taken=1, merged=0, refused=0),
        "consents": Counter(taken=7, merged=0, refused=0),
    }


def test_what_only_the_first_row_says_holds_for_the_whole_order(shop: Filled) -> None:
    orders = shop.rows("orders", "order_id", "customer_id", "channel", "seller_id", "shipping_minor")
    assert orders[0] == ("#1001", "buyer1@example.com", "web", None, 408)
    assert orders[4] == ("#1008", None, "pos", "till-2", 0)
    assert [line for line in shop.rows("order_lines", "order_id", "item_id", "quantity") if line[0] == "#1001"] == [
        ("#1001", "MAT-BL", 1.0),
        ("#1001", "PEG-SET", 2.0),
        ("#1001", "TENT-GR-2", 1.0),
    ]


def test_the_discount_of_an_order_is_what_lines_and_shipping_do_not_hold(shop: Filled) -> None:
    discounts = dict(shop.rows("orders", "order_id", "discount_minor"))
    assert discounts["#1002"] == 408  # of a code for the whole order, one line of which is a gift card
    assert discounts["#1003"] == 833  # 28.90 were taken off, 18.90 of them off a line
    assert discounts["#1009"] == 0  # of a code for free shipping


def test_equal_lines_of_one_order_are_pieces_and_no_repetition(shop: Filled) -> None:
    assert ("#1008", "MUG", 2.0) in shop.rows("order_lines", "order_id", "item_id", "quantity")


def test_cancelled_unpaid_and_test_orders_are_no_sales_but_what_was_sent_unpaid_is(shop: Filled) -> None:
    ids = {order_id for (order_id,) in shop.rows("orders", "order_id")}
    assert ids == {"#1001", "#1002", "#1003", "#1007", "#1008", "#1009"}


def test_refunds_become_returns(shop: Filled) -> None:
    assert shop.rows("returns", "order_id", "line_no", "refund_minor") == [("#1003", 2, 3250), ("#1007", 1, 19083)]


def test_a_refund_that_names_no_line_and_fits_none_is_kept_aside(importer: Importer, beside: Beside) -> None:
    text = (
        (FILES / ORDERS).read_text(encoding="utf-8").replace(",,Shopify Payments,,39.00,", ",,Shopify Payments,,7.77,")
    )
    report = importer.take("orders", importer.write("orders.csv", text))
    assert beside(report)["returns"] == Counter(taken=0, merged=0, refused=1)
    assert report.beside[0].refused_by_reason == {"return_line_unclear": 1}


def test_a_refund_with_the_tax_that_was_put_on_top_meets_its_line(importer: Importer) -> None:
    header, *rows = _rows()
    order = [row for row in rows if row[0] == "#1003"]
    said = {"Subtotal": "209.10", "Taxes": "17.25", "Total": "231.25", "Discount Amount": "18.90"}
    for name, cell in (said | {"Refunded Amount": "42.22"}).items():
        order[0][header.index(name)] = cell
    importer.settle(shop={"prices_include_tax": False})
    importer.take("orders", _written(importer, "orders.csv", [header, *order]))
    assert importer.rows("returns", "order_id", "line_no", "refund_minor") == [("#1003", 2, 3900)]


def test_the_older_generation_of_orders_is_read_too(importer: Importer) -> None:
    report = importer.take("orders", "shopify_orders_older.csv")
    assert (report.recognised, report.read, report.taken) == ("shopify", 5, 4)


def test_the_same_orders_again_change_nothing(importer: Importer) -> None:
    first = importer.take("orders", ORDERS)
    again = importer.take("orders", ORDERS)
    assert set(again.stored.values()) == {0}
    assert [set(told.stored.values()) for told in again.beside] == [{0}, {0}]
    assert (again.snapshot, again.mapping, again.quarantine) == (first.snapshot, first.mapping, first.quarantine)


def test_an_order_cut_between_two_files_is_one_order(importer: Importer) -> None:
    rows = _rows()
    halves = [importer.folder / "part1.csv", importer.folder / "part2.csv"]
    for path, part in zip(halves, (rows[:3], rows[3:]), strict=True):
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([rows[0], *part] if part[0] != rows[0] else part)
    report = importer.take("orders", *halves)
    assert (report.read, report.taken) == (16, 10)
    assert len([line for line in importer.rows("order_lines", "order_id") if line == ("#1001",)]) == 3


def test_an_order_that_ends_one_file_and_begins_the_next_counts_once(importer: Importer) -> None:
    rows = _rows()
    paths = [
        _written(importer, "part1.csv", [rows[0], rows[4], *rows[1:4]]),
        _written(importer, "part2.csv", [*rows[:4], rows[6]]),
    ]
    report = importer.take("orders", *paths)
    assert report.merged_by_rule == {"exact_duplicate": 3}
    lines = importer.rows("order_lines", "order_id", "item_id", "quantity")
    assert [line[1:] for line in lines if line[0] == "#1001"] == [("MAT-BL", 1.0), ("PEG-SET", 2.0), ("TENT-GR-2", 1.0)]


def test_orders_with_a_decimal_comma_say_the_same(shop: Filled, importer: Importer) -> None:
    header, *rows = _rows()
    money = {"Subtotal", "Shipping", "Taxes", "Total", "Discount Amount", "Lineitem price", "Lineitem discount"}
    places = [header.index(name) for name in (*money, "Refunded Amount")]
    for row in rows:
        for place in places:
            row[place] = row[place].replace(".", ",")
    importer.settle(shop={"tax_rate": 0.2, "prices_include_tax": True, "currency": "EUR"})
    importer.take("orders", _written(importer, "orders.csv", [header, *rows], ";"))
    for table, columns in (
        ("order_lines", ("order_id", "item_id", "unit_price_minor", "discount_minor")),
        ("orders", ("order_id", "discount_minor", "shipping_minor")),
        ("returns", ("order_id", "line_no", "refund_minor")),
    ):
        assert importer.rows(table, *columns) == shop.rows(table, *columns)


def test_a_refund_that_is_no_number_is_refused(importer: Importer) -> None:
    header, *rows = _rows()
    rows[5][header.index("Refunded Amount")] = "thirty"
    report = importer.take("orders", _written(importer, "orders.csv", [header, *rows]))
    assert report.beside[0].refused_by_reason == {"bad_number": 1}


def test_the_rest_of_an_order_without_its_first_row_is_refused(importer: Importer) -> None:
    rows = _rows()
    for row in rows[1:4]:
        row[rows[0].index("Created at")] = ""
    path = importer.folder / "rest.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([rows[0], *rows[2:]])
    report = importer.take("orders", path)
    assert report.refused_by_reason["no_date"] == 2


@pytest.mark.parametrize("name", [PRODUCTS, NEWER])
def test_both_generations_of_products_say_the_same(importer: Importer, beside: Beside, name: str) -> None:
    report = importer.take("items", name)
    assert (report.recognised, report.read, report.taken, report.merged, report.refused) == ("shopify", 12, 9, 1, 2)
    assert report.refused_by_reason == {"gift_card": 2}
    assert beside(report) == {"relations": Counter(taken=11, merged=0, refused=0)}
    items = {
        row[0]: row[1:] for row in importer.rows("items", "item_id", "title", "family", "price_minor", "published")
    }
    assert items["TENT-RD-3"] == ("Trekking Tent - Red / 3 persons", "trekking-tent", 22900, True)
    assert items["Engraving, one line"] == ("Engraving, one line", "engraving", 500, True)
    assert items["LAMP"][3] is False
    stocks = {item_id: item.stock for item_id, item in importer.facts.items().items()}
    assert (stocks["TENT-RD-2"], stocks["MUG"], stocks["Engraving, one line"]) == (0, None, None)


def test_what_the_first_row_of_a_product_says_holds_for_its_variants(shop: Filled) -> None:
    tents = [row for row in shop.rows("items", "item_id", "category", "brand", "cost_minor") if row[0][:4] == "TENT"]
    camping = "Sporting Goods > Outdoor Recreation > Camping & Hiking > Tents"
    assert tents == [
        ("TENT-GR-2", camping, "Nordkamm", 9500),
        ("TENT-RD-2", camping, "Nordkamm", 9500),
        ("TENT-RD-3", camping, "Nordkamm", 11800),
    ]


def test_complementary_products_become_relations_in_their_order(shop: Filled) -> None:
    found = shop.rows("relations", "anchor_id", "rank", "item_id", "relation", "source")
    assert [row[1:] for row in found if row[0] == "TENT-RD-3"] == [
        (0, "PEG-SET", "complement", "shopify"),
        (1, "MAT-BL", "complement", "shopify"),
        (2, "LAMP", "complement", "shopify"),
    ]


def test_a_complementary_product_that_the_file_lacks_is_kept_aside(importer: Importer) -> None:
    text = (FILES / PRODUCTS).read_text(encoding="utf-8").replace("; retired-lamp", "; sold-elsewhere")
    report = importer.take("items", importer.write("products.csv", text))
    assert report.beside[0].refused_by_reason == {"unknown_product": 1}


def test_items_without_sku_are_called_alike_in_both_files(shop: Filled) -> None:
    items = shop.rows("items", "item_id", "derived")
    assert ("Engraving, one line", False) in items
    assert [item_id for item_id, derived in items if derived] == []


def test_a_saved_mapping_brings_the_export_back(importer: Importer) -> None:
    report = importer.take("orders", ORDERS)
    mapping = load_mapping(Path(report.mapping or ""))
    assert mapping.source == "shopify"
    again = importer.take("orders", ORDERS, mapping=mapping)
    assert (again.taken, again.recognised, set(again.stored.values())) == (10, "shopify", {0})


def test_a_dry_run_says_what_it_did_not_look_at(importer: Importer) -> None:
    report = importer.take("orders", ORDERS, dry_run=True)
    assert (report.read, report.taken, report.beside) == (16, 10, [])
    assert "returns and consents" in " ".join(report.notes)


def test_pseudonyms_hide_addresses_in_tables_and_in_the_quarantine(importer: Importer) -> None:
    report = importer.take("orders", ORDERS, pseudonyms=True)
    kept = [Path(told.quarantine).read_text(encoding="utf-8") for told in (report, *report.beside) if told.quarantine]
    assert "@" not in "".join(kept)
    named = importer.rows("orders", "customer_id") + importer.rows("consents", "customer_id")
    assert not any("@" in (customer or "") for (customer,) in named)


def test_another_file_than_the_source_names_is_an_error_that_tells_which(importer: Importer) -> None:
    with pytest.raises(MappingError, match=r"not Shopify's export of orders") as raised:
        importer.take("orders", PRODUCTS, source="shopify")
    assert "pairwell ingest items FILE --source shopify" in (raised.value.hint or "")


def test_a_header_without_a_needed_column_names_it(importer: Importer) -> None:
    text = (FILES / ORDERS).read_text(encoding="utf-8").replace("Lineitem name", "Item")
    with pytest.raises(MappingError, match="no column lineitem name"):
        importer.take("orders", importer.write("orders.csv", text), source="shopify")


def test_an_empty_export_is_refused_whole(importer: Importer) -> None:
    header = (FILES / ORDERS).read_text(encoding="utf-8").split("\n")[0]
    with pytest.raises(SourceError, match="no row"):
        importer.take("orders", importer.write("orders.csv", header + "\n"), source="shopify")


def test_a_file_in_another_encoding_is_read_as_it_is(importer: Importer) -> None:
    text = (FILES / PRODUCTS).read_text(encoding="utf-8").replace("Enamel Mug", "Кружка эмалированная")
    importer.take("items", importer.write("products.csv", text, "windows-1251"))
    assert ("MUG", "Кружка эмалированная") in importer.rows("items", "item_id", "title")


def test_a_name_of_no_vendor_is_only_a_name(importer: Importer) -> None:
    report = importer.take("items", PRODUCTS, source="my-export")
    assert report.recognised == "shopify"
    assert {source for (source,) in importer.rows("relations", "source")} == {"my-export"}


def _written(importer: Importer, name: str, rows: list[list[str]], delimiter: str = ",") -> Path:
    path = importer.folder / name
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)
    return path


def _rows() -> list[list[str]]:
    with (FILES / ORDERS).open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_a_catalogue_without_a_column_of_stock_leaves_what_is_known(importer: Importer) -> None:
    importer.take("items", "shopify_products.csv")
    header, *rows = csv.reader((FILES / "shopify_products.csv").read_text(encoding="utf-8").splitlines())
    place = header.index("Variant Inventory Qty")
    told = io.StringIO()
    csv.writer(told).writerows([cells[:place] + cells[place + 1 :] for cells in (header, *rows)])
    importer.take("items", importer.write("bare.csv", told.getvalue()))
    stocks = {item_id: item.stock for item_id, item in importer.facts.items().items()}
    assert (stocks["TENT-RD-2"], stocks["TENT-GR-2"]) == (0, 12)
