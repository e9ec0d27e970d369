"""Dark patterns are listed with law and mend, keep a draft from going live, and no own text with one is stored."""

from __future__ import annotations

import re
from html import unescape

import pytest
from tests.unit.serve.pages.browsing import HOME, Browser
from tests.unit.serve.pages.conftest import EVIL, Ask
from tests.unit.serve.pages.learned_shop import learned, shop, taught, workspace

from pairwell.config.published import settings_standing
from pairwell.config.workspace import Workspace
from pairwell.fairness.patterns import PATTERNS
from pairwell.offer_words import OfferText
from pairwell.operations.users.store import UserStore
from pairwell.shop.face import Shop

__all__ = ["learned", "shop", "taught", "workspace"]
pytestmark = pytest.mark.usefixtures("cheap_hashes")


def write(browser: Browser, **words: str) -> tuple[int, str]:
    place = {"item_id": "mat", "kind": "cross_sell", "locale": "en", "placement": "", "variant": ""}
    return browser.send("/texts/write", **{**place, "title": "", "argument": "", "image_url": "", **words})


def loosen(workspace: Workspace) -> None:
    """A draft in which a no counts for nothing."""
    text = workspace.settings_file.read_text(encoding="utf-8")
    changed, times = re.subn(r"(?m)^quiet_days = .*$", "quiet_days = 0.0", text)
    assert times == 1
    workspace.settings_file.write_text(changed, encoding="utf-8")


def test_every_pattern_stands_on_the_page_and_in_its_twin(ask: Ask) -> None:
    told = ask("GET", "/api/v1/fairness").json()
    assert (told["of"], told["fairness"]["blocked"]) == ("draft", False)
    assert [one["pattern"] for one in told["fairness"]["patterns"]] == list(PATTERNS)
    page = ask("GET", "/fairness", headers=HOME)
    assert page.status_code == 200
    shown = re.sub("</?code>", "`", unescape(page.text))
    assert all(pattern.label in shown and pattern.mend in shown for pattern in PATTERNS.values())
    assert all(source in shown for pattern in PATTERNS.values() for source in pattern.sources)


def test_the_page_speaks_the_language_of_its_reader(ask: Ask) -> None:
    page = ask("GET", "/fairness", headers={**HOME, "accept-language": "pl"}).text
    assert "Nieprawdziwy niedobór" in page
    assert "Scarcity that is not true" not in page


def test_what_is_live_is_another_view_and_nothing_else_is(ask: Ask, workspace: Workspace) -> None:
    loosen(workspace)
    assert ask("GET", "/api/v1/fairness").json()["fairness"]["blocked"]
    assert not ask("GET", "/api/v1/fairness?of=live").json()["fairness"]["blocked"]
    assert ask("GET", "/fairness?of=all", headers=HOME).status_code == 400


def test_an_unfair_draft_shows_why_and_is_not_published_by_a_form_of_one_s_own(
    ask: Ask, workspace: Workspace, users: UserStore
) -> None:
    assert users.list()
    loosen(workspace)
    admin, stands = Browser(ask, "admin"), settings_standing(workspace)
    page = unescape(admin.see("/settings")[1])
    assert "1 dark pattern: this cannot be published." in page
    assert "a no counts for nothing" in page
    assert 'action="/settings/publish"' not in page
    draft = ask("GET", "/api/v1/settings", headers={"cookie": admin.headers["cookie"]}).json()["draft"]
    assert [one["setting"]["name"] for one in draft["unfair"]] == ["decline.quiet_days"]
    status, said = admin.send("/settings/publish", draft=draft["settings"], share="1.0", reason="all the same")
    assert (status, "a no counts for nothing" in unescape(said)) == (400, True)
    assert '<span class="pill bad">not published</span>' in said  # in the table, not one long paragraph
    assert settings_standing(workspace) == stands
    assert "this cannot be published" in admin.see("/trial")[1]


class TestOwnTexts:
    @pytest.fixture
    def curator(self, ask: Ask, users: UserStore, shop: Shop) -> Browser:
        """A merchandiser's browser."""
        assert users.list()
        assert shop.facts.items()["mat"].texts == []
        return Browser(ask, "merchandiser")

    @pytest.mark.parametrize("words", ["Only 2 left", "Последний шанс", "Wszyscy kupują"])
    def test_one_with_a_dark_pattern_is_refused_with_the_reason(self, curator: Browser, words: str, shop: Shop) -> None:
        status, page = write(curator, argument=words)
        told = unescape(page)
        assert status == 400
        assert f"“{words}”" in told
        assert "Directive 2005/29/EC" in told
        assert shop.facts.items()["mat"].texts == []

    def test_a_plain_one_is_written(self, curator: Browser, shop: Shop) -> None:
        assert write(curator, argument="Only 1 plug is needed")[0] == 303
        assert [text.argument for text in shop.facts.items()["mat"].texts] == ["Only 1 plug is needed"]

    def test_nothing_of_a_text_runs_as_script(self, curator: Browser) -> None:
        status, page = write(curator, argument=f"Only 2 left {EVIL}")
        assert (status, "<script>alert" in page, "<img" in page) == (400, False, False)

    def test_one_that_came_by_a_file_stands_among_the_findings(self, ask: Ask, shop: Shop) -> None:
        path = shop.workspace.root / "texts.csv"
        path.write_text("item_id,kind,locale,argument\nmat,cross_sell,en,Hurry up\n", encoding="utf-8")
        assert shop.ingest("offer_texts", path).warned_by_rule == {"fake_urgency": 1}
        told = ask("GET", "/api/v1/fairness").json()["fairness"]
        (found,) = [one for pattern in told["patterns"] for one in pattern["findings"] if one["text"]]
        assert (told["blocked"], found["text"]["words"]) == (True, "Hurry")
        assert '<a href="/item?id=mat">' in ask("GET", "/fairness", headers=HOME).text
        shop.curating.write_text("mat", OfferText(kind="cross_sell", locale="en"), author="eve")
