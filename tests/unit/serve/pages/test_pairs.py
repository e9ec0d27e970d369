"""What stands around an item is shown with its evidence, and people say it better; nothing of a shop runs as script."""

from __future__ import annotations

import csv
import re
from html import unescape
from pathlib import Path

import pytest
from tests.unit.serve.pages.browsing import HOME, Browser
from tests.unit.serve.pages.conftest import EVIL, Ask
from tests.unit.serve.pages.learned_shop import learned, shop, taught, workspace

from pairwell.operations.database import Database
from pairwell.operations.users.audit import AuditLog
from pairwell.operations.users.store import UserStore
from pairwell.shop.face import Shop

__all__ = ["learned", "shop", "taught", "workspace"]
pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
def curator(ask: Ask, users: UserStore) -> Browser:
    """A merchandiser's browser."""
    assert users.list()
    return Browser(ask, "merchandiser")


def relate(browser: Browser, item: str, relation: str, rank: str = "") -> tuple[int, str]:
    fields = {"anchor_id": "tent", "item_id": item, "relation": relation, "rank": rank, "back": "tent"}
    return browser.send("/pairs/relate", **fields)


def text(browser: Browser, path: str = "/texts/write", **more: str) -> tuple[int, str]:
    place = {"item_id": "mat", "kind": "cross_sell", "locale": "en", "placement": "", "variant": ""}
    words = {"title": "", "argument": "", "image_url": ""} if path == "/texts/write" else {}
    return browser.send(path, **(place | words | more))


class TestLookingForItems:
    @pytest.mark.parametrize(
        ("words", "found"),
        [("mat", ["mat"]), ("MAT", ["mat"]),
         ("mug/blue", ["mug/blue"]), ("te nt", ["tent"]), ("mat x", []), (EVIL, [])],
    )  # fmt: skip
    def test_all_words_have_to_be_in_it(self, ask: Ask, words: str, found: list[str]) -> None:
        told = ask("GET", "/api/v1/pairs", params={"q": words}).json()
        assert [one["item_id"] for one in told["items"]] == found
        page = ask("GET", "/pairs", params={"q": words}, headers=HOME)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert found or "No item holds all of these words." in page.text

    def test_without_words_the_most_bought_lead(self, ask: Ask) -> None:
        told = ask("GET", "/api/v1/pairs").json()
        orders = [one["orders"] for one in told["items"]]
        assert told["items"][0]["item_id"] in {"tent", "mat"}
        assert orders == sorted(orders, reverse=True)
        assert '<a href="/item?id=mug%2Fblue">' in ask("GET", "/pairs", headers=HOME).text

    def test_an_id_leads_what_only_holds_it(self, ask: Ask, shop: Shop, tmp_path: Path) -> None:
        path = tmp_path / "items.csv"
        path.write_text("item_id,title,price\nma,Short,1.00\n", encoding="utf-8")
        shop.ingest("items", path)
        assert [one["item_id"] for one in ask("GET", "/api/v1/pairs?q=ma").json()["items"]] == ["ma", "mat"]


class TestAnItem:
    def test_its_relations_stand_with_their_evidence(self, ask: Ask) -> None:
        told = ask("GET", "/api/v1/item?id=tent").json()["around"]
        (complements,) = [one["pairs"] for one in told["lists"] if one["relation"] == "complement"]
        mat = next(one for one in complements if one["item_id"] == "mat")
        page = ask("GET", "/item?id=tent", headers=HOME).text
        assert f"{mat['together']} of its {mat['anchor_orders']} orders" in page
        assert f"surely {mat['effect']:.1f} times chance" in page

    def test_its_neighbours_are_links_of_a_drawing_that_one_can_walk(self, ask: Ask) -> None:
        (drawn,) = re.findall(r"<svg viewBox.*?</svg>", ask("GET", "/item?id=tent", headers=HOME).text, re.DOTALL)
        links = [unescape(link) for link in re.findall(r'<a href="([^"]+)"', drawn)]
        assert "/item?id=mat" in links
        assert all(ask("GET", link, headers=HOME).status_code == 200 for link in links)

    @pytest.mark.parametrize(("path", "status"), [("/item", 400), ("/item?id=nope", 404), ("/item?id=tent&x=1", 400)])
    def test_what_is_wrong_is_told(self, ask: Ask, path: str, status: int) -> None:
        assert ask("GET", path).status_code == status
        assert ask("GET", path, headers=HOME).status_code == status

    def test_whoever_may_only_read_is_shown_no_form(self, ask: Ask, curator: Browser) -> None:
        assert "/pairs/relate" in curator.see("/item?id=tent")[1]
        status, page = Browser(ask, "viewer").see("/item?id=tent")
        assert (status, "/pairs/relate" in page, "/texts/write" in page) == (200, False, False)

    def test_nothing_of_the_shop_runs_as_script(self, ask: Ask, shop: Shop, tmp_path: Path) -> None:
        for table, rows in {
            "items": (("item_id", "title", "category", "price"), (EVIL, EVIL, EVIL, "1.00")),
            "relations": (
                ("anchor_id", "item_id", "relation"),
                (EVIL, "tent", "complement"),
                ("tent", EVIL, "upgrade"),
            ),
        }.items():
            with (file := tmp_path / f"{table}.csv").open("w", newline="", encoding="utf-8") as stream:
                csv.writer(stream).writerows(rows)
            assert shop.ingest(table, file).taken == len(rows) - 1
        for path in ("/pairs", "/item"):
            page = ask(
                "GET", path, params={"q": EVIL} if path == "/pairs" else {"id": EVIL, "other": EVIL}, headers=HOME
            )
            assert page.status_code == 200
            assert "alert(" in page.text
            assert "<script>alert" not in page.text
            assert "<img" not in page.text
        assert "<script>alert" not in ask("GET", "/item?id=tent", headers=HOME).text

    def test_before_anything_was_learned_what_people_said_stands_there(self, ask: Ask, shop: Shop) -> None:
        shop.curating.relate("tent", "mat", "complement", author="eve")
        for path in shop.workspace.models.glob("current*"):
            path.unlink()
        told = ask("GET", "/api/v1/item?id=tent").json()["around"]
        assert [pair["item_id"] for one in told["lists"] for pair in one["pairs"]] == ["mat"]


class TestOfferedToday:
    def test_the_record_says_what_would_be_offered(self, ask: Ask) -> None:
        told = ask("GET", "/api/v1/item?id=tent").json()["today"]
        assert told["mat"]["place"] is not None
        assert (told["mat"]["reason"], told["mat"]["why"]) == (None, None)

    def test_the_page_says_so(self, curator: Browser) -> None:
        page = curator.see("/item?id=tent")[1]
        assert "Offered today?" in page
        assert "yes, place " in page

    def test_a_pin_says_at_once_whether_it_is_shown(self, curator: Browser) -> None:
        said = relate(curator, "mat", "complement")[1]
        assert said == "mat is pinned to tent. The next decision shows it, at place 1 of “product”."


class TestSaying:
    def test_a_pair_is_excluded_taken_back_and_pinned(self, shop: Shop, curator: Browser, database: Database) -> None:
        assert shop.facts.relations_of(["tent"]) == []
        status, said = relate(curator, "mat", "never")
        assert (status, said) == (303, "mat is never offered beside tent, from the next decision on.")
        page = curator.see("/item?id=tent")[1]
        assert '<span class="pill bad">never beside it</span>' in page
        assert relate(curator, "mat", "never")[1].startswith("It was so already.")
        assert "It replaces “never”." in relate(curator, "mat", "substitute")[1]
        relate(curator, "mat", "never")
        assert relate(curator, "mat", "nothing")[1] == "What was said of mat beside tent is taken back."
        assert "What people said" not in curator.see("/item?id=tent")[1]
        assert relate(curator, "lamp", "complement", " 3 ")[0] == 303
        assert [(one.item_id, one.rank) for one in shop.facts.relations_of(["tent"])] == [("lamp", 3)]
        assert "What people said" in curator.see("/item?id=lamp")[1]
        newest = [(one.author, one.action, one.detail) for _, one in AuditLog(database).newest(3)]
        assert newest == [("merchandiser", "relation_said", word) for word in ("complement", "nothing", "never")]

    @pytest.mark.parametrize(
        ("wrong", "status"),
        [(("tent", "never"), 400), (("nope", "never"), 404), (("mat", "friend"), 400), (("mat", EVIL), 400),
         (("mat", "complement", "first"), 400), (("mat", "complement", "٣"), 400), (("", "never"), 400),
         (("mat", "complement", "9" * 400), 400), ((EVIL, "never"), 404)],
    )  # fmt: skip
    def test_what_is_wrong_is_told_and_changes_nothing(
        self, shop: Shop, curator: Browser, wrong: tuple[str, ...], status: int
    ) -> None:
        told, page = relate(curator, *wrong)
        assert (told, "<script>alert" in page) == (status, False)
        assert '<form id="refused"' in page
        assert shop.facts.relations_of(["tent"]) == []

    def test_it_never_leads_to_another_server(self, ask: Ask, shop: Shop) -> None:
        assert shop.facts.relations_of(["tent"]) == []
        fields = {"anchor_id": "tent", "item_id": "mat", "relation": "never", "rank": "", "back": "//evil.example\r\n"}
        sent = ask("POST", "/pairs/relate", data=fields, headers={"origin": "http://127.0.0.1:8421"})
        assert sent.headers["location"] == "/item?id=%2F%2Fevil.example%0D%0A"


class TestTexts:
    def test_a_text_is_written_and_taken_back(self, shop: Shop, curator: Browser) -> None:
        assert text(curator, argument="Warm feet.") == (303, "The text is written. The next offer has it.")
        assert "Warm feet." in curator.see("/item?id=mat")[1]
        assert [one.argument for one in shop.facts.items()["mat"].texts] == ["Warm feet."]
        told = text(curator, "/texts/withdraw")
        assert told == (303, "The text is taken back. The next offer is without it.")
        assert shop.facts.items()["mat"].texts == []

    @pytest.mark.parametrize(
        "wrong", [{}, {"argument": EVIL}, {"kind": "gift", "title": "A"}, {"locale": "", "title": "A"},
                  {"title": "w" * 121}, {"image_url": "javascript:alert(1)"}],
    )  # fmt: skip
    def test_what_may_not_be_shown_is_refused(self, shop: Shop, curator: Browser, wrong: dict[str, str]) -> None:
        status, page = text(curator, **wrong)
        assert (status, "<script>alert" in page) == (400, False)
        assert '<form id="refused" class="row" method="post" action="/texts/write">' in page
        assert shop.facts.items()["mat"].texts == []
