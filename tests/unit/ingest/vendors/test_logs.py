"""Events of Segment, RudderStack and Google Analytics 4: behaviour, orders, and what came back of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from tests.unit.ingest.vendors.conftest import FILES, Filled, Importer, filled

from pairwell.ingest.load import IngestReport

SEGMENT, RUDDERSTACK, GA4 = "segment_calls.jsonl", "rudderstack_calls.jsonl", "ga4_events.jsonl"
Beside = Callable[[IngestReport], dict[str, Counter[str]]]


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with filled(tmp_path_factory.mktemp("segment"), ("events", SEGMENT), ("orders", SEGMENT)) as made:
        yield made


@pytest.fixture(scope="module")
def ga4(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with filled(tmp_path_factory.mktemp("ga4"), ("events", GA4), ("orders", GA4)) as made:
        yield made


def test_calls_are_behaviour_and_purchases_are_told_apart(segment: Filled) -> None:
    report = segment.reports["events"]
    assert (report.recognised, report.read, report.taken, report.beside) == ("segment", 15, 5, [])
    assert report.refused_by_reason == {"purchase_event": 4, "unknown_event": 3}
    assert report.merged_by_rule == {"of_another_table": 2, "repeated_id": 1}
    assert segment.rows("events", "event_id", "type", "item_id", "customer_id", "visitor_id") == [
        ("ajs-0001", "view", "G-32", None, "an-1"),
        ("ajs-0002", "add_to_cart", "G-32", None, "an-1"),
        ("ajs-0003", "remove_from_cart", "G-40", None, "an-1"),
        ("ajs-0004", "search", None, None, "an-1"),
        ("ajs-0005", "checkout", None, "u-7", "an-1"),
    ]


def test_orders_of_calls_count_once_with_what_came_back_and_was_cancelled(segment: Filled, beside: Beside) -> None:
    report = segment.reports["orders"]
    assert (report.taken, report.refused) == (4, 0)
    assert report.merged_by_rule == {"of_another_table": 11, "repeated_order": 1}
    assert beside(report) == {
        "returns": Counter(taken=1, merged=0, refused=0),
        "order_status": Counter(taken=1, merged=0, refused=0),
    }
    assert segment.rows("orders", "order_id", "customer_id") == [("O-1", "u-7"), ("O-2", None)]  # O-3 was cancelled
    assert segment.rows("returns", "order_id", "quantity") == [("O-1", 1.0)]
    assert ("O-2", "p-77", 3.0) in segment.rows("order_lines", "order_id", "item_id", "quantity")  # without SKU


def test_calls_of_rudderstack_are_told_from_those_of_segment(importer: Importer) -> None:
    report = importer.take("events", RUDDERSTACK, dry_run=True)
    assert (report.recognised, report.taken) == ("rudderstack", 5)
    assert importer.take("events", RUDDERSTACK, dry_run=True, source="segment").recognised == "segment"


def test_events_of_analytics_are_one_for_each_item(ga4: Filled) -> None:
    report = ga4.reports["events"]
    assert (report.recognised, report.read, report.taken) == ("ga4", 12, 5)
    assert report.refused_by_reason == {"purchase_event": 4, "unknown_event": 2}
    found = ga4.rows("events", "at", "type", "item_id", "visitor_id")
    assert [row[1:] for row in found] == [
        ("view", "G-32", "11.22/1777"),
        ("add_to_cart", "G-32", "11.22/1777"),
        ("add_to_cart", "G-40", "11.22/1777"),
        ("search", None, "11.22/1777"),
        ("checkout", None, "11.22/1777"),
    ]
    assert found[0][0].isoformat() == "2026-05-01T10:06:50+00:00"


def test_orders_of_analytics_count_once_and_need_a_name(ga4: Filled) -> None:
    report = ga4.reports["orders"]
    assert (report.taken, report.refused_by_reason) == (3, {"no_order_id": 1})
    assert report.merged_by_rule == {"of_another_table": 7, "repeated_order": 1}
    assert ga4.rows("order_lines", "order_id", "item_id", "quantity") == [
        ("T-1", "G-32", 1.0),
        ("T-1", "G-40", 2.0),
        ("T-2", "Score Pad", 1.0),
    ]
    assert ("G-32", "Games > Dice", "Oakridge") in ga4.rows("items", "item_id", "category", "brand")


def test_events_with_odd_parts_are_refused_and_break_nothing(importer: Importer) -> None:
    lines = (FILES / GA4).read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    events[2] |= {"items": None, "event_params": "none", "event_timestamp": "soon"}
    events[3] |= {"items": [1, None, {"item_id": "G-32"}], "event_params": [{"key": "a"}, 7]}
    text = "\n".join(json.dumps(event) for event in events) + "\nno json\n"
    report = importer.take("events", importer.write("events.jsonl", text), source="ga4")
    assert report.refused_by_reason == {"bad_date": 1, "not_json": 1, "purchase_event": 4, "unknown_event": 2}


@pytest.fixture(scope="module")
def metrika(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    files = ("events", "metrika_visits.tsv"), ("orders", "metrika_visits_older.tsv")
    with filled(tmp_path_factory.mktemp("metrika"), *files, currency="RUB") as made:
        yield made


def test_visits_of_metrika_hold_behaviour_in_arrays(metrika: Filled) -> None:
    report = metrika.reports["events"]
    assert (report.recognised, report.read, report.taken) == ("metrika", 7, 3)
    assert report.refused_by_reason == {"purchase_event": 2, "unknown_event": 1}
    assert report.merged_by_rule == {"nothing_of_goods": 1}
    found = metrika.rows("events", "at", "type", "item_id", "visitor_id")
    assert [row[1:] for row in found] == [
        ("view", "K-1", "1690001/7001"),
        ("add_to_cart", "K-1", "1690001/7001"),
        ("remove_from_cart", "K-2", "1690002/7003"),
    ]


def test_orders_of_metrika_in_its_older_names_with_prices_in_millionths(metrika: Filled) -> None:
    report = metrika.reports["orders"]
    assert (report.recognised, report.read, report.taken) == ("metrika", 6, 3)
    assert report.merged_by_rule == {"nothing_of_goods": 2, "repeated_order": 1}
    assert metrika.rows("order_lines", "order_id", "item_id", "quantity", "unit_price_minor") == [
        ("Z-1", "K-1", 1.0, 249167),  # 2,990 with a tax of 20 percent
        ("Z-1", "K-2", 2.0, 37500),
        ("Z-2", "K-2", 1.0, 37500),  # the page did not say how many
    ]
    titles = metrika.rows("items", "item_id", "title", "category")
    assert titles == [("K-1", "Чайник", "Кухня > Чайники"), ("K-2", "Кружка, зелёная", "Кухня > Посуда")]


def test_prices_of_a_converted_log_are_left_as_they_are(importer: Importer) -> None:
    text = (FILES / "metrika_visits.tsv").read_text(encoding="utf-8").replace("000000,", ",").replace("000000]", "]")
    importer.settle(shop={"currency": "RUB"})
    importer.take("orders", importer.write("visits.tsv", text), source="metrika")
    assert ("Z-1", "K-1", 299000) in importer.rows("order_lines", "order_id", "item_id", "unit_price_minor")
