from __future__ import annotations

import codecs
import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.unit.ingest.vendors.conftest import FILES, Filled, Importer, filled

from pairwell.errors import MappingError, SourceError
from pairwell.ingest.load import IngestReport
from pairwell.ingest.mapping import load_mapping

FEED = "yml_products.xml"
TEXT = (FILES / FEED).read_bytes().decode("windows-1251")
Beside = Callable[[IngestReport], dict[str, Counter[str]]]
Quarantined = Callable[[IngestReport], list[dict[str, str]]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A workspace with the feed, in its own currency."""
    with filled(tmp_path_factory.mktemp("yml"), ("items", FEED), currency="RUB") as made:
        yield made


@pytest.fixture
def rouble(importer: Importer) -> Importer:
    """A new workspace of a shop that counts in roubles, and shows prices without tax."""
    importer.settle(shop={"currency": "RUB"})
    return importer


def test_every_offer_is_accounted_for(shop: Filled, beside: Beside) -> None:
    report = shop.reports["items"]
    assert report.recognised == "yml"
    assert (report.read, report.taken, report.merged) == (8, 5, 0)
    assert report.refused_by_reason == {"bad_number": 1, "no_item_id": 1, "unknown_currency": 1}
    assert beside(report) == {"relations": Counter(taken=3, merged=0, refused=0)}


def test_a_refused_offer_stands_in_the_quarantine_with_its_line(shop: Filled, quarantined: Quarantined) -> None:
    lines = {row["reason"]: int(row["line"]) for row in quarantined(shop.reports["items"])}
    assert "по запросу" in TEXT.splitlines()[lines["bad_number"] - 1]
    assert "Без номера" in TEXT.splitlines()[lines["no_item_id"] - 1]


def test_names_categories_families_and_pages(shop: Filled) -> None:
    found = {row[0]: row[1:] for row in shop.rows("items", "item_id", "title", "category", "brand", "family", "url")}
    page = "https://shop.example.com/tent?size=2&color=green"
    category = "Туризм > Палатки & тенты > Треккинговые"
    assert found["TENT-2"] == ('Палатка "Ладога" & тент, 2 места', category, "Nordkamm", "700", page)
    assert found["TENT-3"][3] == "700"
    assert found["MAT-1"][:3] == ("Коврик Nordkamm Fjell 5 мм", "Туризм > Коврики", "Nordkamm")
    assert found["PEGS"][0] == "Колышки <титан>, 6 шт."
    assert found["BOOK"][0] == "Записки о\u00a0походах"


def test_prices_include_tax_and_costs_do_not(shop: Filled) -> None:
    found = {row[0]: row[1:] for row in shop.rows("items", "item_id", "price_minor", "cost_minor")}
    assert found["TENT-2"] == (1_500_000, 900_000)  # 18,000 with a tax of 20 percent; the price of now, not the old one
    assert found["TENT-3"] == (2_000_000, None)
    assert found["MAT-1"] == (300_000, 150_000)


def test_stock_and_what_is_sold(shop: Filled) -> None:
    items = shop.importer.facts.items()
    stocks = {name: items[name].stock for name in ("TENT-2", "TENT-3", "MAT-1", "PEGS", "BOOK")}
    assert stocks == {"TENT-2": 5, "TENT-3": 0, "MAT-1": None, "PEGS": 0, "BOOK": None}
    assert [name for name, item in items.items() if not item.published] == ["BOOK"]


def test_parameters_keep_their_units_and_all_their_values(shop: Filled) -> None:
    attributes = shop.importer.facts.items()["TENT-2"].attributes
    assert attributes == {"вес": "2.4 кг", "цвет": "зелёный, серый", "country_of_origin": "Россия"}


def test_recommended_offers_become_complements_in_order(shop: Filled) -> None:
    found = shop.rows("relations", "anchor_id", "relation", "rank", "item_id")
    assert sorted(found, key=lambda row: row[2]) == [
        ("TENT-2", "complement", 0, "MAT-1"),
        ("TENT-2", "complement", 1, "PEGS"),
        ("TENT-2", "complement", 2, "LAMP-9"),
    ]
    told = shop.reports["items"].beside[0]
    assert any("LAMP-9" in note for note in told.notes)


def test_a_feed_without_a_doctype_in_another_encoding(rouble: Importer) -> None:
    text = TEXT.replace('<!DOCTYPE yml_catalog SYSTEM "shops.dtd">\n', "").replace("&nbsp;", "&#160;")
    text = text.replace("«", "").replace("»", "").replace('encoding="windows-1251"', 'encoding="koi8-r"')
    report = rouble.take("items", rouble.write("feed.xml", text, "koi8-r"))
    assert (report.recognised, report.taken) == ("yml", 5)
    assert ("MAT-1", "Коврик Nordkamm Fjell 5 мм") in rouble.rows("items", "item_id", "title")


def test_a_gzipped_feed_without_its_name(rouble: Importer) -> None:
    path = rouble.folder / "catalogue"
    path.write_bytes(gzip.compress(codecs.encode(TEXT, "windows-1251")))
    assert rouble.take("items", path, source="yml").taken == 5


def test_categories_below_the_offers_count_all_the_same(rouble: Importer) -> None:
    start, end = TEXT.index("<categories>"), TEXT.index("</categories>") + len("</categories>")
    moved = (TEXT[:start] + TEXT[end:]).replace("</offers>", "</offers>" + TEXT[start:end])
    rouble.take("items", rouble.write("feed.xml", moved, "windows-1251"))
    assert ("TENT-2", "Туризм > Палатки & тенты > Треккинговые") in rouble.rows("items", "item_id", "category")


def test_categories_in_a_circle_come_to_an_end(rouble: Importer) -> None:
    path = rouble.write("feed.xml", TEXT.replace('<category id="1">', '<category id="1" parentId="12">'), "cp1251")
    rouble.take("items", path)
    found = dict(rouble.rows("items", "item_id", "category"))
    assert found["MAT-1"].endswith("Туризм > Коврики")


def test_each_file_has_categories_of_its_own(rouble: Importer) -> None:
    other = TEXT.replace(">Туризм<", ">Походы<").replace('offer id="', 'offer id="B-')
    paths = [rouble.write("a.xml", TEXT, "windows-1251"), rouble.write("b.xml", other, "windows-1251")]
    rouble.take("items", *paths)
    found = dict(rouble.rows("items", "item_id", "category"))
    assert (found["MAT-1"], found["B-MAT-1"]) == ("Туризм > Коврики", "Походы > Коврики")


def test_what_comes_back_into_stock_is_offered_again(rouble: Importer) -> None:
    rouble.take("items", FEED)
    assert rouble.facts.items()["PEGS"].stock == 0
    rouble.take("items", rouble.write("feed.xml", TEXT.replace('available="false"', 'available="true"'), "cp1251"))
    assert rouble.facts.items()["PEGS"].stock is None


def test_a_foreign_currency_needs_a_rate(rouble: Importer) -> None:
    rouble.settle(shop={"currency": "RUB"}, currency={"rates": {"USD": 90.0}})
    assert "unknown_currency" not in rouble.take("items", FEED).refused_by_reason
    assert ("STOVE", 450_000) in rouble.rows("items", "item_id", "price_minor")


def test_a_feed_with_decimal_commas_is_read_where_its_mapping_says_so(rouble: Importer) -> None:
    path = rouble.write("feed.xml", TEXT.replace("24000.00", "24000,50").replace("9000<", "9000,25<"), "windows-1251")
    report = rouble.take("items", path)
    assert report.refused_by_reason["bad_number"] == 3
    mapping = msgspec.structs.replace(load_mapping(Path(report.mapping or "")), decimal=",")
    assert rouble.take("items", path, mapping=mapping).refused_by_reason["bad_number"] == 1
    assert ("TENT-3", 2_400_050) in rouble.rows("items", "item_id", "price_minor")


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        (len(TEXT) // 2, "ends in the middle, at line"),
        (TEXT.rindex("</yml_catalog>"), "ends in the middle, at line"),
    ],
)
def test_a_feed_that_was_cut_gives_its_line_and_stores_nothing(rouble: Importer, cut: int, said: str) -> None:
    with pytest.raises(SourceError, match=said) as raised:
        rouble.take("items", rouble.write("feed.xml", TEXT[:cut], "windows-1251"))
    assert f"line {TEXT[:cut].count(chr(10)) + 1}:" in str(raised.value)
    assert rouble.rows("items", "item_id") == []
    assert rouble.dataset.newest().number == 0


def test_a_feed_that_is_broken_far_behind_its_sample_stores_nothing(rouble: Importer) -> None:
    offer = '<offer id="{}"><name>Чашка</name><price>10</price><categoryId>1</categoryId></offer>\n'
    many = "".join(offer.format(number) for number in range(3000)) + "<offer id='x'><name>Ч</nam></offer>"
    text = TEXT.replace("<offers>", f"<offers>\n{many}")
    with pytest.raises(SourceError, match=r"not well-formed XML at line 30\d\d: mismatched tag"):
        rouble.take("items", rouble.write("feed.xml", text, "windows-1251"))
    assert rouble.rows("items", "item_id") == []


def test_other_tables_say_what_to_ask_for_instead(rouble: Importer) -> None:
    with pytest.raises(MappingError, match="a feed in YML, which is ingested as items") as raised:
        rouble.take("orders", FEED)
    assert "pairwell ingest items" in (raised.value.hint or "")
    with pytest.raises(MappingError) as raised:
        rouble.take("relations", FEED, source="yml")
    assert "come in beside" in (raised.value.hint or "")
    with pytest.raises(MappingError, match="other files of this command are none"):
        rouble.take("items", FEED, "shopify_products.csv")


def test_a_table_is_no_feed_even_where_it_is_called_one(importer: Importer) -> None:
    path = importer.write("feed.xml", "<sku>,<title>\nCUP,Cup\nMUG,Mug\nJUG,Jug\n")
    assert importer.take("items", path).taken == 3
    with pytest.raises(MappingError, match="is not a feed in YML"):
        importer.take("items", path, source="yml")


class TestSeveralFeeds:
    HEAD = (
        "<yml_catalog><shop><currencies>{}</currencies><categories>{}</categories>"
        "<offers>{}</offers></shop></yml_catalog>"
    )
    OFFER = "<offer id='{}' available='true'><price>10</price><categoryId>1</categoryId><name>Thing</name></offer>"

    def _feed(self, importer: Importer, folder: str, currency: str, category: str) -> Path:
        path = importer.folder / folder / "feed.xml"
        path.parent.mkdir()
        offer = self.OFFER.format(folder)
        category = f"<category id='1'>{category}</category>" if category else ""
        path.write_text(self.HEAD.format(currency, category, offer), encoding="utf-8")
        return path

    def test_one_called_like_another_has_its_own_categories_and_currency(self, rouble: Importer) -> None:
        first = self._feed(rouble, "shoes", "<currency id='RUB' rate='1'/>", "Shoes")
        second = self._feed(rouble, "books", "<currency id='USD' rate='1'/>", "Books")
        third = self._feed(rouble, "bare", "", "")
        report = rouble.take("items", first, second, third)
        assert report.refused_by_reason == {"unknown_currency": 1}
        assert dict(rouble.rows("items", "item_id", "category")) == {"shoes": "Shoes", "bare": None}

    @pytest.mark.parametrize(("rate", "price"), [("1", 700), ("1.0", 700), ("100", 1000), ("10", 1000), ("0.1", 1000)])
    def test_the_shop_s_currency_is_the_one_whose_rate_is_one(self, rouble: Importer, rate: str, price: int) -> None:
        rouble.settle(currency={"rates": {"USD": 0.7}})
        currencies = f"<currency id='USD' rate='{rate}'/><currency id='RUB' rate='1'/>"
        rouble.take("items", self._feed(rouble, "a", currencies, "Shoes"))
        assert rouble.rows("items", "price_minor") == [(price,)]

    def test_categories_in_a_circle_are_named_once(self, rouble: Importer) -> None:
        circle = "Self</category><category id='2' parentId='1'>Other</category><category id='1' parentId='2'>Self"
        rouble.take("items", self._feed(rouble, "a", "<currency id='RUB' rate='1'/>", circle))
        assert rouble.rows("items", "category") == [("Other > Self",)]
