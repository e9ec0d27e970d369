"""What is unfair is refused by publish, listed by fairness and warned of by ingest."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.conftest import Command

from pairwell import create
from pairwell import open as open_workspace
from pairwell.config.published import load_settings, settings_hash
from pairwell.config.workspace import SETTINGS_NAME, read_draft
from pairwell.errors import RequestError, UnfairError, exit_code
from pairwell.fairness.finding import Fairness
from pairwell.shop import status
from pairwell.shop.fairness import check_settings

HEAD = "item_id,kind,locale,argument\n"
WAIVER = """
[[waived]]
name = "counted"
pattern = "fake_scarcity"
item = "mat"
words = "Ostatnie sztuki"
reason = "counted by hand"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with a mat and a tent."""
    folder = tmp_path_factory.mktemp("fair")
    items = folder / "items.csv"
    items.write_text("item_id,title,price\nmat,Mat,12.99\ntent,Tent,199.00\n", encoding="utf-8")
    with create(folder / "shop") as shop:
        shop.ingest("items", items)
    return folder / "shop"


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test to change."""
    return Path(shutil.copytree(made, tmp_path / "shop"))


def say(pairwell: Command, shop: Path, *rows: str) -> str:
    path = shop.parent / "texts.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    done = pairwell("ingest", "offer_texts", path, "--workspace", shop)
    assert done.exit_code == 0, done.output
    return done.stdout


def draft(shop: Path, before: str, after: str) -> None:
    path = shop / SETTINGS_NAME
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_a_fair_shop_is_told_all_that_was_looked_for(pairwell: Command, shop: Path) -> None:
    say(pairwell, shop, "mat,cross_sell,en,Soft and warm", "tent,upgrade,ru,Для четверых")
    done = pairwell("fairness", "--workspace", shop)
    assert done.exit_code == 0
    assert "pairwell.toml and 2 own texts, looked through for dark patterns." in done.stdout
    assert "Shame and guilt (guilt): nothing found" in done.stdout
    found = json.loads(pairwell("fairness", "--workspace", shop, "--json").stdout)
    assert (found["blocked"], found["texts"]) == (False, 2)
    assert len(found["patterns"]) == 12
    assert all(one["sources"] and one["mend"] and one["findings"] == [] for one in found["patterns"])
    assert pairwell("publish", "--workspace", shop).exit_code == 0


def test_a_guard_that_is_none_is_refused_with_its_line_and_the_live_settings_stay(
    pairwell: Command, shop: Path
) -> None:
    draft(shop, "add_on_price_share = 0.3\n", "add_on_price_share = 4.0\n")
    lines = (shop / SETTINGS_NAME).read_text(encoding="utf-8").splitlines()
    line = lines.index("add_on_price_share = 4.0") + 1
    done = pairwell("publish", "--workspace", shop)
    assert isinstance(done.exception, UnfairError)
    assert exit_code(done.exception) == 2
    assert f"pairwell.toml, line {line}, guards.add_on_price_share: Add-ons may cost 4 times" in done.exception.message
    assert isinstance(pairwell("publish", "--share", "0.1", "--workspace", shop).exception, UnfairError)
    assert len(json.loads(pairwell("publish", "--log", "--json", "--workspace", shop).stdout)) == 1
    checked = pairwell("fairness", "--workspace", shop)
    assert (checked.exit_code, "1 finding: publish refuses." in checked.stdout) == (2, True)
    assert pairwell("fairness", "--live", "--workspace", shop).exit_code == 0
    assert "1 dark pattern" in pairwell("settings", "show", "--workspace", shop).stdout
    draft(shop, 'industry = "retail"', 'industry = "finance"')
    assert pairwell("publish", "--workspace", shop).exit_code == 0


def test_a_text_that_comes_in_is_warned_of_kept_and_blocks_until_it_is_mended(pairwell: Command, shop: Path) -> None:
    said = say(
        pairwell, shop, "mat,cross_sell,pl,Ostatnie sztuki", "tent,cross_sell,ru,Прочная", "mat,cross_sell,en,€5"
    )
    assert "Texts that hold a dark pattern: 2. Taken all the same" in said
    assert "own text of mat, en, cross sell, argument: “€5” names a price, and the item costs €12.99." in said
    assert "1 warned: fake_scarcity" in said
    assert "3 taken" in said
    assert isinstance(pairwell("publish", "--workspace", shop).exception, UnfairError)
    say(pairwell, shop, "mat,cross_sell,pl,Ostatnie sztuki", "mat,cross_sell,en,€12.99")
    file = shop / SETTINGS_NAME
    file.write_text(file.read_text(encoding="utf-8") + WAIVER, encoding="utf-8")
    done = pairwell("publish", "--workspace", shop)
    assert done.exit_code == 0, done.exception
    assert "  waived: counted by hand" in done.stdout
    assert "warned" not in say(pairwell, shop, "mat,cross_sell,pl,Ostatnie sztuki")
    say(pairwell, shop, "mat,cross_sell,pl,Miękka")
    assert "The waiver 'counted' is of no words" in pairwell("fairness", "--workspace", shop).stdout


@pytest.mark.parametrize("share", [None, 0.1])
def test_what_is_checked_is_what_goes_live(shop: Path, monkeypatch: pytest.MonkeyPatch, share: float | None) -> None:
    """Somebody writes into the file between the check and the publication."""
    draft(shop, "max = 4", "max = 3")

    def check_slowly(*asked: Any, **named: Any) -> Fairness:
        draft(shop, "add_on_price_share = 0.3\n", "add_on_price_share = 9.0\n")
        return check_settings(*asked, **named)

    monkeypatch.setattr(status, "check_settings", check_slowly)
    with open_workspace(shop) as opened:
        made = opened.publish(share)
        live = load_settings(opened.workspace, made.settings).settings
    assert (live.guards.add_on_price_share, live.slots.max) == (0.3, 3)


def test_what_is_not_what_was_looked_at_is_not_published(shop: Path) -> None:
    with open_workspace(shop) as opened:
        seen, live = settings_hash(read_draft(opened.workspace)), opened.published.hash
        draft(shop, "max = 4", "max = 3")
        with pytest.raises(RequestError, match="nothing was done"):
            opened.publish(seen=seen)
        assert opened.published.hash == live


def test_titles_and_stories_are_warned_of_and_only_grave_titles_block(pairwell: Command, shop: Path) -> None:
    items, stories = shop.parent / "more.csv", shop.parent / "stories.csv"
    items.write_text("item_id,title,price\nmat,Mat: last chance,12.99\ntent,Customers love this tent,199.00\n")
    stories.write_text("story_id,locale,text\ncase,en,Everyone buys it\n")
    said = pairwell("ingest", "items", items, "--workspace", shop).stdout
    assert "Texts that hold a dark pattern: 2. Taken all the same" in said
    assert "title of mat in the catalogue: “last chance” presses for time" in said
    assert "story of case" in pairwell("ingest", "stories", stories, "--workspace", shop).stdout
    found = json.loads(pairwell("fairness", "--workspace", shop, "--json").stdout)
    told = {(one["text"]["of"], one["blocks"]) for kind in found["patterns"] for one in kind["findings"]}
    assert told == {("title", True), ("title", False), ("story", False)}
    assert isinstance(pairwell("publish", "--workspace", shop).exception, UnfairError)


def test_an_unfair_trial_is_not_begun(pairwell: Command, shop: Path) -> None:
    tried = shop.parent / "tried.toml"
    tried.write_text("[decline]\nquiet_days = 0.0\n", encoding="utf-8")
    done = pairwell("experiment", "start", "no-means-yes", "--settings", tried, "--workspace", shop)
    assert isinstance(done.exception, UnfairError)
    assert json.loads(pairwell("experiment", "list", "--json", "--workspace", shop).stdout) == []
