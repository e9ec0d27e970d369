"""What each seller sold, against targets and the others; never a ranking."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pairwell.advise.stores.records import Reached, Scoreboard
from pairwell.advise.stores.scoreboard import target_span
from pairwell.report.stores.board import board_report
from pairwell.report.stores.shown import as_report
from pairwell.shop.face import Shop, create_shop

SINCE, UNTIL = datetime(2026, 3, 1), datetime(2026, 4, 1)  # noqa: DTZ001 - of the shop's days


@pytest.fixture(scope="module")
def board(counter: Shop) -> Scoreboard:
    return counter.sellers.scoreboard(SINCE, UNTIL)


def test_who_adds_more_or_less_than_the_goods_explain_is_found_and_the_others_are_not_called_anything(
    board: Scoreboard,
) -> None:
    standing = {one.name: one.add_ons.standing for one in board.sellers}
    assert standing == dict.fromkeys(("Ann", "Di", "Ed", "Flo"), "as_expected") | {"Bo": "below", "Cy": "above"}
    assert {one.upgrades.standing for one in board.sellers} == {"as_expected"}


def test_rates_are_the_metric_of_reports(board: Scoreboard, counter: Shop) -> None:
    (table,) = counter.report("sellers", SINCE, UNTIL).tables
    rows = {row["seller_id"]: row for row in table.rows}
    for one in board.sellers:
        row = rows[one.seller_id]
        assert one.add_ons.rate.share == pytest.approx(row["attach_rate"])
        assert one.add_ons.rate.interval is not None
        assert one.add_ons.rate.interval.low == pytest.approx(row["attach_rate_low"])
        assert (one.orders, one.revenue_minor) == (row["orders"], row["revenue"])


def test_what_goes_with_the_item_is_what_was_surely_bought_with_it(board: Scoreboard, counter: Shop) -> None:
    model = counter.model_or_none()
    assert model is not None
    fits = {one: {pair.item_id for pair in model.pairs(one, n=10, above_floor=True)} for one in ("tent", "tent+")}
    lines = counter.dataset.table("order_lines").to_pyarrow().to_pylist()
    heads = {row["order_id"]: row["seller_id"] for row in counter.dataset.table("orders").to_pyarrow().to_pylist()}
    held: dict[str, set[str]] = {}
    for line in lines:
        held.setdefault(line["order_id"], set()).add(line["item_id"])
    for one in board.sellers:
        chances = [
            (items, fits[item])
            for order, items in held.items()
            if heads[order] == one.seller_id
            for item in items
            if fits.get(item)
        ]
        assert one.fitting.rate.chances == len(chances)
        assert one.fitting.rate.taken == sum(bool(items & beside) for items, beside in chances)
    assert {one.name: one.fitting.standing for one in board.sellers}["Bo"] == "below"


def test_an_upgrade_is_taken_where_an_order_holds_it_instead_of_the_item(board: Scoreboard, counter: Shop) -> None:
    lines = counter.dataset.table("order_lines").to_pyarrow().to_pylist()
    heads = {row["order_id"]: row["seller_id"] for row in counter.dataset.table("orders").to_pyarrow().to_pylist()}
    for one in board.sellers:
        mine = [line["item_id"] for line in lines if heads[line["order_id"]] == one.seller_id]
        assert one.upgrades.rate.taken == mine.count("tent+")
        assert one.upgrades.rate.chances == mine.count("tent") + mine.count("tent+")


def test_a_target_is_held_against_its_own_time(board: Scoreboard) -> None:
    ann = board.sellers[0]
    (reached,) = ann.targets
    assert isinstance(reached, Reached)
    assert (reached.target_revenue_minor, reached.revenue_minor) == (100_000, ann.revenue_minor)
    assert reached.revenue_share == pytest.approx(reached.revenue_minor / 100_000)
    assert reached.attach_interval is not None
    assert reached.attach_interval.high < 0.5
    assert reached.attach_met is False
    assert all(not one.targets for one in board.sellers[1:])


def test_a_target_of_a_part_of_the_period_counts_only_that_part(counter: Shop) -> None:
    early = counter.sellers.scoreboard(SINCE, datetime(2026, 3, 10))  # noqa: DTZ001
    assert early.sellers[0].targets[0].revenue_minor > (early.sellers[0].revenue_minor or 0)


def test_orders_of_nobody_are_left_out_and_counted(board: Scoreboard) -> None:
    assert board.unnamed == 30
    assert sum(one.orders for one in board.sellers) == 2_370


def test_sellers_stand_in_groups_and_in_alphabetical_order(board: Scoreboard) -> None:
    report = board_report(board)
    tables = {table.key: [str(row["seller"]) for row in table.rows] for table in report.tables}
    assert tables["sales"] == ["Ann (A)", "Bo (B)", "Cy (C)", "Di (D)", "Ed (E)", "Flo (F)"]
    assert tables["upgrades"] == tables["sales"]
    assert tables["add_ons"] == ["Cy (C)", "Ann (A)", "Di (D)", "Ed (E)", "Flo (F)", "Bo (B)"]
    assert any("ranking" in note for note in report.notes)
    assert not any(column.key in {"rank", "place"} for table in report.tables for column in table.columns)


def test_where_no_order_names_a_seller_the_next_step_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("nobody")
    with create_shop(folder / "shop") as shop:
        path = folder / "orders.csv"
        path.write_text("order_id,placed_at,item_id,quantity,unit_price\no1,2026-03-01,tent,1,5\n", "utf-8")
        shop.ingest("orders", path)
        (table,) = as_report(shop.sellers.scoreboard()).tables
    assert "seller_id" in (table.note or "")


@pytest.mark.parametrize(
    ("first_day", "months", "until"),
    [("2026-01-01", 1, "2026-02-01"), ("2026-10-01", 3, "2027-01-01"), ("2024-01-01", 12, "2025-01-01")],
)
def test_a_target_ends_where_its_last_month_does(first_day: str, months: int, until: str) -> None:
    span = target_span(first_day, months, "UTC")
    assert span.since == datetime.fromisoformat(first_day).replace(tzinfo=UTC)
    assert span.until == datetime.fromisoformat(until).replace(tzinfo=UTC)
