from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.ingest.vendors.conftest import FILES, Filled, Importer, filled

from pairwell.errors import MappingError

RSS, ATOM, TABLE = (f"google-merchant_products{end}" for end in (".xml", "_atom.xml", ".txt"))
NEWS = """<?xml version="1.0"?>
<rss version="2.0"><channel><title>News</title>
<item><title>Something happened</title><link>https://news.example.com/1</link><price>1</price></item>
</channel></rss>
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A workspace with the feed in RSS."""
    with filled(tmp_path_factory.mktemp("google"), ("items", RSS)) as made:
        yield made


def test_every_product_is_accounted_for(shop: Filled) -> None:
    report = shop.reports["items"]
    assert (report.recognised, report.read, report.taken) == ("google-merchant", 5, 3)
    assert report.refused_by_reason == {"bad_number": 1, "mixed_currencies": 1}
    assert report.beside == []


def test_prices_costs_and_sales(shop: Filled) -> None:
    found = {row[0]: row[1:] for row in shop.rows("items", "item_id", "price_minor", "cost_minor")}
    assert found == {
        "TENT-2": (18_000, 12_000),  # on sale at 216 with a tax of 20 percent; costs are without
        "TENT-3": (25_000, None),  # its sale has dates and may be over
        "MAT-1": (4_000, 2_000),
    }


def test_titles_categories_families_and_pictures(shop: Filled) -> None:
    found = {row[0]: row[1:] for row in shop.rows("items", "item_id", "title", "category", "family", "url")}
    page = "https://shop.example.com/tent?size=2&color=green"
    assert found["TENT-2"] == ("Ladoga tent & tarp, 2 persons", "Camping > Tents > Trekking", "LADOGA", page)
    assert found["TENT-3"][0] == "Ladoga tent & tarp, 3 persons"  # as RSS names it, without Google's prefix
    assert found["MAT-1"][1] == "Sporting Goods > Outdoor Recreation"
    pictures = dict(shop.rows("items", "item_id", "image_url"))
    assert pictures["TENT-2"].endswith("/tent-2.jpg")
    assert pictures["MAT-1"].endswith("/mat.jpg")


def test_stock_is_what_availability_says(shop: Filled) -> None:
    assert {name: item.stock for name, item in shop.importer.facts.items().items()} == {
        "TENT-2": None,
        "TENT-3": 0,
        "MAT-1": None,  # sold on without
    }


def test_what_a_product_is_like_becomes_attributes(shop: Filled) -> None:
    assert shop.importer.facts.items()["TENT-2"].attributes == {
        "color": "Green",
        "size": "2 persons",
        "weight": "2.4 kg",
        "water_column": "3,000 mm: floor 5,000 mm",
    }


def test_atom_has_ids_of_its_own_that_are_no_products(importer: Importer) -> None:
    importer.take("items", ATOM)
    assert importer.rows("items", "item_id", "price_minor", "cost_minor", "category", "url") == [
        ("MAT-1", 4_800, None, "1020", "https://shop.example.com/mat"),
        ("TENT-2", 24_000, 12_000, "Camping > Tents", "https://shop.example.com/tent"),
    ]


def test_the_table_says_the_same_in_columns(importer: Importer) -> None:
    report = importer.take("items", TABLE)
    assert (report.recognised, report.taken) == ("google-merchant", 3)
    found = {row[0]: row[1:] for row in importer.rows("items", "item_id", "title", "price_minor", "cost_minor")}
    assert found["TENT-2"] == ("Ladoga tent", 21_600, 12_000)
    assert found["TENT-3"] == ('Ladoga tent, "large"', 30_000, None)
    items = importer.facts.items()
    assert items["TENT-3"].stock == 0
    assert items["MAT-1"].image_url == "https://shop.example.com/mat.jpg"
    assert items["TENT-2"].attributes == {
        "color": "Green",
        "weight": "2.4 kg",
        "water_column": "3,000 mm",
        "note": "wash: cold",
    }


def test_foreign_money_needs_a_rate(importer: Importer) -> None:
    importer.settle(shop={"currency": "GBP"})
    assert importer.take("items", RSS).refused_by_reason["unknown_currency"] == 3
    importer.settle(currency={"rates": {"EUR": 0.5}})
    importer.take("items", RSS)
    assert ("TENT-2", 10_800, 6_000) in importer.rows("items", "item_id", "price_minor", "cost_minor")


def test_names_with_underscores_are_the_same_table(importer: Importer) -> None:
    text = (FILES / TABLE).read_text(encoding="utf-8")
    header, rest = text.split("\n", 1)
    path = importer.write("feed.tsv", header.replace(" ", "_") + "\n" + rest)
    assert importer.take("items", path).recognised == "google-merchant"


@pytest.mark.parametrize("source", [None, "google-merchant", "yml"])
def test_news_are_no_catalogue(importer: Importer, source: str | None) -> None:
    with pytest.raises(MappingError) as raised:
        importer.take("items", importer.write("news.xml", NEWS), source=source)
    assert "news.xml is" in str(raised.value)
    assert "price" in str(raised.value)
