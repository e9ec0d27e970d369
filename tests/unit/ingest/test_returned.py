from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.unit.ingest.conftest import Loader


@pytest.fixture(autouse=True)
def _orders(loader: Loader) -> None:
    loader.orders(
        "order_id,item_id,quantity,unit_price,placed_at",
        "1,cup,2,3.00,2026-01-01",
        "1,pot,1,9.00,2026-01-01",
        "2,cup,4,3.00,2026-01-02",
    )


def test_a_return_meets_the_line_it_names(loader: Loader) -> None:
    report = loader.load(
        "returns",
        "order_id,item_id,line_no,quantity,at,refund",
        "1,pot,,1,2026-01-05,8.00",
        "1,,1,1,2026-01-06,",
        "2,cup,,,,",
    )
    assert (report.taken, report.refused) == (3, 0)
    assert report.changed_by_rule == {"return_date": 1, "return_whole_line": 1}
    assert loader.rows("returns", "order_id", "line_no", "quantity", "at", "refund_minor") == [
        ("1", 1, 1.0, datetime(2026, 1, 6, tzinfo=UTC), 300),
        ("1", 2, 1.0, datetime(2026, 1, 5, tzinfo=UTC), 800),
        ("2", 1, 4.0, datetime(2026, 1, 2, tzinfo=UTC), 1200),
    ]


def test_a_return_that_names_no_line_meets_the_only_one_possible(loader: Loader) -> None:
    report = loader.load(
        "returns", "order_id,at,refund", "2,2026-01-05,12.00", "1,2026-01-05,9.00", "1,2026-01-05,1.00"
    )
    assert report.refused_by_reason == {"return_line_unclear": 1}
    assert loader.rows("returns", "order_id", "line_no") == [("1", 2), ("2", 1)]


def test_what_was_never_sold_cannot_come_back(loader: Loader) -> None:
    report = loader.load(
        "returns",
        "order_id,item_id,quantity,at",
        "9,cup,1,2026-01-05",
        "1,pan,1,2026-01-05",
        "1,cup,0,2026-01-05",
        "2,cup,9,2026-01-05",
        "2,cup,9,2026-01-05",
        "2,cup,1,2026-01-06",
    )
    assert report.merged_by_rule == {"exact_duplicate": 1}
    assert report.refused_by_reason == {"return_without_order": 2, "zero_quantity": 1, "return_exceeds_order": 1}
    assert report.changed_by_rule == {"return_cut": 1}


def test_the_same_returns_again_change_nothing(loader: Loader) -> None:
    first = loader.load("returns", "order_id,item_id,quantity,at", "2,cup,3,2026-01-05")
    again = loader.load("returns", "order_id,item_id,quantity,at", "2,cup,3,2026-01-05")
    assert (again.stored, again.snapshot) == ({"returns": 0}, first.snapshot)


def test_returns_of_several_files_share_what_was_bought(loader: Loader) -> None:
    loader.load("returns", "order_id,item_id,quantity,at", "2,cup,3,2026-01-05")
    report = loader.load("returns", "order_id,item_id,quantity,at", "2,cup,3,2026-01-09")
    assert report.changed_by_rule == {"return_cut": 1}
    assert loader.rows("returns", "order_id", "quantity") == [("2", 1.0), ("2", 3.0)]
