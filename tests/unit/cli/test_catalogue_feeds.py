"""A feed through the command line: what it costs the shop reaches decisions, and what is no feed says what to do."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from tests.unit.cli.conftest import Command

from pairwell import create

_OFFER = """<offer id="{0}" available="true"><name>{0} &amp; Co</name><price>{1}</price><currencyId>RUR</currencyId>
<categoryId>1</categoryId><purchase_price>{2}</purchase_price></offer>
"""
_FEED = """<?xml version="1.0" encoding="windows-1251"?>
<!DOCTYPE yml_catalog SYSTEM "shops.dtd">
<yml_catalog date="2026-11-20 10:00"><shop><currencies><currency id="RUR" rate="1"/></currencies>
<categories><category id="1">Туризм</category></categories><offers>
{}</offers></shop></yml_catalog>
"""
_PRICES = {"TENT": (18_000, 9_000), "PEGS": (1_200, 300), **{f"X{number}": (600, 300) for number in range(20)}}


@pytest.fixture(params=[True, False], ids=["with tax", "without tax"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A workspace that counts in roubles, beside a feed and orders."""
    folder = tmp_path / "shop"
    create(folder).close()
    settings = (folder / "pairwell.toml").read_text(encoding="utf-8").replace('currency = "EUR"', 'currency = "RUB"')
    settings = settings.replace("tax_rate = 0.0", "tax_rate = 0.2")
    if not request.param:
        settings = settings.replace("prices_include_tax = true", "prices_include_tax = false")
    (folder / "pairwell.toml").write_text(settings, encoding="utf-8")
    offers = "".join(_OFFER.format(name, *amounts) for name, amounts in _PRICES.items())
    (tmp_path / "feed.xml").write_bytes(_FEED.format(offers).encode("windows-1251"))
    rng, rows = random.Random(2), ["order_id,item_id,customer_id,quantity,unit_price,placed_at"]
    for number in range(600):
        basket = ["TENT"] + ["PEGS"] * (rng.random() < 0.5) if number % 3 == 0 else []
        basket += rng.sample(sorted(name for name in _PRICES if name[0] == "X"), 2)
        day = f"2026-{1 + number // 60:02}-{1 + number % 28:02}"
        rows += [f"o{number},{name},c{number % 90},1,{_PRICES[name][0]},{day}" for name in basket]
    (tmp_path / "orders.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_the_cost_of_a_feed_is_the_margin_of_offers(
    shop: Path, pairwell: Command, request: pytest.FixtureRequest
) -> None:
    def run(*words: object) -> dict[str, object]:
        result = pairwell(*words, "--workspace", shop, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)  # type: ignore[no-any-return]

    assert pairwell("publish", "--workspace", shop).exit_code == 0
    report = run("ingest", "items", shop.parent / "feed.xml")
    assert (report["recognised"], report["taken"], report["refused"]) == ("yml", len(_PRICES), 0)
    run("ingest", "orders", shop.parent / "orders.csv")
    run("learn")
    assert "100 %" in next(
        line for line in pairwell("status", "--workspace", shop).stdout.splitlines() if "costs" in line
    )
    pairs = run("pairs", "TENT")["pairs"]
    assert [pair["item_id"] for pair in pairs][:1] == ["PEGS"]  # type: ignore[attr-defined]
    answer = run("decide", "--placement", "cart", "--item", "TENT", "--explain", "--dry-run")
    told = [*answer["offers"], *answer["withheld"]]  # type: ignore[misc]
    gains = {
        one["factors"]["gain_minor"]
        for one in told
        if one["item_id"] == "PEGS" and "gain_minor" in one.get("factors", {})
    }
    net = 100_000 if "with tax" in request.node.name else 120_000
    assert net - 30_000 in gains


def test_what_is_no_feed_of_that_table_says_what_to_do(shop: Path, pairwell: Command) -> None:
    def said(*words: object) -> str:
        result = pairwell("ingest", *words, "--workspace", shop)
        assert result.exit_code != 0
        return f"{result.exception} {getattr(result.exception, 'hint', '')}"

    feed, other = shop.parent / "feed.xml", shop.parent / "sitemap.xml"
    assert f"Run `pairwell ingest items {feed}`" in said("orders", feed)
    assert "is not a feed of Google Merchant Center" in said("items", feed, "--source", "google-merchant")
    other.write_text("<urlset><url/></urlset>", encoding="utf-8")
    assert "holds <urlset>; expected a catalogue feed. Name a feed in YML" in said("items", other)
    other.write_bytes(feed.read_bytes()[:-30])
    assert "was cut off. Nothing of it was taken." in said("items", other)
