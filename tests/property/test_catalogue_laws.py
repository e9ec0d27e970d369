"""Whatever stands in a feed, its text comes out as it went in; whatever is cut off it, nobody takes a part for all."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwell.errors import SourceError
from pairwell.ingest.feeds import read_feed
from pairwell.ingest.mapping import FileFormat
from pairwell.ingest.vendors.export import Given, Row
from pairwell.ingest.vendors.yml import YML

# What XML allows and line ends do not change; U+FDD0 stands for bytes that fit no encoding.
CHARACTERS = st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cc"], exclude_characters="\ufdd0\ufffe\uffff")
TEXTS = st.text(CHARACTERS, max_size=12)
NAMES = st.text(CHARACTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
OFFERS = st.lists(
    st.fixed_dictionaries(
        {"@id": NAMES, "name": NAMES, "vendor": NAMES}, optional={"params": st.lists(st.tuples(NAMES, NAMES))}
    ),
    max_size=6,
)
FEED = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE yml_catalog SYSTEM "shops.dtd">
<yml_catalog><shop><categories><category id="1">A</category></categories><offers>
{}
</offers></shop></yml_catalog>"""


def written(offer: dict[str, object], *, cdata: bool) -> str:
    def said(text: object) -> str:
        whole = str(text)
        return f"<![CDATA[{whole.replace(']]>', ']]]]><![CDATA[>')}]]>" if cdata else escape(whole)

    params: list[tuple[str, str]] = offer.get("params", [])  # type: ignore[assignment]
    inner = "".join(f"<{name}>{said(offer[name])}</{name}>" for name in ("name", "vendor"))
    inner += "".join(f"<param name={quoteattr(name)}>{said(value)}</param>" for name, value in params)
    return f"<offer id={quoteattr(str(offer['@id']))}>{inner}</offer>"


def taken(content: bytes, encoding: str = "utf-8") -> tuple[list[Given], list[int]]:
    """Everything read of a feed, and the lines of what was refused."""
    refused: list[int] = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "feed.xml"
        path.write_bytes(content)
        elements = read_feed(
            path,
            FileFormat(format="xml", encoding=encoding),
            most=1_000_000,
            refuse=lambda line, *_: refused.append(line),
        )
        return [Given(path.name, one.line, one.cells) for one in elements if one.name == "offer"], refused


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@given(offers=OFFERS, cdata=st.booleans())
def test_texts_come_out_as_they_went_in(encoding: str, *, offers: list[dict[str, object]], cdata: bool) -> None:
    content = FEED.format("\n".join(written(offer, cdata=cdata) for offer in offers)).encode(encoding)
    found, refused = taken(content, encoding)
    assert refused == []
    assert [(one.cells["@id"], one.cells["name"], one.cells["vendor"]) for one in found] == [
        (offer["@id"], offer["name"], offer["vendor"]) for offer in offers
    ]
    assert [one.line for one in found] == list(range(4, 4 + len(offers)))


@given(
    offers=OFFERS.filter(bool),
    place=st.floats(0, 1, exclude_max=True),
)
def test_a_feed_that_is_cut_anywhere_is_an_error(offers: list[dict[str, object]], place: float) -> None:
    content = FEED.format("\n".join(written(offer, cdata=False) for offer in offers)).encode()
    with pytest.raises(SourceError, match=r"Nothing of it was taken|is empty"):
        taken(content[: int(place * len(content))])


@given(offers=OFFERS.filter(bool), place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_a_byte_that_is_spoilt_gives_an_error_or_all_rows(
    offers: list[dict[str, object]], place: float, byte: int
) -> None:
    content = bytearray(FEED.format("\n".join(written(offer, cdata=False) for offer in offers)).encode())
    content[int(place * len(content))] = byte
    try:
        found, refused = taken(bytes(content))
    except SourceError:
        return
    assert len(found) + len(refused) == len(offers)


@given(
    cells=st.lists(
        st.dictionaries(
            st.sampled_from(
                ["@id", "@available", "name", "price", "categoryId", "param", "rec", "picture", "count", "disabled"]
            ),
            TEXTS
            | st.lists(TEXTS, max_size=3)
            | st.dictionaries(st.sampled_from(["", "@name", "@unit", "@from"]), TEXTS)
            | st.lists(st.dictionaries(st.sampled_from(["", "@name", "@unit"]), TEXTS), max_size=3),
        ),
        max_size=5,
    )
)
def test_every_offer_is_one_row_of_text(cells: list[dict[str, object]]) -> None:
    rows = list(YML.reshape(Given("f", line, one) for line, one in enumerate(cells)))
    items = [piece for piece in rows if piece.table == "items"]
    assert [piece.given.line for piece in items] == list(range(len(cells)))
    assert all(isinstance(value, str) for piece in rows if isinstance(piece, Row) for value in piece.cells.values())
