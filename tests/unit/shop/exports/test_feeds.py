from __future__ import annotations

import io
from pathlib import Path

import pytest

from pairwell.errors import SourceError
from pairwell.shop.exports.feeds import fill_feed

FEED = """<?xml version="1.0" encoding="{encoding}"?>
<!DOCTYPE yml_catalog SYSTEM "shops.dtd">
<yml_catalog date="2026-11-20 10:00">
  <shop>
    <name>Лесная лавка</name>
    <offers>
      <!-- палатки -->
      <offer id="TENT" available="true">
        <name>Палатка &amp; тент</name>
        <price>18900</price>
      </offer>
      <offer id="MAT"><name>Коврик</name><rec>OLD</rec><price>3900</price></offer>
      <offer id="PEGS"><name>Колышки</name><rec>KEPT</rec></offer>
    </offers>
  </shop>
</yml_catalog>
"""


def fill(folder: Path, lists: dict[str, list[str]], *, encoding: str = "utf-8", most: int = 30) -> str:
    path = folder / "feed.xml"
    path.write_text(FEED.format(encoding=encoding), encoding=encoding)
    target = io.BytesIO()
    fill_feed(path, lists, target, most=most)
    return target.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_a_feed_gets_lists_and_keeps_all_else(tmp_path: Path, encoding: str) -> None:
    filled = fill(tmp_path, {"TENT": ["PEGS", "MAT"], "MAT": ["PEGS"], "GONE": ["MAT"]}, encoding=encoding)
    wanted = FEED.format(encoding=encoding).replace(
        "<price>18900</price>\n", "<price>18900</price>\n        <rec>PEGS,MAT</rec>\n"
    )
    wanted = wanted.replace("<rec>OLD</rec>", "<rec>PEGS</rec>")
    assert filled.split("\n", 1)[1] == wanted.rstrip("\n").split("\n", 1)[1]
    assert encoding in filled.split("\n", 1)[0]


def test_only_offers_of_the_feed_are_listed_and_no_more_than_there_is_room_for(tmp_path: Path) -> None:
    assert "<rec>MAT</rec>" in fill(tmp_path, {"TENT": ["ELSEWHERE", "MAT", "PEGS"]}, most=1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no XML"),
        ("<yml_catalog><shop>", "is no XML"),
        ("<rss/>", "expected <yml_catalog>"),
        ("<yml_catalog><shop/></yml_catalog>", "no offer"),
    ],
)
def test_what_is_no_feed_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=said):
        fill_feed(path, {}, io.BytesIO(), most=5)
