"""The overview beside the period before: how sure changes are, visits, what is not whole, and clocks that change."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairwell.config.settings import Settings
from pairwell.config.settings import Shop as ShopSettings
from pairwell.dataset.kept import FOLDER
from pairwell.dataset.snapshots import Source
from pairwell.dataset.tables import TABLES
from pairwell.measure.intervals import Spread, ratio_interval
from pairwell.measure.sales.changes import Change
from pairwell.report import sales as reading
from pairwell.report.record import Figure, Report, Table
from pairwell.report.shown.csv import render_csv
from pairwell.report.shown.page import render_page
from pairwell.report.shown.text import render_text
from pairwell.shop.face import Shop, create_shop

Row = dict[str, Any]
_AT = datetime(2024, 3, 10, 12, tzinfo=UTC)
_SINCE, _UNTIL, _BEFORE = (datetime(2024, month, 1, tzinfo=UTC) for month in (3, 4, 2))
_MONTH = _UNTIL - _SINCE
_UNSAID: dict[str, Row] = {
    "orders": {"discount_minor": 0, "shipping_minor": 0, "tax_minor": 0, "currency": "EUR", "rate": 1.0},
    "order_lines": {"line_no": 1, "item_id": "p", "quantity": 1.0, "unit_price_minor": 1_000, "discount_minor": 0},
    "items": {"valid_from": _AT, "derived": False, "published": True},
    "events": {"type": "view"},
    "returns": {},
}


def _open(folder: Path, zone: str) -> Shop:
    return create_shop(folder, Settings(shop=ShopSettings(currency="EUR", timezone=zone, margin_rate=0.4)))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with _open(tmp_path / "shop", "UTC") as opened:
        yield opened


def _store(shop: Shop, **tables: Sequence[Row]) -> None:
    staged = {}
    for name, rows in tables.items():
        staged[name] = shop.workspace.root / f"{name}.parquet"
        whole = [_UNSAID[name] | row for row in rows]
        pq.write_table(pa.Table.from_pylist(whole, schema=TABLES[name].schema), staged[name])
    shop.dataset.merge(staged, source=Source(name="test", files=("test",), at=_AT, rows={}), now=_AT)


def _figure(report: Report, key: str) -> Figure:
    return next(figure for figure in report.figures if figure.key == key)


def _table(report: Report, key: str) -> Table:
    return next(table for table in report.tables if table.key == key)


def _two_months(shop: Shop, *, more: float = 1.0, n: int = 400) -> list[tuple[str, bool, int]]:
    """Orders of March and of February, of customers of whom some buy in both; (customer, of March, revenue) each."""
    drawn = random.Random(5)
    sold = []
    for number in range(n):
        march = number % 2 == 0
        price = round(drawn.lognormvariate(7, 0.7) * (more if march else 1.0))
        sold.append((f"c{drawn.randrange(n // 3)}", march, price))
    orders, lines = [], []
    for number, (customer, march, price) in enumerate(sold):
        at = (_SINCE if march else _SINCE - _MONTH) + number // 2 * 2 * _MONTH / n
        seller = "s-1" if number % 3 else "s-2"
        orders.append({"order_id": f"o{number}", "customer_id": customer, "placed_at": at, "seller_id": seller})
        lines.append({"order_id": f"o{number}", "unit_price_minor": price})
    _store(shop, orders=orders, order_lines=lines, items=[{"item_id": "p", "category": "Pans"}])
    return sold


def _by_hand(sold: Sequence[tuple[str, bool, int]], *, of_orders: bool) -> tuple[float, float]:
    """The interval of a difference of means an order, or of sums, from one number a customer."""
    names = sorted({customer for customer, _, _ in sold})
    apart = np.zeros(len(names))
    means = {now: np.mean([price for _, march, price in sold if march == now]) for now in (True, False)}
    counts = {now: sum(march == now for _, march, _ in sold) for now in (True, False)}
    for customer, march, price in sold:
        own = (price - means[march]) / counts[march] if of_orders else price
        apart[names.index(customer)] += own if march else -own
    difference = means[True] - means[False] if of_orders else apart.sum()
    square, cube = float((apart**2).sum()), float((apart**3).sum())
    found = ratio_interval(Spread(units=len(names), above=float(difference), below=1.0, square=square, cube=cube))
    assert found is not None
    return found.low, found.high


def test_changes_are_as_sure_as_customers_let_them_be(shop: Shop) -> None:
    sold = _two_months(shop)
    report = shop.report("overview", since=_SINCE, until=_UNTIL)
    for key, of_orders in (("aov", True), ("revenue", False)):
        figure = _figure(report, key)
        assert (figure.change_low, figure.change_high) == pytest.approx(_by_hand(sold, of_orders=of_orders), rel=1e-6)


def test_a_change_that_chance_may_have_made_is_said_to_be_none(shop: Shop) -> None:
    _two_months(shop)
    report = shop.report("overview", since=_SINCE, until=_UNTIL)
    (line,) = (line for line in render_text(report) if line.startswith("Average order value"))
    assert line.endswith("no difference shown")
    assert "no difference shown" in render_page(report)
    assert "change_low,change_high" in render_csv(report)["figures"].splitlines()[0]


def test_a_change_that_is_shown_is_shown(shop: Shop) -> None:
    _two_months(shop, more=3.0)
    report = shop.report("overview", since=_SINCE, until=_UNTIL)
    line, told = (line for line in render_text(report) if line.startswith("Average order value"))
    assert "no difference" not in line
    assert told in "\n".join(render_text(report)).split("What changed")[1]
    low = _figure(report, "aov").change_low
    assert low is not None
    assert low > 0


@pytest.mark.parametrize(("more", "verdict"), [(1.0, "no difference shown"), (3.0, "more"), (0.2, "less")])
def test_categories_and_sellers_tell_how_sure_their_changes_are(shop: Shop, more: float, verdict: str) -> None:
    sold = _two_months(shop, more=more)
    (pans,) = _table(shop.report("categories", since=_SINCE, until=_UNTIL), "categories").rows
    before = sum(price for _, march, price in sold if not march)
    ends = [end / before for end in _by_hand(sold, of_orders=False)]
    assert [pans["change_low"], pans["change_high"]] == pytest.approx(ends, rel=1e-6)
    assert pans["change_verdict"] == verdict
    sellers = _table(shop.report("sellers", since=_SINCE, until=_UNTIL), "sellers").rows
    assert {row["revenue_change_verdict"] for row in sellers} == {verdict}
    assert len(sellers) == 2


def test_one_change_of_twenty_is_called_one_only_where_it_stands_out_among_them() -> None:
    looks = {f"row {number}": Change(-1.0, 5.0, number / 20) for number in range(2, 20)}
    alone = Change(1.0, 9.0, 0.03)
    assert reading.judged({"alone": alone}) == {"alone": "more"}
    assert set(reading.judged(looks | {"alone": alone}).values()) == {"no difference shown"}
    told = reading.judged(looks | {"alone": alone, "sure": Change(-9.0, -3.0, 0.0001)})
    assert (told["alone"], told["sure"]) == ("no difference shown", "less")


def test_rows_where_nothing_changed_are_called_changed_no_more_often_than_said(shop: Shop) -> None:
    chance = random.Random(3)
    sold = [(chance.randrange(2), chance.randrange(600), chance.randrange(20)) for _ in range(12_000)]
    orders = [
        {"order_id": f"o{number}", "customer_id": f"c{customer}"}
        | {"placed_at": (_SINCE if march else _SINCE - _MONTH) + number * _MONTH / len(sold)}
        for number, (march, customer, _) in enumerate(sold)
    ]
    lines = [
        {"order_id": f"o{number}", "item_id": f"i{item}", "unit_price_minor": chance.randrange(500, 1_500)}
        for number, (_, _, item) in enumerate(sold)
    ]
    _store(shop, orders=orders, order_lines=lines)
    (table,) = shop.report("categories", since=_SINCE, until=_UNTIL, by="item").tables
    assert [row["change_verdict"] for row in table.rows] == ["no difference shown"] * 20
    assert "Benjamini and Hochberg" in str(table.note)


def _daily(shop: Shop, first: datetime, days: int) -> None:
    """An order a day of ten customers, at noon; every second one comes back ten days later, as far as that is past."""
    orders = [
        {"order_id": f"o{day}", "customer_id": f"c{day % 10}", "placed_at": first + timedelta(days=day, hours=12)}
        for day in range(days)
    ]
    back = [
        {"order_id": f"o{day}", "line_no": 1, "quantity": 1.0, "at": first + timedelta(days=day + 10)}
        for day in range(0, max(days - 10, 1), 2)
    ]
    _store(shop, orders=orders, order_lines=[{"order_id": one["order_id"]} for one in orders], returns=back)


def test_a_month_to_date_is_compared_with_as_many_days(shop: Shop) -> None:
    _daily(shop, _SINCE - timedelta(days=40), 54)
    report = shop.report("overview", since=_SINCE, until=_UNTIL)
    assert report.previous is not None
    assert (report.previous.since, report.previous.until) == (_SINCE - timedelta(days=14), _SINCE)
    orders = _figure(report, "orders")
    assert (orders.value, orders.previous) == (14, 14)
    assert "It is compared with as many days before it as it has up to 2024-03-14." in report.notes


def test_a_young_shop_is_told_no_change(shop: Shop) -> None:
    _daily(shop, _SINCE, 36)
    report = shop.report("overview")
    assert report.previous is None
    assert {figure.previous for figure in report.figures} == {None}
    assert any("no whole period before to compare with" in note for note in report.notes)


def test_what_may_still_come_back_is_not_compared(shop: Shop) -> None:
    _daily(shop, _SINCE - timedelta(days=100), 200)
    report = shop.report("overview")
    told = {figure.key for figure in report.figures if figure.previous is not None}
    assert not told & {"margin", "margin_share", "return_rate", "refunds"}
    assert {"revenue", "aov"} <= told
    assert any(note.startswith("What was ordered after 2024-04-09 may still come back") for note in report.notes)
    older = shop.report("overview", since=_SINCE, until=_UNTIL)
    rate = _figure(older, "return_rate")
    assert rate.value == pytest.approx(16 / 31)
    assert rate.previous == pytest.approx(15 / 31)
    assert not any("may still come back" in note for note in older.notes)


def test_few_customers_leave_a_change_without_an_interval(shop: Shop) -> None:
    _two_months(shop, n=30)
    report = shop.report("overview", since=_SINCE, until=_UNTIL)
    aov = _figure(report, "aov")
    assert (aov.previous is None, aov.change_low) == (False, None)
    assert "no difference shown" not in "\n".join(render_text(report))


def test_what_is_kept_says_the_same_as_what_is_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    _two_months(shop)
    made = shop.report("overview", since=_SINCE, until=_UNTIL)
    folder = shop.dataset.folder_for(FOLDER)
    assert [path.suffix for path in folder.iterdir()] == [".parquet"]
    assert shop.report("overview", since=_SINCE, until=_UNTIL) == made
    monkeypatch.setattr(reading, "kept_orders", lambda _, **__: None)
    assert shop.report("overview", since=_SINCE, until=_UNTIL) == made


def _slow_visits(events: Sequence[Row], orders: Sequence[Row]) -> tuple[int, int, int]:
    """Visits of March, those with a cart, those with an order: one event after the other."""
    owner: dict[str, set[str]] = {}
    for event in events:
        if event.get("visitor_id") and event.get("customer_id"):
            owner.setdefault(event["visitor_id"], set()).add(event["customer_id"])
    visits: list[tuple[str, list[Row]]] = []
    open_: dict[str, list[Row]] = {}
    for event in sorted(events, key=lambda event: event["at"]):
        whose = event.get("customer_id")
        if whose is None and len(owner.get(event["visitor_id"], ())) == 1:
            (whose,) = owner[event["visitor_id"]]
        unit = f"c:{whose}" if whose else f"v:{event['visitor_id']}"
        if unit not in open_ or event["at"] - open_[unit][-1]["at"] > timedelta(minutes=30):
            open_[unit] = []
            visits.append((unit, open_[unit]))
        open_[unit].append(event)
    found = [0, 0, 0]
    for unit, told in visits:
        if not _SINCE <= told[0]["at"] < _UNTIL:
            continue
        late = told[-1]["at"] + timedelta(minutes=30)
        bought = any(f"c:{one['customer_id']}" == unit and told[0]["at"] <= one["placed_at"] <= late for one in orders)
        carted = any(event["type"] in {"add_to_cart", "checkout"} for event in told)
        found = [found[0] + 1, found[1] + (carted or bought), found[2] + bought]
    return found[0], found[1], found[2]


@pytest.mark.parametrize("seed", [1, 2])
def test_visits_are_those_of_a_slow_path(shop: Shop, seed: int) -> None:
    drawn = random.Random(seed)
    known = [("v1", "a"), ("v1", None), ("v2", "b"), ("v2", "c"), ("v2", None), ("v3", None), (None, "a"), (None, "b")]
    events: list[Row] = []
    for number in range(3_000):
        visitor, customer = drawn.choice(known)
        at = _BEFORE + timedelta(days=15, minutes=5 * drawn.randrange(9_000))
        kind = drawn.choice(["view", "view", "search", "add_to_cart", "checkout"])
        events.append(
            {"event_id": f"e{number}", "at": at, "type": kind, "visitor_id": visitor, "customer_id": customer}
        )
    orders = [
        {
            "order_id": f"o{number}",
            "customer_id": drawn.choice("abc"),
            "placed_at": _BEFORE + timedelta(days=15, minutes=5 * drawn.randrange(9_000)),
        }
        for number in range(200)
    ]
    lines = [{"order_id": one["order_id"]} for one in orders]
    _store(shop, orders=orders, order_lines=lines, events=events)
    report = shop.report("overview", since=_SINCE, until=_UNTIL)
    visits, carted, bought = _slow_visits(events, orders)
    assert 0 < bought < carted < visits
    told = [_figure(report, key).value for key in ("visits", "cart_rate", "conversion")]
    assert told == pytest.approx([visits, carted / visits, bought / visits])


def test_visits_of_many_have_an_interval_and_a_change(shop: Shop) -> None:
    events, orders = [], []
    for number in range(200):
        at = (_SINCE if number % 2 else _SINCE - timedelta(days=9)) + timedelta(hours=number)  # nine days of March
        events.append({"event_id": f"e{number}", "at": at, "customer_id": f"c{number % 70}"})
        if number % 5 == 0:
            orders.append({"order_id": f"o{number}", "customer_id": f"c{number % 70}", "placed_at": at})
    _store(shop, orders=orders, order_lines=[{"order_id": one["order_id"]} for one in orders], events=events)
    conversion = _figure(shop.report("overview", since=_SINCE, until=_UNTIL), "conversion")
    assert (conversion.value, conversion.previous) == (0.2, 0.2)
    assert conversion.low is not None
    assert conversion.change_low is not None
    assert conversion.change_high is not None
    assert conversion.low < 0.2
    assert conversion.change_low < 0 < conversion.change_high


def test_visits_that_hold_few_of_the_orders_are_said_to_be_a_part(shop: Shop) -> None:
    events = [{"event_id": f"e{number}", "at": _AT, "customer_id": f"c{number}"} for number in range(4)]
    orders = [{"order_id": f"o{number}", "customer_id": f"c{number}", "placed_at": _AT} for number in range(9)]
    _store(shop, orders=orders, order_lines=[{"order_id": one["order_id"]} for one in orders], events=events)
    part = "Events tell of 4 visits with an order, where 9 orders were placed"
    assert shop.report("overview", since=_SINCE, until=_UNTIL).notes[0].startswith(part)
    events = [{"event_id": "e4", "at": _AT, "customer_id": "c4"}]
    _store(shop, events=events)
    assert not any("where 9 orders" in note for note in shop.report("overview", since=_SINCE, until=_UNTIL).notes)


def test_without_events_nothing_is_said_of_visits_and_without_those_of_the_period_why(shop: Shop) -> None:
    _two_months(shop)
    assert "visits" not in {figure.key for figure in shop.report("overview").figures}
    _store(shop, events=[{"event_id": "e", "at": _AT - timedelta(days=900), "customer_id": "c1"}])
    found = _figure(shop.report("overview", since=_SINCE, until=_UNTIL), "conversion")
    assert str(found.refusal).startswith("No event tells of a visit in this period.")


def test_what_is_not_whole_is_marked(shop: Shop) -> None:
    moments = [datetime(2024, 1, 1, 8, tzinfo=UTC), datetime(2024, 6, 12, 12, 50, tzinfo=UTC)]
    orders = [{"order_id": f"o{place}", "customer_id": "c", "placed_at": at} for place, at in enumerate(moments)]
    _store(shop, orders=orders, order_lines=[{"order_id": one["order_id"]} for one in orders])
    since, until = datetime(2024, 1, 15), datetime(2024, 7, 20)  # noqa: DTZ001 - of the shop's zone
    by_month = _table(shop.report("overview", since=since, until=until, by="month"), "over_time")
    assert {row["month"]: row["partial"] for row in by_month.rows if row["partial"]} == {
        "2024-01-01": "from 2024-01-15", "2024-06-01": "until 2024-06-12", "2024-07-01": "no order as late",
    }  # fmt: skip
    assert "Do not compare" in str(by_month.note)
    (*days, last) = _table(shop.report("overview"), "over_time").rows
    assert (last["day"], last["partial"]) == ("2024-06-12", "until 12:50")
    assert not any(row["partial"] for row in days)


_CLOCKS = [
    ("Europe/Berlin", "2024-10-27", 25),  # an hour twice
    ("America/New_York", "2024-03-10", 23),
    ("Asia/Kathmandu", "2024-10-27", 24),  # five hours and three quarters off
    ("Australia/Lord_Howe", "2024-10-06", 23.5),  # half an hour
    ("America/Sao_Paulo", "2018-11-04", 23),  # there is no midnight
    ("Pacific/Apia", "2011-12-31", 24),  # the day before there was none
]


@pytest.mark.parametrize(("zone", "day", "hours"), _CLOCKS)
def test_a_day_holds_what_was_ordered_while_clocks_showed_it(tmp_path: Path, zone: str, day: str, hours: float) -> None:
    since = datetime.fromisoformat(day)  # naive: of the shop's zone, as `--since` and `--until` are
    with _open(tmp_path / "shop", zone) as shop:
        utc = since.replace(tzinfo=UTC)
        moments = [utc + timedelta(minutes=15 * place) for place in range(-4 * 30, 4 * 50)]
        orders = [{"order_id": f"o{place}", "customer_id": "c", "placed_at": at} for place, at in enumerate(moments)]
        _store(shop, orders=orders, order_lines=[{"order_id": one["order_id"]} for one in orders])
        report = shop.report("overview", since=since, until=since + timedelta(days=1))
    assert report.period is not None
    assert report.period.until - report.period.since == timedelta(hours=hours)
    within = sum(report.period.since <= at < report.period.until for at in moments)
    assert within == hours * 4
    assert _figure(report, "orders").value == within
    (row,) = _table(report, "over_time").rows
    assert (row["day"], row["orders"]) == (day, within)


def test_an_hour_that_clocks_show_twice_is_taken_as_the_first_unless_its_offset_is_named(tmp_path: Path) -> None:
    first = datetime(2024, 10, 27, 0, 30, tzinfo=UTC)  # 2:30 in Berlin, and an hour later again
    orders = [
        {"order_id": f"o{place}", "customer_id": "c", "placed_at": first + timedelta(hours=place)} for place in (0, 1)
    ]
    with _open(tmp_path / "shop", "Europe/Berlin") as shop:
        _store(shop, orders=orders, order_lines=[{"order_id": one["order_id"]} for one in orders])
        until = datetime(2024, 10, 28)  # noqa: DTZ001
        both = shop.report("overview", since=datetime(2024, 10, 27, 2, 30), until=until)  # noqa: DTZ001
        later = shop.report("overview", since=datetime.fromisoformat("2024-10-27T02:30:00+01:00"), until=until)
    assert [_figure(report, "orders").value for report in (both, later)] == [2, 1]
