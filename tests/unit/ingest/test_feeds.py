"""Feeds in XML: what is read of them, in which encoding, and what is never followed."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from pairwell.errors import SourceError
from pairwell.ingest.feeds import is_markup, read_feed
from pairwell.ingest.formats import sample_file
from pairwell.ingest.mapping import FileFormat
from pairwell.ingest.sources import Limits

PROLOG = '<?xml version="1.0" encoding="{}"?>\n'
BODY = """<yml_catalog date="2026-11-20 10:00"><shop>
<categories><category id="1">Посуда</category><category id="2" parentId="1">Чашки</category></categories>
<offers>
<offer id="CUP"><name>Чашка "Север" &amp; блюдце</name><price>100</price><categoryId>2</categoryId>
  <picture>a.jpg</picture><picture>b.jpg</picture><param name="Объём" unit="мл">300</param></offer>
<offer id="MUG"><name><![CDATA[Кружка <большая>]]></name><price>200</price></offer>
</offers></shop></yml_catalog>
"""
CUP = {
    "@id": "CUP",
    "name": 'Чашка "Север" & блюдце',
    "price": "100",
    "categoryId": "2",
    "picture": ["a.jpg", "b.jpg"],
    "param": {"@name": "Объём", "@unit": "мл", "": "300"},
}
Refusals = list[tuple[int, str]]


def feed(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "feed.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def read(path: Path, *, most: int = 1_000_000) -> tuple[list[tuple[int, str, dict[str, object]]], Refusals]:
    """Line, name and cells of every record, and line and reason of every refusal."""
    refused: Refusals = []
    sample = sample_file(path, limits=Limits(max_line_bytes=most))
    elements = read_feed(path, sample.file, most=most, refuse=lambda line, reason, _: refused.append((line, reason)))
    return [(element.line, element.name, element.cells) for element in elements], refused


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", None),
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "utf-8"),
        ("windows-1251", "windows-1251"),
        ("windows-1251", "Windows-1251"),
        ("windows-1251", "cp1251"),
        ("koi8-r", "KOI8-R"),
        ("iso-8859-5", "iso-8859-5"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "utf-16"),
        ("utf-8", "windows-1251"),  # saved anew by an editor that left the prolog as it was
        ("windows-1251", "utf-8"),
        ("windows-1251", None),
        ("utf-8", "no-such-encoding"),
        ("utf-8", "hex"),
    ],
)
def test_every_encoding_gives_the_same(tmp_path: Path, encoding: str, declared: str | None) -> None:
    text = (PROLOG.format(declared) if declared else "") + BODY
    records, refused = read(feed(tmp_path, text, encoding))
    assert refused == []
    assert [name for _, name, _ in records] == ["category", "category", "offer", "offer"]
    assert records[1][2] == {"@id": "2", "@parentId": "1", "": "Чашки"}
    assert records[2] == (4 + bool(declared), "offer", CUP)
    assert records[3][2]["name"] == "Кружка <большая>"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_the_file(tmp_path: Path, ends: str) -> None:
    path = feed(tmp_path, gzip.compress(f"\n\n{PROLOG.format('utf-8')}{BODY}".replace("\n", ends).encode()))
    assert [line for line, name, _ in read(path)[0] if name == "offer"] == [7, 9]


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE yml_catalog SYSTEM "shops.dtd">',
        '<!DOCTYPE yml_catalog PUBLIC "-//Yandex//DTD" "https://example.com/shops.dtd">',
        "<!DOCTYPE yml_catalog>",
        '<!DOCTYPE yml_catalog SYSTEM "file:///dev/random" [<!ELEMENT shop ANY>]>',
    ],
)
def test_a_doctype_is_let_stand_and_never_opened(tmp_path: Path, doctype: str) -> None:
    (tmp_path / "shops.dtd").write_text('<!ENTITY leak "leaked">', encoding="utf-8")
    records, _ = read(feed(tmp_path, PROLOG.format("utf-8") + doctype + BODY))
    assert len(records) == 4


def test_names_of_html_are_read_where_a_dtd_stands_for_them(tmp_path: Path) -> None:
    text = '<!DOCTYPE yml_catalog SYSTEM "shops.dtd">' + BODY.replace("Посуда", "&laquo;Посуда&raquo;&nbsp;&leak;")
    assert read(feed(tmp_path, text))[0][0][2][""] == "«Посуда»\u00a0&leak;"
    with pytest.raises(SourceError, match="line 2: undefined entity") as raised:
        read(feed(tmp_path, BODY.replace("Посуда", "&laquo;")))
    assert "&#160;" in (raised.value.hint or "")


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/hostname">',
        '<!ENTITY a PUBLIC "x" "http://127.0.0.1:9/x">',
        '<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;',
    ],
)
def test_a_file_with_entities_of_its_own_is_refused_unread(tmp_path: Path, entities: str) -> None:
    text = f"<!DOCTYPE yml_catalog [\n{entities}]>" + BODY.replace("Посуда", "&a;")
    with pytest.raises(SourceError, match="declares the entity 'a' at line 2"):
        read(feed(tmp_path, text))


def test_an_offer_of_bytes_that_mean_nothing_is_refused_alone(tmp_path: Path) -> None:
    content = (PROLOG.format("windows-1251") + BODY).encode("windows-1251")
    records, refused = read(feed(tmp_path, content.replace("Чашка".encode("cp1251"), b"\x98")))
    assert refused == [(5, "undecodable")]
    assert [cells["@id"] for _, name, cells in records if name == "offer"] == ["MUG"]


def test_an_offer_longer_than_a_line_may_be_is_refused_alone(tmp_path: Path) -> None:
    records, refused = read(feed(tmp_path, BODY.replace("<большая>", "x" * 5_000)), most=2_000)
    assert refused == [(6, "line_too_long")]
    assert [cells["@id"] for _, name, cells in records if name == "offer"] == ["CUP"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<urlset><url><loc>https://example.com</loc></url></urlset>", "holds <urlset>; expected a catalogue feed"),
        ('<?xml version="1.0"?><КоммерческаяИнформация/>', "holds <КоммерческаяИнформация>"),
        ("<!DOCTYPE html>\n<html><head><meta></head></html>", "is a web page"),
        ("<yml_catalog><shop/></yml_catalog>", "without an offer"),
        ("<yml_catalog><shop><offers/></shop></yml_catalog>", "without an offer"),
        ("<yml_catalog><shop>\n<offers></shop></yml_catalog>", "line 2: mismatched tag"),
        ("<yml_catalog><shop>\n<name>A & B</name></shop></yml_catalog>", "line 2: not well-formed"),
        ("<yml_catalog>\n<shop a='1' a='2'/></yml_catalog>", "line 2: duplicate attribute"),
        ("<yml_catalog>\n" + "<a>" * 100, "more than 64 elements inside each other at line 2"),
        ("<yml_catalog>\n<!-- " + "x" * 2_000_000, "a tag or a comment of more than 1,000,000 characters"),
        ("<yml_catalog>\n<shop>\x01</shop></yml_catalog>", "line 2: not well-formed"),
        ("<rss><channel><g:item/></channel></rss>", "line 1: unbound prefix"),
    ],
)
def test_what_is_no_feed_or_a_broken_one_says_so(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SourceError, match=said) as raised:
        read(feed(tmp_path, text))
    assert raised.value.hint


def test_a_workbook_that_is_called_a_feed_is_told_by_its_bytes(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"an Excel workbook; expected CSV, .* or a feed in XML"):
        read(feed(tmp_path, b"PK\x03\x04" + bytes(100)))


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("<?xml version='1.0'?><a/>", True),
        ("\n <!DOCTYPE html><html>", True),
        ("<!-- made by --><a/>", True),
        ("<rss version='2.0'>\n<channel>", True),
        ("<feed/>", True),
        ("<TICKER>,<PER>,<DATE>\nABC,1,2", False),
        ("<sku>\t<title>\nA\tB", False),
        ("sku,title\n<b>A</b>,B", False),
        ("< 5,a\n", False),
    ],
)
def test_a_table_is_no_markup(text: str, *, markup: bool) -> None:
    assert is_markup(text) is markup


def test_memory_holds_a_piece_of_a_feed_however_long_it_is(tmp_path: Path) -> None:
    def peak(times: int) -> int:
        offer = BODY[BODY.index("<offer id") : BODY.index("</offers>")]
        path = feed(tmp_path, BODY.replace("</offers>", f"{offer * times}</offers>"))
        file = FileFormat(format="xml")
        tracemalloc.start()
        number = sum(1 for _ in read_feed(path, file, most=1_000_000, refuse=lambda *_: None))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert number == 4 + 2 * times
        return most

    assert peak(12_000) < 1.3 * peak(3_000)


def test_google_fields_stay_apart_from_those_of_other_namespaces(tmp_path: Path) -> None:
    text = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:q="http://base.google.com/ns/1.0"><entry>
    <id>tag:1</id><q:id>CUP</q:id><link href="https://shop.example.com/cup"/></entry></feed>"""
    assert read(feed(tmp_path, text))[0] == [
        (1, "entry", {"id": "tag:1", "g:id": "CUP", "link": {"@href": "https://shop.example.com/cup"}})
    ]
