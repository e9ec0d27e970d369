"""Pages of accounts, and the form that tells what came of a talk."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import msgspec
import pytest
from tests.unit.serve.pages.browsing import HOME, Browser
from tests.unit.serve.pages.conftest import Ask

from pairwell.config.workspace import Workspace, create_workspace
from pairwell.operations.users.store import UserStore
from pairwell.said import plain
from pairwell.shop.face import Shop, open_shop

pytestmark = pytest.mark.usefixtures("cheap_hashes", "published")
ACME = "/accounts/account?id=acme"
LINK = '<a href="/accounts" title='


@pytest.fixture
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    """An empty one; of those who ask for its shop, a copy of the small firm."""
    if "shop" not in request.fixturenames:
        return create_workspace(tmp_path / "shop")
    return Workspace(Path(shutil.copytree(request.getfixturevalue("small_firm"), tmp_path / "shop")))


@pytest.fixture
def shop(workspace: Workspace) -> Iterator[Shop]:
    with open_shop(workspace.root) as opened:
        yield opened


def test_pages_and_programs_get_what_the_commands_print(ask: Ask, shop: Shop) -> None:
    told = ask("GET", "/api/v1/accounts?owner=ann&minutes=60").json()
    work = msgspec.json.decode(msgspec.json.encode(shop.accounts.worklist("ann", 60).work.talks, enc_hook=plain))
    assert (
        [one["account_id"] for one in told["work"]["work"]["talks"]] == [one["account_id"] for one in work] == ["acme"]
    )
    assert told["owners"] == ["ann", "bob"]
    assert [row["account_id"] for row in told["matrix"]["rows"]] == ["acme", "quiet"]
    assert ask("GET", f"/api/v1{ACME}").json()["brief"]["openings"][0]["move"]["plan_id"] == "scale"

    browser = Browser(ask, None)
    for path in ("/accounts", ACME):
        status, shown = browser.see(path)
        assert (status, "<b>Acme" in shown, LINK in shown) == (200, False, True)
        assert "Scale saves 50 a month" in shown
    shown = ask("GET", ACME, headers={**HOME, "accept-language": "pl"}).text
    assert "Z czym przyjść" in shown


def test_an_empty_shop_is_told_which_files_to_ingest(ask: Ask) -> None:
    shown = Browser(ask, None).see("/accounts")[1]
    assert "pairwell ingest plans FILE" in shown
    assert "pairwell ingest subscriptions subscriptions.csv" in shown


def test_what_an_empty_shop_is_shown_makes_a_page_of_accounts(ask: Ask, workspace: Workspace) -> None:
    shown = unescape(Browser(ask, None).see("/accounts")[1])
    assert LINK not in shown
    with open_shop(workspace.root) as shop:
        for table, rows in re.findall(r"pairwell ingest (\w+) \w+\.csv</code>\s*<pre[^>]*>([^<]+)</pre>", shown):
            path = workspace.root / f"{table}.csv"
            path.write_text(rows, "utf-8")
            report = shop.ingest(table, path)
            assert (report.taken, report.refused) == (2, 0), table
        assert [row.name for row in shop.accounts.whitespace().rows] == ["Acme", "North"]
    assert LINK in Browser(ask, None).see("/accounts")[1]  # only now the navigation leads there


def test_what_is_wrong_is_named(ask: Ask, shop: Shop) -> None:
    assert shop.accounts.owners()
    wrong = {"/accounts?minutes=many": 400, "/accounts/account": 400, "/accounts/account?id=x": 404}
    assert {path: ask("GET", path).status_code for path in wrong} == wrong


def test_who_may_curate_tells_what_came_of_a_talk(ask: Ask, shop: Shop, users: UserStore) -> None:
    assert users.list()
    form = {"account_id": "acme", "answer": "no", "move": "scale", "until": "", "reason": "too_dear", "words": ""}
    assert Browser(ask, "analyst").send("/accounts/outcome", **form)[0] == 403
    assert "What came of the talk" not in Browser(ask, "analyst").see(ACME)[1]
    seller = Browser(ask, "merchandiser")
    status, said = seller.send("/accounts/outcome", **form)
    assert (status, "It is noted." in said) == (303, True)
    assert "counts once" in seller.send("/accounts/outcome", **form)[1]
    assert seller.send("/accounts/outcome", **{**form, "until": "soon"})[0] == 400
    (answer,) = shop.accounts.worklist().work.left_alone[:1]
    assert answer.account_id == "acme"
    assert [hold.code for hold in answer.holds] == ["declined_lately"]
