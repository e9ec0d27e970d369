"""What is said of items one at a time is obeyed by the next decision, and can be taken back; on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.serve.online.conftest import NOW, SETTINGS, learned, publish, taught

from pairwell.config.storing import Operations
from pairwell.config.workspace import Workspace
from pairwell.dataset.store import Dataset
from pairwell.errors import NotFoundError, RequestError
from pairwell.facts.store import FactStore
from pairwell.ingest.facts import are_current, write_facts
from pairwell.offer_words import OfferText
from pairwell.operations.database import open_database
from pairwell.records import Answer
from pairwell.shop.face import Shop
from pairwell.shop.said import LAST_RANK, WORDS, Said
from pairwell.shop.surroundings import surround

__all__ = ["learned", "taught"]


@pytest.fixture(scope="module")
def known(taught: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database that holds the facts of the shop that has learned."""
    file = tmp_path_factory.mktemp("known") / "operations.db"
    with closing(open_database(f"sqlite:///{file}", durability="process")) as database:
        write_facts(Dataset(taught), FactStore(database), timezone="UTC", now=NOW)
    return file


@pytest.fixture
def shop(learned: Workspace, known: Path, database_url: str) -> Iterator[Shop]:
    publish(learned, msgspec.structs.replace(SETTINGS, operations=Operations(url=database_url)))
    if database_url.startswith("sqlite"):
        shutil.copy(known, database_url.removeprefix("sqlite:///"))
    with Shop(learned) as opened:
        if not are_current(opened.dataset, opened.facts):
            write_facts(opened.dataset, opened.facts, timezone="UTC", now=NOW)
        yield opened


def say(shop: Shop, anchor: str, item: str, relation: str, rank: int | None = None) -> Said:
    return shop.curating.relate(anchor, item, relation, rank, author="eve")


def ingest(shop: Shop, folder: Path, *rows: str) -> None:
    path = folder / "said.csv"
    path.write_text("\n".join(("anchor_id,item_id,relation", *rows)) + "\n", encoding="utf-8")
    shop.ingest("relations", path)


def decide(shop: Shop) -> Answer:
    asked = {"placement": "cart", "visitor_id": "v", "cart": [{"item_id": "tent"}], "explain": True}
    return shop.decide(asked, dry_run=True)


def offered(shop: Shop) -> list[str]:
    return [offer.item_id for offer in decide(shop).offers]


def goes_with(shop: Shop, item: str) -> list[tuple[str, bool]]:
    return [(pair.item_id, pair.curated) for pair in shop.pairs(item).pairs]


def test_the_next_decision_obeys_and_what_is_taken_back_is_offered_again(shop: Shop) -> None:
    assert "mat" in offered(shop)
    said = say(shop, "tent", "mat", "never")
    assert (said.stored, [one.relation for one in said.counts]) == (True, ["never"])
    assert "mat" not in offered(shop)
    assert [say(shop, "tent", "mat", word).replaced for word in ("never", "complement", "never")] == [
        [],
        ["never"],
        ["complement"],
    ]
    withheld = decide(shop).withheld
    assert withheld
    assert {one.reason for one in withheld if one.item_id == "mat"} == {"never_together"}
    assert say(shop, "tent", "mat", "nothing").counts == []
    assert "mat" in offered(shop)


def test_pairs_obey(shop: Shop) -> None:
    assert ("mat", False) in goes_with(shop, "tent")
    say(shop, "tent", "mat", "never")
    say(shop, "tent", "mug/blue", "complement")
    assert goes_with(shop, "tent")[0] == ("mug/blue", True)
    assert "mat" not in dict(goes_with(shop, "tent"))
    say(shop, "tent", "mug/blue", "nothing")
    say(shop, "tent", "mat", "nothing")
    assert dict(goes_with(shop, "tent")).get("mug/blue") is not True
    assert ("mat", False) in goes_with(shop, "tent")


def test_said_again_it_changes_nothing(shop: Shop) -> None:
    for word in ("complement", "never", "nothing"):
        snapshot = shop.dataset.newest().number
        assert [say(shop, "tent", "lamp", word).stored for _ in range(2)] == [True, False]
        assert shop.dataset.newest().number == snapshot + 1
    changes = [(one.author, one.subject, one.detail) for _, one in shop.audit.newest(3)]
    assert changes == [("eve", "tent > lamp", word) for word in ("nothing", "never", "complement")]


def test_a_word_of_people_corrects_and_takes_back_that_of_files(shop: Shop, tmp_path: Path) -> None:
    ingest(shop, tmp_path, "tent,lamp,complement", "tent,pan,complement")
    assert goes_with(shop, "tent")[:2] == [("lamp", True), ("pan", True)]
    assert [one.relation for one in say(shop, "tent", "lamp", "substitute").counts] == ["substitute"]
    assert say(shop, "tent", "pan", "nothing").counts == []
    ingest(shop, tmp_path, "tent,lamp,complement", "tent,pan,complement", "tent,mat,complement")
    assert {(one.item_id, one.relation) for one in shop.facts.relations_of(["tent"])} == {
        ("lamp", "substitute"),
        ("mat", "complement"),
    }


def test_a_file_takes_back_what_people_said(shop: Shop, tmp_path: Path) -> None:
    say(shop, "tent", "mat", "never")
    ingest(shop, tmp_path, "tent,mat,nothing")
    assert shop.facts.relations_of(["tent"]) == []
    assert "mat" in offered(shop)


def test_places_follow_one_another_stay_and_can_be_given(shop: Shop) -> None:
    for item in ("mug/blue", "lamp", "mat"):
        say(shop, "tent", item, "complement")
    assert [(one.item_id, one.rank) for one in shop.facts.relations_of(["tent"])] == [
        ("mug/blue", 0),
        ("lamp", 1),
        ("mat", 2),
    ]
    assert not say(shop, "tent", "lamp", "complement").stored
    say(shop, "tent", "mug/blue", "complement", 7)
    assert [one.item_id for one in shop.facts.relations_of(["tent"])] == ["lamp", "mat", "mug/blue"]
    say(shop, "tent", "pan", "complement", LAST_RANK)
    say(shop, "pan", "tent", "upgrade")
    assert say(shop, "tent", "mat", "complement").counts[0].rank == 2


def test_every_word_can_be_said(shop: Shop) -> None:
    for word in WORDS:
        said = say(shop, "lamp", "mat", word)
        assert [one.relation for one in said.counts] == [one for one in (word,) if one != "nothing"]


def test_what_is_wrong_is_named_and_nothing_changes(shop: Shop) -> None:
    before = shop.dataset.newest().number
    wrong: list[tuple[tuple[Any, ...], str]] = [
        (("tent", "tent", "never", None), "item_id"),
        (("", "mat", "never", None), "anchor_id"),
        (("tent", "m\0", "never", None), "item_id"),
        (("tent", "mat", "follow_up", None), "relation"),
        (("tent", "mat", "", None), "relation"),
        (("tent", "mat", "never", 0), "rank"),
        (("tent", "mat", "complement", -1), "rank"),
        (("tent", "mat", "complement", LAST_RANK + 1), "rank"),
        (("tent", "mat", "complement", True), "rank"),
    ]
    for words, field in wrong:
        with pytest.raises(RequestError) as raised:
            say(shop, *words)
        assert (words, raised.value.field) == (words, field)
        assert shop.dataset.newest().number == before


def test_items_that_nobody_knows_have_neighbours_and_can_only_be_taken_back(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="'tentt' is not in the catalogue") as raised:
        say(shop, "tentt", "mat", "never")
    assert raised.value.hint == "Is it one of these? tent (Tent)"
    ingest(shop, tmp_path, "tent,ghost,complement")
    assert say(shop, "tent", "ghost", "nothing").counts == []


def test_an_item_is_known_by_words_of_its_title_and_never_by_all_there_are(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text("item_id,title,price\nx-17,Warm woollen blanket,1.00\n", encoding="utf-8")
    shop.ingest("items", path)
    for text, hint in (
        ("blanket WARM", "Is it one of these? x-17 (Warm woollen blanket)"),
        ("zzzzzz", "Look for it by a word of its title: `pairwell items WORD`, or /pairs."),
    ):
        with pytest.raises(NotFoundError) as raised:
            say(shop, "tent", text, "never")
        assert raised.value.hint == hint
        with pytest.raises(NotFoundError) as raised:
            surround(shop, text, 1)
        assert raised.value.hint == hint


def test_a_pin_says_at_once_whether_it_would_be_shown_and_what_holds_it_back(shop: Shop) -> None:
    shown = say(shop, "tent", "mat", "complement").today
    assert shown is not None
    assert (shown.place, shown.reason) == (1, None)
    held = say(shop, "mat", "tent", "complement").today
    assert held is not None
    assert (held.place, held.reason, held.why) == (None, "add_on_price_share", "Too dear beside this purchase")
    assert say(shop, "tent", "mat", "never").today is None


class TestTexts:
    def _texts(self, shop: Shop) -> list[str | None]:
        return [text.argument for text in shop.facts.items()["mat"].texts]

    def test_the_next_offer_has_it_until_it_is_taken_back(self, shop: Shop) -> None:
        warm = OfferText(kind="cross_sell", locale="en", argument="Warm feet.")
        assert [shop.curating.write_text("mat", warm, author="eve").stored for _ in range(2)] == [True, False]
        (mat,) = [offer for offer in decide(shop).offers if offer.item_id == "mat"]
        assert [reason.text for reason in mat.reasons if reason.code == "own_text"] == ["Warm feet."]
        nothing = OfferText(kind="cross_sell", locale="en")
        assert [shop.curating.write_text("mat", nothing, author="eve").stored for _ in range(2)] == [True, False]
        assert self._texts(shop) == []
        (mat,) = [offer for offer in decide(shop).offers if offer.item_id == "mat"]
        assert not [reason for reason in mat.reasons if reason.code == "own_text"]
        done = [(one.action, one.subject, one.detail) for _, one in shop.audit.newest(2)]
        assert done == [(f"text_{did}", "mat", "cross_sell / en") for did in ("withdrawn", "written")]

    def test_what_it_replaces_is_told(self, shop: Shop, tmp_path: Path) -> None:
        written = [
            shop.curating.write_text("mat", OfferText(kind="cross_sell", locale=locale, argument=said), author="eve")
            for locale, said in (("en", "Warm feet."), ("en", "Dry feet."), ("EN", "Dry feet."), ("ru", "Тепло."))
        ]
        assert [one.replaced and one.replaced.argument for one in written] == [None, "Warm feet.", None, None]
        path = tmp_path / "texts.csv"
        path.write_text("item_id,kind,locale,argument\nmat,cross_sell,en,Soft.\nlamp,cross_sell,en,Light.\n", "utf-8")
        notes = [note.strip() for note in shop.ingest("offer_texts", path).notes if "replace" in note]
        told = "own text of mat, cross_sell, en: replaces “Dry feet.”"
        assert notes == ["Texts that replace others: 1.", told]

    def test_each_place_has_its_own_and_it_leads_that_of_a_file(self, shop: Shop, tmp_path: Path) -> None:
        path = tmp_path / "texts.csv"
        path.write_text("item_id,kind,locale,argument\nmat,cross_sell,en,Of a file.\n", encoding="utf-8")
        shop.ingest("offer_texts", path)
        write = shop.curating.write_text
        write("mat", OfferText(kind="cross_sell", locale="en", argument="By hand."), author="eve")
        write("mat", OfferText(kind="cross_sell", locale="en", variant="b", argument="Other."), author="eve")
        assert self._texts(shop) == ["By hand.", "Other."]
        write("mat", OfferText(kind="cross_sell", locale="en"), author="eve")
        assert self._texts(shop) == ["Other."]

    def test_what_may_not_be_shown_is_refused(self, shop: Shop) -> None:
        refused = {
            "holds <, >": OfferText(kind="cross_sell", locale="en", argument="<b>Warm</b>"),
            "longer than": OfferText(kind="cross_sell", locale="en", argument="w" * 501),
            "for none of": OfferText(kind="gift", locale="en", argument="Warm."),
            "no tag such as": OfferText(kind="cross_sell", locale="english please", argument="Warm."),
        }
        for said, text in refused.items():
            with pytest.raises(RequestError, match=said):
                shop.curating.write_text("mat", text, author="eve")
        assert self._texts(shop) == []
        assert not [*shop.workspace.quarantine.glob("*")]  # nobody has a file to mend
