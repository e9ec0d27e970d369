"""What reports look like: every way of showing reads the record alone."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from html import unescape

import msgspec
import pytest

from pairwell.errors import NotFoundError
from pairwell.measure.period import Period
from pairwell.report.record import Cell, Column, Figure, Report, Table
from pairwell.report.shown.cells import Cells
from pairwell.report.shown.csv import choose_table, render_csv
from pairwell.report.shown.json import render_json
from pairwell.report.shown.page import render_page
from pairwell.report.shown.text import render_text, sparkline

_NASTY = '<script>alert("1")</script>'
_DAYS = Table(
    key="over_time",
    title="Over time",
    columns=[
        Column(key="day", title="Day", unit="moment"),
        Column(key="revenue", title="Revenue", unit="money"),
        Column(key="rate", title="Rate", unit="share", interval=True),
    ],
    rows=[
        {"day": "2024-01-01", "revenue": 100, "rate": 0.25, "rate_low": 0.2, "rate_high": 0.3},
        {"day": "2024-01-02", "revenue": None, "rate": None},
        {"day": "2024-01-03", "revenue": -250_000, "rate": 1.0},
    ],
    chart="lines",
)
_ITEMS = Table(
    key="items",
    title="Items",
    columns=[Column(key="item", title="Item", unit="text"), Column(key="orders", title="Orders", unit="count")],
    rows=[{"item": _NASTY, "orders": 4}, {"item": "=1+1", "orders": 2}, {"item": "чай 茶", "orders": 0}],
    chart="bars",
    note="A note & more.",
)
REPORT = Report(
    name="overview",
    title="Overview",
    currency="EUR",
    timezone="Europe/Berlin",
    period=Period(datetime(2024, 2, 29, 23, tzinfo=UTC), datetime(2024, 3, 31, 22, tzinfo=UTC)),
    previous=Period(datetime(2024, 1, 30, 23, tzinfo=UTC), datetime(2024, 2, 29, 23, tzinfo=UTC)),
    figures=[
        Figure(key="revenue", title="Revenue", unit="money", value=123_456, previous=100_000),
        Figure(key="rate", title="Rate", unit="share", value=0.25, low=0.2, high=0.3, previous=0.2),
        Figure(key="profit", title=f"Profit {_NASTY}", unit="money", value=None, refusal="Nobody can tell <yet>."),
    ],
    tables=[_DAYS, _ITEMS],
    notes=["Read <this>."],
)


@pytest.mark.parametrize(
    ("currency", "shown", "plain"),
    [("EUR", "1,234.50", "1234.50"), ("JPY", "123,450", "123450"), ("KWD", "123.450", "123.450")],
)
def test_money_has_the_decimals_of_its_currency(currency: str, shown: str, plain: str) -> None:
    assert Cells(currency).value(123_450, "money") == shown
    assert Cells(currency).plain(123_450, "money") == plain


def test_shares_change_in_points_and_losses_in_nothing() -> None:
    cells = Cells("EUR")
    assert cells.change(REPORT.figures[0]) == "+23.5%"
    assert cells.change(REPORT.figures[1]) == "+5.0 pts"
    loss = Figure(key="margin", title="Margin", unit="money", value=200, previous=-100)
    assert cells.change(loss) == ""


def test_text_tells_everything_and_stays_aligned() -> None:
    lines = render_text(REPORT)
    assert "2024-03-01 to 2024-03-31 (Europe/Berlin), compared with 2024-01-31 to 2024-02-29" in lines
    assert f"Profit {_NASTY}: Nobody can tell <yet>." in lines
    (revenue,) = [line for line in lines if line.startswith("Revenue ")]
    assert revenue.split() == ["Revenue", "1,234.56", "EUR", "1,000.00", "+23.5%"]
    first, last = (next(line for line in lines if line.startswith(day)) for day in ("2024-01-01", "2024-01-03"))
    assert first.index("1.00") + 4 == last.index("-2,500.00") + 9
    assert any("█ ▁" in line for line in lines)
    assert "* Read <this>." in lines


def test_a_narrow_terminal_cuts_texts_visibly() -> None:
    lines = [line for line in render_text(REPORT, width=30) if "<scr" in line and "refus" not in line]
    assert any("…" in line and "4" in line for line in lines)


def test_a_sparkline_goes_from_lowest_to_highest() -> None:
    assert sparkline([1, 2, None, 3]) == "▁▅ █" or sparkline([1, 2, None, 3]) == "▁▄ █"
    assert sparkline([5, 5]) == "▄▄"
    assert sparkline([None, "text"]) == ""


def test_json_is_the_record_with_every_key() -> None:
    found = msgspec.json.decode(render_json(REPORT))
    assert found["figures"][0]["refusal"] is None
    assert msgspec.convert(found, Report) == msgspec.json.decode(msgspec.json.encode(REPORT), type=Report)


def test_csv_has_a_file_for_every_table() -> None:
    files = render_csv(REPORT)
    assert list(files) == ["figures", "over_time", "items"]
    days = list(csv.DictReader(io.StringIO(files["over_time"])))
    assert days[0] == {"day": "2024-01-01", "revenue": "1.00", "rate": "0.25", "rate_low": "0.2", "rate_high": "0.3"}
    assert days[1]["revenue"] == ""
    assert days[2]["revenue"] == "-2500.00"
    assert [row["item"] for row in csv.DictReader(io.StringIO(files["items"]))] == [_NASTY, "'=1+1", "чай 茶"]
    with pytest.raises(NotFoundError, match="no table 'x'") as caught:
        choose_table(files, "x")
    assert caught.value.hint == "Tables: figures, over_time, items."


def test_a_page_needs_nothing_beside_itself_and_escapes_everything() -> None:
    page = render_page(REPORT)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 3
    assert "Nobody can tell &lt;yet&gt;." in page
    assert "Read &lt;this&gt;." in page
    assert not re.search(r"(?:src|href)=|https?://|@import|url\(", page)
    assert "light-dark(" in page
    assert page.count("<svg") == 3  # revenue and rate over time, orders of items


def test_a_map_of_heat_colours_its_numbers() -> None:
    heat = msgspec.structs.replace(_ITEMS, chart="heat")
    page = render_page(msgspec.structs.replace(REPORT, tables=[heat]))
    assert re.findall(r"--heat: (\d+)%", page) == ["60", "30", "0"]


def test_a_map_of_heat_holds_no_counts_against_shares() -> None:
    columns = [
        Column(key="month", title="Month", unit="text"),
        Column(key="customers", title="Customers", unit="count"),
        *(Column(key=f"later_{later}", title=f"+{later}", unit="share") for later in (1, 2)),
    ]
    rows: list[dict[str, Cell]] = [
        {"month": "June", "customers": 4_000, "later_1": 0.2, "later_2": 0.05},
        {"month": "July", "customers": 20, "later_1": 0.125, "later_2": None},
    ]
    heat = Table(key="cohorts", title="Cohorts", columns=columns, rows=rows, chart="heat")
    page = render_page(msgspec.structs.replace(REPORT, tables=[heat]))
    assert re.findall(r"--heat: (\d+)%", page) == ["60", "0", "30"]


def test_a_shop_without_orders_is_told_in_words() -> None:
    empty = Report(name="x", title="X", currency="EUR", timezone="UTC", period=None, notes=["Nothing was sold yet."])
    assert render_text(empty) == ["X", "There are no dated orders yet.", "", "* Nothing was sold yet."]
    assert "There are no dated orders yet." in render_page(empty)
    assert render_csv(empty) == {}


def test_headings_stand_only_where_something_stands_under_them() -> None:
    refused = Figure(key="a", title="Added", unit="money", value=None, low=-1.0, high=1.0, refusal="nobody knows.")
    counted = Figure(key="b", title="Counted", unit="count", value=3)
    bare = Report(name="x", title="X", currency="EUR", timezone="UTC", period=None, figures=[refused])
    assert render_text(bare)[2:] == ["", "Added: nobody knows."]
    both = render_text(msgspec.structs.replace(bare, figures=[refused, counted]))
    assert not any("interval" in line or "before" in line for line in both)
    assert "Nobody knows." in render_page(bare)  # a sentence of its own, there


def test_charts_stand_numbers_of_any_size() -> None:
    rows: list[dict[str, Cell]] = [{"day": str(day), "revenue": value} for day, value in enumerate([0, 0, 0])]
    flat = Table(key="t", title="T", columns=_DAYS.columns[:2], rows=rows, chart="lines")
    one = msgspec.structs.replace(flat, rows=rows[:1], chart="bars")
    assert "NaN" not in render_page(msgspec.structs.replace(REPORT, tables=[flat, one]))


def test_bars_are_called_by_titles_where_rows_have_them() -> None:
    item, *rest = _ITEMS.columns
    rows: list[dict[str, Cell]] = [
        {"item": "sku-1", "title": "Tent <b>", "orders": 4},
        {"item": "sku-2", "title": None, "orders": 2},
    ]
    titled = msgspec.structs.replace(
        _ITEMS, columns=[item, Column(key="title", title="Title", unit="text"), *rest], rows=rows
    )
    page = render_page(msgspec.structs.replace(REPORT, tables=[titled]))
    assert re.findall(r'text-anchor="end">([^<]*)<', page) == ["Tent &lt;b&gt;", "sku-2"]
    assert '"names":["Tent <b>","sku-2"]' in unescape(page)
