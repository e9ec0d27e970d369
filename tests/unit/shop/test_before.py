"""Before against after, of files and of the shop's own orders."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import pairwell
from pairwell.config.turns import files_alone
from pairwell.errors import EvidenceError, RequestError
from pairwell.measure.before.records import BeforeAfter, Change
from pairwell.measure.before.rows import Who, daily_sums
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
    until = FIRST + timedelta(days=DAYS - 1)
    told = of_file(file, until=until)
    with pairwell.open(shop_folder) as shop:
        found = shop.before_after(Change(at=AT, metric="revenue", until=until), WEB)

    assert (found.currency, found.verdict) == ("EUR", "better")
    assert [found.effect_absolute, *(found.ci_absolute or ())] == pytest.approx(
        [told.effect_absolute, *(told.ci_absolute or ())]
    )
    assert [week.touched for week in found.weeks] == pytest.approx([week.touched for week in told.weeks])


@pytest.fixture(scope="module")
def returning(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing changes but that web's goods come back, a third of them, after 10 to 39 days; the newest still will."""
    folder = tmp_path_factory.mktemp("returning")
    flat = [row | {"unit_price": 10} for row in rows]
    rng = np.random.default_rng(6)
    back = [
        {"order_id": row["order_id"], "item_id": row["item_id"], "at": f"{at} 13:00", "quantity": 1}
        for row, days in zip(flat, rng.integers(10, 40, len(flat)), strict=True)
        if row["channel"] == "web"
        and rng.random() < 1 / 3
        and (at := row["day"] + timedelta(days=int(days))) < FIRST + timedelta(days=DAYS)
    ]
    with pairwell.create(folder / "shop") as shop:
        shop.ingest("orders", write(folder / "orders.csv", flat, "day", "category"))
        shop.ingest("returns", write(folder / "returns.csv", back))
    return folder / "shop"


RETURNS = ["margin", "margin_share", "return_rate", "refunds"]


@pytest.mark.parametrize("who", [Who(), WEB], ids=["model", "comparison"])
@pytest.mark.parametrize("metric", RETURNS)
def test_returns_to_come_are_no_effect(returning: Path, metric: str, who: Who) -> None:
    newest = FIRST + timedelta(days=DAYS - 1)
    with pairwell.open(returning) as shop:
        late = shop.before_after(Change(at=newest - timedelta(days=28), metric=metric, since=FIRST), who)
        early = shop.before_after(Change(at=newest - timedelta(days=62), metric=metric, grain="week"), who)

    assert (late.effect_relative, late.returns_within) == (None, 30)
    if late.reason != "too_few_before":  # a model of a ratio takes half a year
        assert late.reason == "too_few_after"
        assert "Wait until returns are in" in str(late.refusal)
    assert early.verdict in ("no_difference_shown", "not_estimable")
    assert early.until is None or early.until <= newest - timedelta(days=30)


def test_a_shorter_span_of_returns_leaves_more_days(returning: Path) -> None:
    asked = Change(at=AT, metric="margin", returns_within=15)
    with pairwell.open(returning) as shop:
        found = shop.before_after(asked, WEB)
        shorter = shop.before_after(replace(asked, returns_within=11), WEB)
        plain = shop.before_after(Change(at=AT, metric="revenue"), WEB)

    assert "Only what came back within 15 days" in " ".join(found.notes)
    assert found.mean_before is not None
    assert shorter.mean_before is not None
    assert shorter.mean_before > found.mean_before
    assert shorter.periods_after > found.periods_after
    assert (plain.returns_within, "came back" in " ".join(plain.notes)) == (None, False)


def test_a_span_of_returns_has_bounds(returning: Path) -> None:
    with pairwell.open(returning) as shop, pytest.raises(RequestError, match="within 0 days were asked for"):
        shop.before_after(Change(at=AT, metric="margin", returns_within=0), WEB)


def test_margins_of_a_shop_without_returns_are_whole(shop_folder: Path) -> None:
    with pairwell.open(shop_folder) as shop:
        found = shop.before_after(Change(at=AT, metric="margin"), WEB)

    assert (found.verdict, found.returns_within, found.periods_after) == ("better", None, 35)


def test_the_newest_day_is_not_over_whatever_is_asked_for(shop_folder: Path) -> None:
    newest = FIRST + timedelta(days=DAYS - 1)
    with pairwell.open(shop_folder) as shop:
        ends = [
            shop.before_after(Change(at=newest - timedelta(days=28), metric="orders", until=until), WEB).until
            for until in (None, newest, newest + timedelta(days=1), newest + timedelta(days=9))
        ]

    assert ends == [newest] * 4


def test_nobody_takes_files_away_while_they_are_read(shop_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bool] = []

    def read(history: Any, *args: Any, **more: Any) -> Any:
        with files_alone(shop.workspace.hidden, wait=False) as alone:
            taken.append(alone)
        return daily_sums(history, *args, **more)

    monkeypatch.setattr("pairwell.shop.before.daily_sums", read)
    with pairwell.open(shop_folder) as shop:
        shop.before_after(Change(at=AT, metric="orders"), WEB)

    assert taken == [False]


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
        with pytest.raises(EvidenceError, match="no rows in the time"):
            shop.before_after(Change(at=date(2031, 1, 1), metric="revenue"))
