"""A feed comes in, its lists go out, and what goes out comes in again: nothing of it is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pairwell import create
from pairwell import open as open_workspace
from pairwell.cli.main import app

FILES = Path(__file__).resolve().parents[2] / "ingest" / "vendors" / "files"
ODD = """<?xml version="1.0" encoding="UTF-8"?>
<yml_catalog date="2026-11-20T10:00+03:00"><shop><offers>
<offer id="A&amp;B" type="vendor.model" available="true" group_id="7"><typePrefix>Кружка</typePrefix>
  <vendor>O'Neil &amp; "Сыновья"</vendor><model>&lt;XL&gt; 5" №1</model><price>100.50</price><categoryId>1</categoryId>
  <param name="Объём" unit="мл">300</param><param name='5" диск'>да &amp; нет</param><rec>Ы-2, 3</rec></offer>
<offer id="Ы-2"><name><![CDATA[Чашка <i>«Север»</i> ]]]]><![CDATA[> & Ко]]></name>
  <price>20</price><rec>A&amp;B</rec></offer>
<offer id="3" available="true"><name>ложка  с   пробелами</name><price>3</price><purchase_price>1</purchase_price>
  <categoryId>2</categoryId><count>7</count></offer>
</offers><categories><category id="1">A &gt; B</category>
<category id="2" parentId="1">Ложки, вилки</category></categories>
</shop></yml_catalog>"""
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    folder = tmp_path / "shop"
    create(folder).close()
    settings = (folder / "pairwell.toml").read_text(encoding="utf-8").replace('currency = "EUR"', 'currency = "RUB"')
    settings = settings.replace("[currency.rates]", "[currency.rates]\nUSD = 90.0")
    (folder / "pairwell.toml").write_text(settings, encoding="utf-8")

    def call(*words: str | Path) -> Result:
        result = CliRunner().invoke(app, [*map(str, words), "--workspace", str(folder)])
        assert result.exit_code == 0, result.output
        return result

    call("publish")
    return call


def held(folder: Path) -> dict[str, Any]:
    """Items and relations of a workspace, without the moments at which they were told."""
    with open_workspace(folder) as shop:
        items = [*shop.facts.items().values()]
        facts = {
            item.item_id: (item.title, item.category, item.price_minor, item.cost_minor, item.stock) for item in items
        }
        more = {item.item_id: (item.brand, item.family, item.attributes, item.published, item.url) for item in items}
        relations = shop.dataset.table("relations").to_pyarrow().to_pylist()
    said = {tuple(row[name] for name in ("anchor_id", "item_id", "relation", "rank")) for row in relations}
    return {"facts": facts, "more": more, "relations": said}


@pytest.mark.parametrize("shape", ["realistic", "without unknown ids", "odd"])
def test_what_a_feed_holds_comes_back(run: Run, tmp_path: Path, shape: str) -> None:
    original = tmp_path / "feed.xml"
    realistic = (FILES / "yml_products.xml").read_bytes().decode("windows-1251").replace("&nbsp;", " ")
    texts = {"realistic": realistic, "without unknown ids": realistic.replace(",LAMP-9", ""), "odd": ODD}
    original.write_bytes(texts[shape].encode("utf-8" if shape == "odd" else "windows-1251"))
    run("ingest", "items", original)
    before = held(tmp_path / "shop")
    assert before["relations"]
    out = tmp_path / "filled.xml"
    run("export", "yml", "--feed", original, "--keep-pins", "--to", out)
    folder = tmp_path / "again"
    CliRunner().invoke(app, ["init", str(folder)])
    (folder / "pairwell.toml").write_bytes((tmp_path / "shop" / "pairwell.toml").read_bytes())
    for words in (["publish"], ["ingest", "items", str(out)]):
        assert CliRunner().invoke(app, [*words, "--workspace", str(folder)]).exit_code == 0
    if shape == "realistic":  # a feed lists only offers that it has
        before["relations"] = {row for row in before["relations"] if row[1] != "LAMP-9"}
    assert held(folder) == before


def test_odd_names_are_read_as_they_are_meant(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(ODD, encoding="utf-8")
    run("ingest", "items", path)
    found = held(tmp_path / "shop")
    assert found["facts"] == {
        "A&B": ('Кружка O\'Neil & "Сыновья" <XL> 5" №1', "A > B", 10_050, None, None),
        "Ы-2": ("Чашка <i>«Север»</i> ]]> & Ко", None, 2_000, None, None),
        "3": ("ложка  с   пробелами", "A > B > Ложки, вилки", 300, 100, 7),
    }
    assert found["more"]["A&B"][2] == {"объем": "300 мл", "5_диск": "да & нет"}
    assert found["relations"] == {
        ("A&B", "Ы-2", "complement", 0),
        ("A&B", "3", "complement", 1),
        ("Ы-2", "A&B", "complement", 0),
    }
