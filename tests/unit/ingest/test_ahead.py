"""Rows of the future: taken, and told."""

from __future__ import annotations

from tests.unit.ingest.conftest import Loader

_HEAD = "order_id,item_id,quantity,unit_price,placed_at"


def test_orders_of_the_future_are_counted_with_the_latest_day(loader: Loader) -> None:
    rows = ("1,a,1,2,2026-02-28", "2,a,1,2,2099-05-01", "3,b,1,2,2099-07-08")
    report = loader.orders(_HEAD, *rows)
    [note] = report.notes
    assert note.startswith("2 orders are dated later than now, up to 2099-07-08.")
    assert report.taken == 3


def test_a_dry_run_tells_of_them_too(loader: Loader) -> None:
    report = loader.orders(_HEAD, "1,a,1,2,2099-05-01", dry_run=True)
    assert report.notes[0].startswith("1 order is dated later than now")


def test_nothing_is_said_of_the_past(loader: Loader) -> None:
    assert loader.orders(_HEAD, "1,a,1,2,2026-03-01 11:59").notes == []
