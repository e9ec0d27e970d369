"""Bundles and association rules, as their commands say them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import msgspec
import pytest
from tests.unit.serve.pages.browsing import Browser
from tests.unit.serve.pages.conftest import EVIL, Ask

from pairwell.config.workspace import Workspace
from pairwell.shop.face import Shop, open_shop

pytestmark = pytest.mark.usefixtures("cheap_hashes", "published")
TITLE = EVIL.replace('"', "")


@pytest.fixture
def shop(workspace: Workspace) -> Iterator[Shop]:
    """A shop where who buys a tent mostly buys a mat, which is called by markup."""
    with closing(open_shop(workspace.root)) as opened:
        path = opened.workspace.root / "orders.csv"
        rows = [f"o{n},tent,Tent,c{n % 9},2026-10-{n % 28 + 1:02},100" for n in range(60)]
        rows += [f'o{n},mat,"{TITLE}",c{n % 9},2026-10-{n % 28 + 1:02},20' for n in range(45)]
        rows += [f"p{n},lamp,Lamp,c{n % 9},2026-10-{n % 28 + 1:02},15" for n in range(300)]
        path.write_text("\n".join(["order_id,item_id,title,customer_id,placed_at,unit_price", *rows]), "utf-8")
        opened.ingest("orders", path)
        opened.learn()
        yield opened


def test_pages_and_programs_get_what_the_commands_print(ask: Ask, shop: Shop) -> None:
    told = ask("GET", "/api/v1/bundles").json()
    assert told["bundles"] == msgspec.to_builtins(shop.bundles(30))
    assert told["problem"] is None
    rules = ask("GET", "/api/v1/associations?min_confidence=0.7&sort=confidence").json()
    assert rules["found"] == msgspec.to_builtins(shop.associations(min_confidence=0.7, sort="confidence", n=50))
    assert {(one["antecedent"][0], one["consequent"]) for one in rules["found"]["rules"]} >= {("tent", "mat")}

    browser = Browser(ask, None)
    for path in ("/bundles", "/associations"):
        status, shown = browser.see(path)
        assert (status, "<script>alert" in shown) == (200, False)
    assert 'href="/item?id=mat"' in browser.see("/associations")[1]
    assert "No rule is so sure" in browser.see("/associations?min_confidence=0.99&min_support=0.99")[1]


def test_an_empty_shop_is_told_what_is_missing(ask: Ask) -> None:
    browser = Browser(ask, None)
    assert "pairwell learn" in browser.see("/bundles")[1]
    assert "pairwell ingest orders FILE" in browser.see("/associations")[1]


@pytest.mark.parametrize(
    "query", ["kind=odd", "sort=luck", "min_confidence=1", "min_support=0", "min_support=nan", "min_support=x", "n=3"]
)
def test_what_is_wrong_is_named(ask: Ask, query: str) -> None:
    assert ask("GET", f"/associations?{query}").status_code == 400
