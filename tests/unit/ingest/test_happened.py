from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.ingest.conftest import NOW, Loader

from pairwell.ingest.happenings import read_happening
from pairwell.ingest.load import IngestReport

HEAD = "type,at,item_id,customer_id,visitor_id"
Quarantined = Callable[[IngestReport], list[dict[str, str]]]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("view", "view"),
        ("view_item", "view"),
        ("Product Viewed", "view"),
        ("Просмотр товара", "view"),
        ("Wyświetlenie produktu", "view"),
        ("addtocart", "add_to_cart"),
        ("Added to cart", "add_to_cart"),
        ("Добавление в корзину", "add_to_cart"),
        ("Dodanie do koszyka", "add_to_cart"),
        ("remove_from_cart", "remove_from_cart"),
        ("Usunięcie z koszyka", "remove_from_cart"),
        ("begin_checkout", "checkout"),
        ("select_item", "click"),
        ("view_item_list", "exposure"),
        ("transaction", "purchase"),
        ("Покупка", "purchase"),
        ("checkout_completed", "purchase"),
        ("scroll", None),
        ("", None),
    ],
)
def test_names_of_events(name: str, kind: str | None) -> None:
    assert read_happening(name) == kind


def test_events_are_stored_under_our_names(loader: Loader) -> None:
    report = loader.load(
        "events",
        HEAD,
        "View Item,2026-01-01 10:00:00,cup,ann,v1",
        "addtocart,1767261630000,cup,,v1",
        "Search,1767261660,,,v2",
    )
    assert (report.read, report.taken, report.merged, report.refused) == (3, 3, 0, 0)
    assert report.stored == {"events": 3}
    day = datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert loader.rows("events", "at", "type", "customer_id", "visitor_id", "item_id", "placement") == [
        (day, "view", "ann", "v1", "cup", None),
        (day + timedelta(seconds=30), "add_to_cart", None, "v1", "cup", None),
        (day + timedelta(seconds=60), "search", None, "v2", None, None),
    ]


def test_equal_rows_without_an_id_are_one_event_within_a_file_and_across(loader: Loader) -> None:
    row = "view,2026-01-01 10:00,cup,ann,v1"
    first = loader.load("events", HEAD, row, row)
    assert (first.taken, first.merged_by_rule) == (1, {"exact_duplicate": 1})
    again = loader.load("events", HEAD, row, "view,2026-01-01 10:00,cup,,v1", now=NOW + timedelta(days=1))
    assert again.stored == {"events": 1}
    assert len(loader.rows("events", "event_id")) == 2


def test_an_event_counts_once_by_its_id(loader: Loader) -> None:
    head = "event_id,type,at,item_id"
    report = loader.load("events", head, "e1,view,2026-01-01 10:00,cup", "e1,view,2026-01-01 10:01,cup")
    assert (report.taken, report.merged_by_rule) == (1, {"repeated_id": 1})
    assert loader.load("events", head, "e1,view,2026-01-01 10:01,cup").stored == {"events": 0}


def test_a_visit_becomes_part_of_its_visitor(loader: Loader) -> None:
    head = "type,at,visitor_id,customer_id,session_id"
    rows = ("v1,ann,7", "v1,,8", ",ann,7", ",,9", "v1,,")
    loader.load("events", head, *(f"view,2026-01-01 10:00,{row}" for row in rows))
    assert {row[0] for row in loader.rows("events", "visitor_id")} == {"v1/7", "v1/8", "ann/7", "9", "v1"}


def test_what_is_no_behaviour_is_refused_with_its_reason(loader: Loader, quarantined: Quarantined) -> None:
    report = loader.load(
        "events",
        HEAD,
        "view,2026-01-01 10:00,cup,ann,v1",
        "transaction,2026-01-01 10:05,cup,ann,v1",
        "scroll,2026-01-01 10:06,cup,ann,v1",
        ",2026-01-01 10:06,cup,ann,v1",
        "view,yesterday,cup,ann,v1",
        "view,,cup,ann,v1",
        f"view,{NOW + timedelta(days=1, seconds=1):%Y-%m-%dT%H:%M:%SZ},cup,ann,v1",
        f"view,{NOW + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ},cup,ann,v1",
        f"view,2026-01-01 10:06,{'x' * 257},ann,v1",
    )
    assert (report.read, report.taken, report.refused) == (9, 2, 7)
    assert report.refused_by_reason == {
        "bad_date": 1,
        "future_event": 1,
        "id_too_long": 1,
        "no_at": 1,
        "no_type": 1,
        "purchase_event": 1,
        "unknown_event": 1,
    }
    assert "pairwell ingest orders" in report.notes[0]
    assert sorted(row["reason"] for row in quarantined(report)) == sorted(report.refused_by_reason)


def test_a_file_without_any_behaviour_stores_nothing(loader: Loader) -> None:
    report = loader.load("events", HEAD, "transaction,2026-01-01 10:05,cup,ann,v1")
    assert (report.stored, report.snapshot) == ({"events": 0}, 0)


def test_a_dry_run_stores_nothing(loader: Loader) -> None:
    report = loader.load("events", HEAD, "view,2026-01-01 10:00,cup,ann,v1", dry_run=True)
    assert (report.taken, report.stored, report.mapping) == (1, {}, None)


def test_events_are_known_as_of_their_moment(loader: Loader) -> None:
    loader.load("events", HEAD, "view,2026-01-01 10:00,cup,ann,v1", "view,2026-01-02 10:00,cup,ann,v1")
    early = loader.dataset.table("events", as_of=datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert early.count().to_pyarrow().as_py() == 1
