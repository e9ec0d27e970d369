from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pairwell.dataset.store import Dataset, MergeResult

Merge = Callable[..., MergeResult]
Read = Callable[..., list[dict[str, Any]]]

MAY = datetime(2024, 5, 1, tzinfo=UTC)
JUNE = datetime(2024, 6, 1, tzinfo=UTC)
JULY = datetime(2024, 7, 1, tzinfo=UTC)


def test_an_order_counts_from_the_very_moment_it_was_placed(merge: Merge, read: Read) -> None:
    merge(orders=[{"order_id": "1", "placed_at": JUNE}])
    assert read("orders", "order_id", as_of=JUNE) == [{"order_id": "1"}]
    assert read("orders", "order_id", as_of=JUNE - timedelta(microseconds=1)) == []


def test_the_moment_may_be_given_in_any_zone(merge: Merge, read: Read) -> None:
    merge(orders=[{"order_id": "1", "placed_at": JUNE}])
    zone = datetime.fromisoformat("2024-06-01T02:00:00+02:00")
    assert len(read("orders", "order_id", as_of=zone)) == 1
    assert not read("orders", "order_id", as_of=zone - timedelta(seconds=1))


def test_lines_count_from_the_moment_of_their_order(merge: Merge, read: Read) -> None:
    merge(
        orders=[{"order_id": "1", "placed_at": MAY}, {"order_id": "2", "placed_at": JULY}],
        order_lines=[{"order_id": "1", "item_id": "a"}, {"order_id": "2", "item_id": "b"}],
    )
    assert read("order_lines", "item_id", as_of=JUNE) == [{"item_id": "a"}]
    assert read("order_lines", "item_id") == [{"item_id": "a"}, {"item_id": "b"}]


def test_returns_count_from_the_moment_they_came_back(merge: Merge, read: Read) -> None:
    merge(returns=[{"order_id": "1", "at": MAY}, {"order_id": "1", "at": JULY}])
    assert read("returns", "at", as_of=JUNE) == [{"at": MAY}]


def test_an_item_is_as_its_newest_valid_revision(merge: Merge, read: Read) -> None:
    merge(
        items=[
            {"item_id": "a", "valid_from": MAY, "price_minor": 100},
            {"item_id": "a", "valid_from": JULY, "price_minor": 90},
        ]
    )
    assert read("items", "item_id", "price_minor", as_of=JUNE) == [{"item_id": "a", "price_minor": 100}]
    assert read("items", "item_id", "price_minor") == [{"item_id": "a", "price_minor": 90}]
    assert read("items", "item_id", as_of=MAY - timedelta(days=1)) == []


def test_what_a_newer_revision_leaves_unsaid_stands_as_before(merge: Merge, read: Read) -> None:
    merge(customers=[{"customer_id": "c", "valid_from": MAY, "attributes": '{"country":"PL"}'}])
    merge(customers=[{"customer_id": "c", "valid_from": JUNE, "account_id": "firm"}])
    assert read("customers", "account_id", "attributes", "valid_from") == [
        {"account_id": "firm", "attributes": '{"country":"PL"}', "valid_from": JUNE}
    ]


def test_the_catalogue_wins_over_what_was_worked_out(merge: Merge, read: Read) -> None:
    merge(items=[{"item_id": "a", "valid_from": MAY, "price_minor": 100, "title": "Tent", "published": False}])
    merge(items=[{"item_id": "a", "valid_from": JULY, "derived": True, "price_minor": 90, "title": "TENT"}])
    assert read("items", "title", "price_minor", "derived", "published") == [
        {"title": "Tent", "price_minor": 100, "derived": False, "published": False}
    ]


def test_what_was_worked_out_fills_what_the_catalogue_leaves_unsaid(merge: Merge, read: Read) -> None:
    merge(items=[{"item_id": "a", "valid_from": MAY, "derived": True, "price_minor": 90, "title": "TENT"}])
    merge(items=[{"item_id": "a", "valid_from": JUNE, "title": "Tent", "cost_minor": 40}])
    assert read("items", "title", "price_minor", "cost_minor", "derived") == [
        {"title": "Tent", "price_minor": 90, "cost_minor": 40, "derived": False}
    ]


def test_newer_sales_replace_what_older_ones_said_of_an_item(merge: Merge, read: Read) -> None:
    merge(items=[{"item_id": "a", "valid_from": MAY, "derived": True, "price_minor": 90}])
    merge(items=[{"item_id": "a", "valid_from": JUNE, "derived": True, "price_minor": 95}])
    assert read("items", "item_id", "price_minor") == [{"item_id": "a", "price_minor": 95}]


def test_an_anchors_relations_are_those_of_its_newest_list(merge: Merge, read: Read) -> None:
    merge(
        relations=[
            {"anchor_id": "tent", "item_id": "mat", "rank": 1, "valid_from": MAY},
            {"anchor_id": "tent", "item_id": "lamp", "rank": 2, "valid_from": MAY},
            {"anchor_id": "stove", "item_id": "gas", "rank": 1, "valid_from": MAY},
        ]
    )
    merge(relations=[{"anchor_id": "tent", "item_id": "lamp", "rank": 1, "valid_from": JUNE}])
    assert read("relations", "anchor_id", "item_id", "rank") == [
        {"anchor_id": "stove", "item_id": "gas", "rank": 1},
        {"anchor_id": "tent", "item_id": "lamp", "rank": 1},
    ]
    assert len(read("relations", "item_id", as_of=MAY)) == 3


def test_history_keeps_every_revision(merge: Merge, dataset: Dataset) -> None:
    merge(items=[{"item_id": "a", "valid_from": MAY, "title": "Tent"}])
    merge(items=[{"item_id": "a", "valid_from": JUNE, "title": "Tent 2"}])
    merge(items=[{"item_id": "a", "valid_from": JUNE, "derived": True, "title": "TENT"}])
    assert dataset.history("items").count().to_pyarrow().as_py() == 3
