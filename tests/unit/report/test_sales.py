"""Reports of orders where shops are odd: empty, one customer, all returned, at a loss, on odd days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairwell.config.settings import Settings
from pairwell.config.settings import Shop as ShopSettings
from pairwell.dataset.snapshots import Source
from pairwell.dataset.tables import TABLES
from pairwell.errors import NotFoundError, RequestError
from pairwell.report.record import Figure, Report, Table
from pairwell.report.shown.text import render_text
from pairwell.shop.face import Shop, create_shop

Row = dict[str, Any]
_AT = datetime(2024, 3, 10, 12, tzinfo=UTC)
_ORDER = {"discount_minor": 0, "shipping_minor": 0, "tax_minor": 0, "currency": "EUR", "rate": 1.0}
_LINE = {"line_no": 1, "item_id": "p", "quantity": 1.0, "unit_price_minor": 1_000, "discount_minor": 0}
_ITEM = {"valid_from": _AT, "derived": False, "published": True}
_UNSAID: dict[str, Row] = {"orders": _ORDER, "order_lines": _LINE, "items": _ITEM, "customers": {"valid_from": _AT}}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    settings = Settings(shop=ShopSettings(currency="EUR", timezone="Europe/Berlin", margin_rate=0.4))
    with create_shop(tmp_path / "shop", settings) as opened:
        yield opened


def _store(shop: Shop, **tables: Sequence[Row]) -> None:
    staged = {}
    for name, rows in tables.items():
        staged[name] = shop.workspace.root / f"{name}.parquet"
        whole = [_UNSAID.get(name, {}) | row for row in rows]
        pq.write_table(pa.Table.from_pylist(whole, schema=TABLES[name].schema), staged[name])
    shop.dataset.merge(staged, source=Source(name="test", files=("test",), at=_AT, rows={}), now=_AT)


def _orders(n: int, **said: Any) -> list[Row]:
    return [{"order_id": f"o{number}", "customer_id": f"c{number}", "placed_at": _AT} | said for number in range(n)]


def _lines(n: int, **said: Any) -> list[Row]:
    return [{"order_id": f"o{number}"} | said for number in range(n)]


def _figure(report: Report, key: str) -> Figure:
    return next(figure for figure in report.figures if figure.key == key)


def _table(report: Report, key: str) -> Table:
    return next(table for table in report.tables if table.key == key)


@pytest.mark.parametrize("name", ["overview", "pairs", "categories", "sellers"])
def test_an_empty_shop_is_told_in_a_sentence(shop: Shop, name: str) -> None:
    report = shop.report(name)
    assert (report.period, report.figures, report.tables) == (None, (), ())
    assert "Nothing was sold yet" in report.notes[0]
    assert render_text(report)


def test_one_customer_has_a_number_and_no_interval(shop: Shop) -> None:
    _store(shop, orders=_orders(1), order_lines=_lines(1))
    report = shop.report("overview")
    aov = _figure(report, "aov")
    assert (aov.value, aov.low, aov.refusal) == (1_000, None, None)
    assert any("too few for intervals" in note for note in report.notes)
    assert any("no whole period before" in note for note in report.notes)


def test_money_of_few_customers_has_a_sentence_and_no_interval(shop: Shop) -> None:
    lines = [{"order_id": f"o{number}", "unit_price_minor": 100 * (number + 1)} for number in range(49)]
    _store(shop, orders=_orders(49), order_lines=lines)
    report = shop.report("overview")
    assert (_figure(report, "aov").low, _figure(report, "attach_rate").low) == (None, 0.0)
    assert "Fewer than 50 customers bought: too few for intervals of money." in report.notes
    assert "those of money take 50" in str(_table(report, "kinds").note)


def test_money_of_more_customers_has_an_interval(shop: Shop) -> None:
    lines = [{"order_id": f"o{number}", "unit_price_minor": 100 * (number + 1)} for number in range(50)]
    _store(shop, orders=_orders(50), order_lines=lines)
    report = shop.report("overview")
    aov = _figure(report, "aov")
    assert aov.low is not None
    assert aov.high is not None
    assert aov.low < 2_550 < aov.high
    assert not any("too few" in note for note in report.notes)
    assert _table(report, "kinds").note is None


def test_where_everything_came_back_the_margin_is_gone(shop: Shop) -> None:
    back = [{"order_id": f"o{number}", "line_no": 1, "quantity": 1.0, "at": _AT} for number in range(30)]
    _store(shop, orders=_orders(30), order_lines=_lines(30, unit_cost_minor=700), returns=back)
    report = shop.report("overview")
    assert _figure(report, "revenue").value == 30_000
    assert _figure(report, "refunds").value == 30_000
    assert _figure(report, "margin").value == 0
    rate = _figure(report, "return_rate")
    assert rate.value == 1.0
    assert rate.low == pytest.approx(30 / (30 + 1.959964**2))
    assert rate.high == 1.0


def test_a_margin_may_be_less_than_nothing(shop: Shop) -> None:
    lines = [{"order_id": "o0", "unit_cost_minor": 1_500}, {"order_id": "o1", "unit_cost_minor": 1_200}]
    _store(shop, orders=_orders(2), order_lines=lines)
    report = shop.report("overview")
    assert _figure(report, "margin").value == -700
    assert _figure(report, "margin_share").value == -0.35
    assert "-7.00" in "\n".join(render_text(report))


def test_another_currency_is_counted_in_the_shops_and_said(shop: Shop) -> None:
    _store(shop, orders=_orders(2, currency="USD", rate=0.9), order_lines=_lines(2))
    report = shop.report("overview")
    assert _figure(report, "revenue").value == 2_000  # amounts are stored in the shop's currency
    assert any("2 orders were paid in another currency" in note for note in report.notes)


def test_amounts_of_a_currency_the_shop_had_before_are_not_called_converted(shop: Shop) -> None:
    paid = _orders(2, currency="USD", rate=0.9)
    kept = [row | {"order_id": f"k{number}"} for number, row in enumerate(_orders(3, currency="GBP"))]
    _store(shop, orders=[*paid, *kept], order_lines=_lines(2))
    notes = shop.report("overview").notes
    [untold] = [note for note in notes if "GBP" in note]
    assert untold.startswith("Do not trust money here: 3 orders are in GBP")
    assert "added as if it were EUR" in untold
    assert any("2 orders were paid in another currency" in note for note in notes)


def test_without_prices_money_is_refused_and_counts_are_not(shop: Shop) -> None:
    _store(shop, orders=_orders(2), order_lines=_lines(2, unit_price_minor=None))
    report = shop.report("overview")
    assert _figure(report, "orders").value == 2
    assert {key for key in ("revenue", "aov", "margin") if _figure(report, key).refusal} == {"revenue", "aov", "margin"}
    assert "Name the column of prices" in str(_figure(report, "revenue").refusal)


def test_free_goods_leave_nothing_to_divide_by(shop: Shop) -> None:
    _store(shop, orders=_orders(2), order_lines=_lines(2, unit_price_minor=0))
    report = shop.report("overview")
    assert _figure(report, "revenue").value == 0
    assert _figure(report, "margin_share").refusal == "There is no revenue to divide by."


@pytest.mark.parametrize(("hours", "day"), [(-0.5, "2024-03-30"), (0.5, "2024-03-31"), (22.5, "2024-03-31")])
def test_the_day_on_which_clocks_change_has_23_hours(shop: Shop, hours: float, day: str) -> None:
    midnight = datetime(2024, 3, 30, 23, tzinfo=UTC)  # in Berlin
    _store(shop, orders=_orders(1, placed_at=midnight + timedelta(hours=hours)), order_lines=_lines(1))
    over_time = _table(shop.report("overview"), "over_time")
    assert [row["day"] for row in over_time.rows if row["orders"]] == [day]
    assert len(over_time.rows) == 30


def test_a_period_before_has_as_many_days_when_clocks_change(shop: Shop) -> None:
    _store(shop, orders=_orders(2, placed_at=datetime(2024, 1, 1, tzinfo=UTC)), order_lines=_lines(2))
    report = shop.report("overview", since=datetime(2024, 3, 31), until=datetime(2024, 4, 1))  # noqa: DTZ001
    assert report.period is not None
    assert report.previous is not None
    assert report.period.until - report.period.since == timedelta(hours=23)
    assert report.previous.until - report.previous.since == timedelta(hours=24)


def test_cancelled_orders_are_none(shop: Shop) -> None:
    gone = [{"order_id": "o0", "status": "cancelled", "at": _AT}]
    _store(shop, orders=_orders(3), order_lines=_lines(3), order_status=gone)
    assert _figure(shop.report("overview"), "orders").value == 2


def test_the_primary_item_is_as_said_else_the_dearest(shop: Shop) -> None:
    cheap, dear = (
        {"item_id": "cheap", "unit_price_minor": 10},
        {"item_id": "dear", "unit_price_minor": 900, "line_no": 2},
    )
    lines: list[Row] = [
        {"order_id": "o0", **cheap, "role": "primary"}, {"order_id": "o0", **dear, "role": "added"},
        {"order_id": "o1", **cheap}, {"order_id": "o1", **dear},
    ]  # fmt: skip
    _store(shop, orders=_orders(2), order_lines=lines)
    report = shop.report("pairs")
    added = [(row["item_id"], row["added_id"]) for row in _table(report, "added").rows]
    assert added == [("cheap", "dear"), ("dear", "cheap")]
    assert any("1 of 2 orders say which item was the primary one" in note for note in report.notes)


def test_orders_are_sliced_by_what_is_known_of_customers(shop: Shop) -> None:
    people = [{"customer_id": "c0", "attributes": '{"age band": "30/39"}'}, {"customer_id": "c1", "attributes": "{}"}]
    _store(shop, orders=_orders(3), order_lines=_lines(3), customers=people)
    report = shop.report("overview", by="age band")
    assert {row["segment"]: row["orders"] for row in _table(report, "segments").rows} == {"30/39": 1, "(unknown)": 2}


@pytest.mark.parametrize("by", ["channel", "seller", "new_or_returning", "week", "brand", "item"])
def test_every_segment_adds_up_to_all_orders(shop: Shop, by: str) -> None:
    orders = [*_orders(2, channel="web", seller_id="s1")]
    _store(shop, orders=orders, order_lines=_lines(2), items=[{"item_id": "p", "brand": "B", "title": "A pan"}])
    (table,) = shop.report("overview", by=by).tables
    assert sum(row["orders"] or 0 for row in table.rows if isinstance(row["orders"], int)) == 2
    assert sum(row["revenue"] or 0 for row in table.rows if isinstance(row["revenue"], int)) == 2_000


def test_the_most_sold_primary_items_and_what_was_added_most_are_shown(shop: Shop) -> None:
    lines: list[dict[str, object]] = [
        {"order_id": f"o{number}", "item_id": f"p{number % 60:02}"} for number in range(150)
    ]
    lines += [
        {"order_id": f"o{number}", "line_no": 2 + place, "item_id": f"a{place:02}", "unit_price_minor": 10}
        for number in range(150)
        for place in range(12 if number % 60 == 0 else 1)
    ]
    _store(shop, orders=_orders(150), order_lines=lines)
    report = shop.report("pairs")
    primary, added = _table(report, "primary_items"), _table(report, "added")
    assert [row["item_id"] for row in primary.rows] == [f"p{number:02}" for number in range(50)]
    assert str(primary.note).startswith("50 of 60 primary items are shown.")
    assert [(row["item_id"], row["added_id"], row["orders"]) for row in added.rows[:2]] == [
        ("p00", "a00", 3), ("p00", "a01", 3),
    ]  # fmt: skip
    assert (len(added.rows), len([row for row in added.rows if row["item_id"] == "p00"])) == (59, 10)
    assert added.note == "59 of 61 pairs with these primary items are shown."


def test_what_stands_in_huge_orders_stands_not_together(shop: Shop) -> None:
    lines = [{"order_id": "o0", "line_no": 1 + place, "item_id": f"i{place:02}"} for place in range(41)]
    lines += [{"order_id": "o1", "line_no": 1 + place, "item_id": f"i{place:02}"} for place in range(2)]
    _store(shop, orders=_orders(2), order_lines=lines)
    together = _table(shop.report("pairs"), "together")
    assert [(row["item_id"], row["with_id"], row["orders"], row["of_first"]) for row in together.rows] == [
        ("i00", "i01", 1, 1.0)
    ]
    assert together.note == "1 order of more than 40 different items left out: all their items stand together."


def test_sellers_are_told_apart_and_those_without_counted(shop: Shop) -> None:
    orders = _orders(3)
    orders[0]["seller_id"], orders[1]["seller_id"] = "s-1", "s-1"
    _store(shop, orders=orders, order_lines=_lines(3))
    report = shop.report("sellers")
    assert [(row["seller_id"], row["orders"]) for row in _table(report, "sellers").rows] == [("s-1", 2)]
    assert "1 of 3 orders name no seller." in report.notes


@pytest.mark.parametrize(("name", "by"), [("overview", "chanel"), ("pairs", "channel"), ("categories", "day")])
def test_a_wrong_segment_says_what_to_ask_instead(shop: Shop, name: str, by: str) -> None:
    _store(shop, orders=_orders(1), order_lines=_lines(1))
    with pytest.raises(RequestError) as caught:
        shop.report(name, by=by)
    assert caught.value.field == "by"
    assert caught.value.hint


def test_a_wrong_name_or_period_says_so(shop: Shop) -> None:
    with pytest.raises(NotFoundError, match="no report 'overwiew'") as caught:
        shop.report("overwiew")
    assert caught.value.hint == "Did you mean `overview`?"
    _store(shop, orders=_orders(1), order_lines=_lines(1))
    with pytest.raises(RequestError, match="would begin at 2024-05-01 00:00 and end before 2024-04-01 00:00"):
        shop.report("overview", since=datetime(2024, 5, 1), until=datetime(2024, 4, 1))  # noqa: DTZ001


def test_orders_without_dates_are_one_period(shop: Shop) -> None:
    undated = [row | {"placed_at": datetime(1970, 1, 1, tzinfo=UTC)} for row in _orders(2)]
    _store(shop, orders=undated, order_lines=_lines(2))
    report = shop.report("overview")
    assert _figure(report, "orders").value == 2
    assert report.previous is None
    assert "over_time" not in {table.key for table in report.tables}
    assert "carry no date" in report.notes[0]


def test_an_order_of_the_future_does_not_empty_the_reports(shop: Shop) -> None:
    orders = _orders(3)
    orders[2]["placed_at"] = datetime(2262, 10, 5, tzinfo=UTC)
    _store(shop, orders=orders, order_lines=_lines(3))
    report = shop.report("overview")
    assert _figure(report, "orders").value == 2
    assert report.period is not None
    assert report.period.until == datetime(2024, 3, 10, 23, tzinfo=UTC)
    assert any(note.startswith("1 order is dated later than now") for note in report.notes)
    assert any("before, of 2024-03-10." in note for note in report.notes)


def test_a_period_without_orders_says_where_they_are(shop: Shop) -> None:
    _store(shop, orders=_orders(1), order_lines=_lines(1))
    report = shop.report("overview", since=datetime(2020, 1, 1, tzinfo=UTC), until=datetime(2020, 2, 1, tzinfo=UTC))
    assert (_figure(report, "orders").value, _figure(report, "revenue").value) == (0, 0)
    assert _figure(report, "aov").refusal == "No order was placed in this period."
    assert "Orders of this shop are of 2024-03-10 to 2024-03-10" in report.notes[-1]
