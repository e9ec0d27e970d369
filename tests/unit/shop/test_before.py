"""Before against after, of files and of the shop's own orders."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pairwell
from pairwell.errors import EvidenceError, RequestError
from pairwell.measure.before.records import BeforeAfter, Change
from pairwell.measure.before.rows import Who
from pairwell.shop.before import Columns, before_after_of_file

FIRST, DAYS, BEFORE = date(2025, 1, 6), 154, 112
AT = FIRST + timedelta(days=BEFORE)
WEB = Who(group="channel", touched=["web"])


def sales(lift: float = 1.4) -> list[dict[str, Any]]:
    """Some ten orders a day and channel, of a few items; from AT on the web's unit prices are `lift` times as high."""
    rng = np.random.default_rng(5)
    rows: list[dict[str, Any]] = []
    for day in range(DAYS):
        for channel in ("web", "store", "phone"):
            for order in range(int(rng.poisson(10 + 3 * np.sin(2 * np.pi * day / 7))) + 1):
                price = rng.uniform(5, 15) * (lift if channel == "web" and day >= BEFORE else 1)
                rows.extend(_line(day, channel, order, item, price) for item in range(1 + order % 2))
    return rows


def _line(day: int, channel: str, order: int, item: int, price: float) -> dict[str, Any]:
    return {
        "order_id": f"{day}-{channel}-{order}",
        "customer_id": f"c{order}",
        "placed_at": f"{FIRST + timedelta(days=day)} 12:00",
        "channel": channel,
        "item_id": "AB"[item],
        "category": ("toys", "tools")[item],
        "quantity": 1,
        "unit_price": f"{price:.2f}",
        "day": FIRST + timedelta(days=day),
    }


def write(path: Path, rows: list[dict[str, Any]], *leave_out: str) -> Path:
    with path.open("w", newline="") as target:
        writer = csv.DictWriter(target, [name for name in rows[0] if name not in leave_out], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return sales()


@pytest.fixture(scope="module")
def file(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("before") / "sales.csv", rows)


@pytest.fixture(scope="module")
def shop_folder(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before") / "shop"
    with pairwell.create(folder) as shop:
        shop.ingest("orders", write(folder.parent / "orders.csv", rows, "day", "category"))
        items = write(folder.parent / "items.csv", rows[:8], "order_id", "customer_id", "placed_at", "channel", "day")
        shop.ingest("items", items)
    return folder


def of_file(path: Path, metric: str = "unit_price", who: Who = WEB, **more: Any) -> BeforeAfter:
    asked = {"at": AT, "metric": metric, **{key: more.pop(key) for key in list(more) if key in ("method", "until")}}
    above, _, below = metric.partition("/")
    columns = Columns(at=more.pop("date", "day"), above=above, below=below or None, **more)
    return before_after_of_file(path, columns, Change(**asked), who)


def test_a_file_shows_what_changed(file: Path) -> None:
    found = of_file(file)

    assert (found.verdict, found.periods_before, found.periods_after) == ("better", 112, 42)
    assert (found.touched, found.compared) == (["web"], ["phone", "store"])
    assert found.effect_relative == pytest.approx(0.4, abs=0.1)


def test_named_groups_are_compared_and_no_others(file: Path) -> None:
    assert of_file(file, who=Who(group="channel", touched=["web"], compare=["phone"])).compared == ["phone"]


def test_the_untouched_show_nothing(file: Path) -> None:
    found = of_file(file, who=Who(group="channel", touched=["phone"], compare=["store"]))

    assert found.verdict == "no_difference_shown"


def test_where_moments_have_a_time_the_newest_day_is_not_over(file: Path) -> None:
    assert of_file(file).until == FIRST + timedelta(days=DAYS)
    assert of_file(file, date="placed_at").until == FIRST + timedelta(days=DAYS - 7)


def test_a_ratio_is_one_of_sums_by_week(file: Path, rows: list[dict[str, Any]]) -> None:
    found = of_file(file, "unit_price/rows")
    first = [float(row["unit_price"]) for row in rows if row["channel"] == "web" and row["day"] < FIRST + timedelta(7)]

    assert (found.grain, found.verdict) == ("week", "better")
    assert found.weeks[0].touched == pytest.approx(sum(first) / len(first))


def test_a_control_series_stands_in_a_column_of_its_own(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    visits = rng.normal(1000, 100, DAYS)
    revenue = visits * 2 * rng.normal(1, 0.02, DAYS) * np.where(np.arange(DAYS) >= BEFORE, 1.1, 1)
    wide = [
        {"day": FIRST + timedelta(days=day), "revenue": f"{revenue[day]:.2f}", "visits": f"{visits[day]:.0f}"}
        for day in range(DAYS)
    ]
    path = write(tmp_path / "wide.csv", wide)
    beside = of_file(path, "revenue", Who(), control="visits")
    alone = of_file(path, "revenue", Who())

    assert (beside.method, beside.compared, beside.verdict) == ("structural", ["visits"], "better")
    assert beside.effect_relative == pytest.approx(0.1, abs=0.02)
    assert beside.ci_relative is not None
    assert alone.ci_relative is not None
    assert beside.ci_relative[1] - beside.ci_relative[0] < 0.5 * (alone.ci_relative[1] - alone.ci_relative[0])
    assert of_file(path, "revenue", Who(), control="visits", method="did").method == "did"


def test_the_shop_says_the_same_as_its_file(file: Path, shop_folder: Path) -> None:
    until = FIRST + timedelta(days=DAYS)
    told = of_file(file, until=until)
    with pairwell.open(shop_folder) as shop:
        found = shop.before_after(Change(at=AT, metric="revenue", until=until), WEB)

    assert (found.currency, found.verdict) == ("EUR", "better")
    assert [found.effect_absolute, *(found.ci_absolute or ())] == pytest.approx(
        [told.effect_absolute, *(told.ci_absolute or ())]
    )
    assert [week.touched for week in found.weeks] == pytest.approx([week.touched for week in told.weeks])


def test_returns_are_still_to_come(shop_folder: Path) -> None:
    with pairwell.open(shop_folder) as shop:
        notes = {name: shop.before_after(Change(at=AT, metric=name), WEB).notes for name in ("margin", "revenue")}

    assert ["less time to come back" in " ".join(notes[name]) for name in ("margin", "revenue")] == [True, False]


def test_an_empty_shop_has_no_rows(tmp_path: Path) -> None:
    with pairwell.create(tmp_path / "shop") as shop, pytest.raises(EvidenceError, match="no rows in the time"):
        shop.before_after(Change(at=AT, metric="revenue"))


def test_the_newest_day_of_a_shop_is_not_over(shop_folder: Path) -> None:
    with pairwell.open(shop_folder) as shop:
        found = shop.before_after(Change(at=AT, metric="orders"), WEB)

    assert (found.until, found.currency) == (FIRST + timedelta(days=DAYS - 7), None)


def test_a_category_is_what_was_sold_of_it(shop_folder: Path, rows: list[dict[str, Any]]) -> None:
    toys = Who(group="category", touched=["toys"])
    with pairwell.open(shop_folder) as shop:
        found = {name: shop.before_after(Change(at=AT, metric=name), toys) for name in ("orders", "units", "revenue")}
        with pytest.raises(RequestError, match="no metric that adds up over days of category"):
            shop.before_after(Change(at=AT, metric="aov"), toys)

    first = [row for row in rows if row["category"] == "toys" and row["day"] < FIRST + timedelta(7)]
    assert found["units"].weeks[0].touched == len(first)
    assert found["orders"].weeks[0].touched == len({row["order_id"] for row in first})
    assert found["revenue"].weeks[0].touched == pytest.approx(sum(float(row["unit_price"]) for row in first))


def test_what_is_named_wrongly_is_told(file: Path, shop_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="'channel' has no value 'webb' in this time; it has phone, store, web") as e:
        of_file(file, who=Who(group="channel", touched=["webb"]))
    assert e.value.hint == "Did you mean `web`?"
    with pytest.raises(RequestError, match="Nobody said which 'channel' was touched"):
        of_file(file, who=Who(group="channel"))
    with pytest.raises(RequestError, match="nothing to compare with"):
        of_file(file, who=Who(touched=["web"]))
    with pytest.raises(RequestError, match="'web' is named as touched and as untouched"):
        of_file(file, who=Who(group="channel", touched=["web"], compare=["web"]))
    with pytest.raises(RequestError, match="has no column 'colour'"):
        of_file(file, who=Who(group="colour", touched=["red"]))
    with pytest.raises(EvidenceError, match="are no moment"):
        of_file(write(tmp_path / "days.csv", [{"day": "spring", "unit_price": 1, "channel": "web"}]))
    with pairwell.open(shop_folder) as shop:
        with pytest.raises(RequestError, match="'price' is no metric that adds up over days"):
            shop.before_after(Change(at=AT, metric="price"))
        with pytest.raises(RequestError, match="'week' is a span of time"):
            shop.before_after(Change(at=AT, metric="revenue"), Who(group="week", touched=["a"]))
        with pytest.raises(RequestError, match="'return_rate' of what was ordered lately is still to come"):
            shop.before_after(Change(at=AT, metric="return_rate"))
        with pytest.raises(EvidenceError, match="no rows in the time"):
            shop.before_after(Change(at=date(2031, 1, 1), metric="revenue"))
