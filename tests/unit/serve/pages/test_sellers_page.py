"""Pages of people who sell, as their commands say them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import msgspec
import pytest
from tests.unit.serve.pages.browsing import HOME, Browser
from tests.unit.serve.pages.conftest import EVIL, Ask

from pairwell.config.workspace import Workspace
from pairwell.operations.users.store import UserStore
from pairwell.said import plain
from pairwell.shop.face import Shop, open_shop

pytestmark = pytest.mark.usefixtures("cheap_hashes", "published")
TITLE = EVIL.replace('"', "")


@pytest.fixture
def shop(workspace: Workspace) -> Iterator[Shop]:
    """A tent with a mat, sold by two, one of whom is called by markup."""
    with closing(open_shop(workspace.root)) as opened:
        path = opened.workspace.root / "orders.csv"
        sellers = ("s1", TITLE)
        rows = [f'o{n},tent,Tent,Tents,"{sellers[n % 2]}",c{n % 9},2026-10-{n % 28 + 1:02},100' for n in range(60)]
        rows += [f'o{n},mat,Mat,Sleep,"{sellers[n % 2]}",c{n % 9},2026-10-{n % 28 + 1:02},20' for n in range(45)]
        rows += [f'p{n},lamp,Lamp,Light,"s1",c{n % 9},2026-10-{n % 28 + 1:02},15' for n in range(300)]
        head = "order_id,item_id,title,category,seller_id,customer_id,placed_at,unit_price"
        path.write_text("\n".join([head, *rows]), "utf-8")
        opened.ingest("orders", path)
        opened.learn()
        yield opened


def test_pages_and_programs_get_what_the_commands_print(ask: Ask, shop: Shop) -> None:
    told = ask("GET", "/api/v1/sellers").json()
    assert told["found"] == msgspec.json.decode(msgspec.json.encode(shop.sellers.scoreboard(), enc_hook=plain))
    assert told["items"][0]["title"] == "Lamp"
    card = ask("GET", "/api/v1/sellers/card?item=tent").json()["found"]
    assert [one["item_ids"] for one in card["add_ons"]] == [["mat"]]
    assert ask("GET", "/api/v1/sellers/training?category=Tents").json()["found"]["category"] == "Tents"
    assert ask("GET", "/api/v1/sellers/bonus").json()["found"]["rule"]["rule"] == "none"

    browser = Browser(ask, None)
    for path in ("/sellers", "/sellers/card?item=tent", "/sellers/training?category=Tents", "/sellers/bonus"):
        status, shown = browser.see(path)
        assert (status, "<script>alert" in shown) == (200, False)
    assert "too few sales to tell" in browser.see("/sellers")[1]


def test_a_page_speaks_the_language_of_its_reader(ask: Ask, shop: Shop) -> None:
    assert shop.sellers.categories() == ["Light", "Sleep", "Tents"]
    shown = ask("GET", "/sellers/card?item=tent", headers={**HOME, "accept-language": "pl"}).text
    assert "Co do tego pasuje" in shown
    assert "What goes with it" not in shown


def test_a_loyalty_programme_is_tried_on_the_orders_and_leads_to_an_experiment(ask: Ask, shop: Shop) -> None:
    browser = Browser(ask, None)
    status, empty = browser.see("/loyalty")
    assert (status, 'name="bonus"' in empty, "Bonuses taken" in empty) == (200, True, False)
    shown = browser.see("/loyalty?purchases=3&bonus=2.50&expires_days=60")[1]
    assert 'value="2.50"' in shown
    assert shop.published.settings.shop.currency in shown
    assert "Only an experiment tells." in shown
    assert 'href="/experiments/plan?metric=margin&amp;effect=' in shown
    told = ask("GET", "/api/v1/loyalty?purchases=3&bonus=2.50").json()
    assert (told["found"]["programme"]["bonus_minor"], told["effect"][-1]) == (250, "%")
    plan = browser.see(f"/experiments/plan?metric=margin&effect={told['effect'].replace('%', '%25')}&holdout=0.5")[1]
    assert "Start an experiment" in plan or "Too long" in plan
    assert ask("GET", "/api/v1/loyalty?bonus=much").json()["error"]["field"] == "bonus"


def test_an_empty_shop_is_told_what_is_missing(ask: Ask) -> None:
    browser = Browser(ask, None)
    for path in ("/sellers", "/sellers/bonus", "/loyalty?bonus=5"):
        assert "pairwell ingest orders FILE" in browser.see(path)[1]
    shown = browser.see("/sellers")[1]
    assert "order_id,placed_at,seller_id" in shown
    assert "pairwell ingest sellers sellers.csv" in shown


_LED_TO = ('<a href="/sellers" title=', '<a href="/reports/sellers" title=')


def test_only_where_orders_name_who_sold_anything_leads_there(ask: Ask, workspace: Workspace) -> None:
    browser = Browser(ask, None)
    assert not any(link in browser.see("/sellers")[1] for link in _LED_TO)
    assert "/reports/sellers" not in browser.see("/reports")[1]
    assert browser.see("/reports/sellers")[0] == 200
    with closing(open_shop(workspace.root)) as shop:
        _ingest(shop, "order_id,item_id,placed_at,unit_price\no1,tent,2026-10-01,100\n")
        assert not any(link in browser.see("/sellers")[1] for link in _LED_TO)
        _ingest(shop, "order_id,item_id,placed_at,unit_price,seller_id\no2,tent,2026-10-02,100,s1\n")
    assert all(link in browser.see("/sellers")[1] for link in _LED_TO)
    assert all(link in browser.see("/sellers/card?item=x")[1] for link in _LED_TO)
    assert "/reports/sellers" in browser.see("/reports")[1]


def _ingest(shop: Shop, rows: str) -> None:
    path = shop.workspace.root / "some.csv"
    path.write_text(rows, "utf-8")
    shop.ingest("orders", path, source=f"{len(rows)}")


@pytest.mark.parametrize(
    ("path", "status"),
    [("card", 400), ("card?item=x", 404), ("training", 400), ("training?category=x", 404), ("bonus?since=x", 400)],
)
def test_what_is_wrong_is_named(ask: Ask, shop: Shop, path: str, status: int) -> None:
    assert shop.sellers.categories()
    assert ask("GET", f"/sellers/{path}").status_code == status


def test_only_who_governs_sees_what_people_earn(ask: Ask, users: UserStore) -> None:
    assert users.list()
    assert Browser(ask, "analyst").see("/sellers/bonus")[0] == 403
    assert "/sellers/bonus" not in Browser(ask, "analyst").see("/sellers")[1]
    assert Browser(ask, "admin").see("/sellers/bonus")[0] == 200
