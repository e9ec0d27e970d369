from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.ingest.conftest import NOW, Loader

from pairwell.ingest.load import ingest_files
from pairwell.offer_words import OfferText

pytestmark = pytest.mark.usefixtures("facts_at_once")  # what an item was before is asked, too
HEADER = "item_id,kind,locale,placement,variant,title,argument,image_url"


def catalogue(loader: Loader, *item_ids: str) -> None:
    loader.load("items", "item_id,title,price", *(f"{item_id},{item_id.title()},7.00" for item_id in item_ids))


def texts(loader: Loader, item_id: str) -> list[OfferText]:
    return loader.facts.items()[item_id].texts


def test_texts_are_facts_of_their_item(loader: Loader) -> None:
    catalogue(loader, "mat", "lamp")
    report = loader.load(
        "offer_texts",
        HEADER,
        "mat,Cross-Sell,ru_RU,cart,b,Коврик,Тепло на любой земле.,https://shop.example/mat.jpg",
        "mat,cross_sell,en,,,,Warm on any ground.,",
    )
    assert (report.read, report.taken, report.refused, report.notes) == (2, 2, 0, [])
    assert texts(loader, "mat") == [
        OfferText(kind="cross_sell", locale="en", argument="Warm on any ground."),
        OfferText(
            kind="cross_sell",
            locale="ru-ru",
            placement="cart",
            variant="b",
            title="Коврик",
            argument="Тепло на любой земле.",
            image_url="https://shop.example/mat.jpg",
        ),
    ]
    assert texts(loader, "lamp") == []


def test_a_new_text_is_a_new_revision_of_the_item_alone(loader: Loader) -> None:
    catalogue(loader, "mat", "lamp")
    for _ in range(2):
        loader.load("offer_texts", HEADER, "mat,cross_sell,en,,,,Warm.,")
    items = loader.facts.items()
    assert (items["mat"].revision, items["lamp"].revision) == (2, 1)
    before = loader.facts.item_at("mat", 1)
    assert before is not None
    assert before.texts == []


def test_the_texts_of_an_item_replace_those_of_their_source(loader: Loader) -> None:
    catalogue(loader, "mat", "lamp")
    loader.source = "team"
    loader.load(
        "offer_texts", HEADER, "mat,cross_sell,en,,a,,One.,", "mat,cross_sell,en,,b,,Two.,", "lamp,upgrade,en,,,,Up.,"
    )
    later = NOW + timedelta(days=1)
    loader.load("offer_texts", HEADER, "mat,cross_sell,en,,c,,Three.,", now=later)
    assert [text.argument for text in texts(loader, "mat")] == ["Three."]
    assert [text.argument for text in texts(loader, "lamp")] == ["Up."]


def test_of_two_sources_of_one_text_the_newer_counts(loader: Loader) -> None:
    catalogue(loader, "mat")
    for place, source in enumerate(("b", "a")):
        loader.source = source
        loader.load("offer_texts", "item_id,kind,locale,argument", f"mat,cross_sell,en,{source}.")
        loader.load(
            "offer_texts",
            "item_id,kind,locale,argument",
            f"mat,cross_sell,en,{source}{place}.",
            now=NOW + timedelta(days=place + 1),
        )
    assert [text.argument for text in texts(loader, "mat")] == ["a1."]


def test_one_that_is_withdrawn_takes_back_what_was_said_for_its_place(loader: Loader) -> None:
    catalogue(loader, "mat")
    loader.source = "team"
    loader.load("offer_texts", HEADER, "mat,cross_sell,en,,a,,One.,", "mat,cross_sell,en,,b,,Two.,")
    loader.source = "correction"
    header, row = "item_id,kind,locale,variant,argument,withdrawn", "mat,cross_sell,en,a,Never mind.,yes"
    for place in (1, 2):
        report = loader.load("offer_texts", header, row, now=NOW + timedelta(days=place))
        assert (report.taken, report.stored["offer_texts"]) == (1, 2 - place)
        assert [text.argument for text in texts(loader, "mat")] == ["Two."]
    loader.load("offer_texts", header, "mat,cross_sell,en,a,Three.,no", now=NOW + timedelta(days=3))
    assert [text.argument for text in texts(loader, "mat")] == ["Three.", "Two."]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",cross_sell,en,,,,Warm.,", "no_item_id"),
        ("mat,,en,,,,Warm.,", "no_kind"),
        ("mat,cross_sell,,,,,Warm.,", "no_locale"),
        ("mat,gift,en,,,,Warm.,", "unknown_offer_kind"),
        ("mat,cross_sell,english please,,,,Warm.,", "unknown_locale"),
        ("mat,cross_sell,en,cart,b,,,", "empty_text"),
        ("mat,cross_sell,en,,,,<b>Warm</b>.,", "text_with_markup"),
        ("mat,cross_sell,en,,,,Only {price}!,", "text_with_markup"),
        (f"mat,cross_sell,en,,,,{'w' * 501},", "text_too_long"),
        (f"mat,cross_sell,en,,,{'w' * 121},,", "text_too_long"),
        ("mat,cross_sell,en,,,,Warm.,javascript:alert(1)", "bad_image_url"),
        ("mat,cross_sell,en,,,,Warm.,https://x.example/a b.jpg", "bad_image_url"),
    ],
)
def test_what_may_not_be_shown_is_refused_with_its_line(loader: Loader, row: str, reason: str) -> None:
    catalogue(loader, "mat")
    report = loader.load("offer_texts", HEADER, "mat,cross_sell,en,,x,,Dry.,", row)
    assert (report.taken, report.refused_by_reason) == (1, {reason: 1})
    assert report.quarantine is not None
    assert ",3," in Path(report.quarantine).read_text(encoding="utf-8")
    assert [text.argument for text in texts(loader, "mat")] == ["Dry."]


def test_of_a_text_that_comes_twice_the_last_counts(loader: Loader) -> None:
    catalogue(loader, "mat")
    report = loader.load("offer_texts", HEADER, "mat,cross_sell,en,,,,One.,", "mat,cross_sell,EN,,,,Two.,")
    assert (report.taken, report.merged, report.merged_by_rule) == (1, 1, {"repeated_id": 1})
    assert [text.argument for text in texts(loader, "mat")] == ["Two."]


def test_texts_of_items_that_nobody_knows_wait_for_them(loader: Loader) -> None:
    catalogue(loader, "mat")
    report = loader.load("offer_texts", HEADER, "lamp,cross_sell,en,kart,,,Bright.,")
    assert report.taken == 1
    assert [note.split(" (")[0] for note in report.notes] == [
        "Texts of items that neither a catalogue nor an order knows: 1",
        "Texts for placements that the settings do not have: 1",
    ]
    catalogue(loader, "lamp")
    assert [text.argument for text in texts(loader, "lamp")] == ["Bright."]


def test_an_order_that_renews_an_item_keeps_its_texts(loader: Loader) -> None:
    loader.orders("order_id,item_id,quantity,unit_price,placed_at", "1,mat,1,7.00,2026-02-01")
    loader.load("offer_texts", HEADER, "mat,cross_sell,en,,,,Warm.,")
    loader.orders("order_id,item_id,quantity,unit_price,placed_at", "2,mat,1,9.00,2026-02-20")
    assert [text.argument for text in texts(loader, "mat")] == ["Warm."]


def test_columns_called_as_the_fields_are_found(loader: Loader, tmp_path: Path) -> None:
    catalogue(loader, "mat")
    path = tmp_path / "texts.csv"
    rows = [f"mat,cross_sell,en,cart,v{n},The mat number {n},Warm on ground {n}." for n in range(5)]
    path.write_text("\n".join(("item_id,kind,locale,placement,variant,title,argument", *rows)), encoding="utf-8")
    report = ingest_files("offer_texts", [path], place=loader.place, now=NOW)
    assert report.columns == {
        name: name for name in ("item_id", "kind", "locale", "placement", "variant", "title", "argument")
    }
    assert len(texts(loader, "mat")) == 5
