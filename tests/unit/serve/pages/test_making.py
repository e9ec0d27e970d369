from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from tests.unit.serve.pages.conftest import NOW

import pairwell
from pairwell.config.document import render_settings
from pairwell.config.published import publish_settings
from pairwell.config.workspace import read_draft
from pairwell.dataset.kept import FOLDER
from pairwell.errors import NotFoundError
from pairwell.events import Event, EventLine, EventOrder
from pairwell.operations.database import open_database
from pairwell.serve.pages.asked import Question
from pairwell.serve.pages.making import Reports
from pairwell.shop.face import Shop
from pairwell.shop.keeping.keeping import Keeping

OVERVIEW = Question(name="overview")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    file = tmp_path / "orders.csv"
    file.write_text("order_id,placed_at,item_id,quantity,unit_price\n1,2026-11-01 10:00,tent,1,235.00\n")
    with pairwell.create(tmp_path / "shop") as made:
        made.ingest("orders", file)
        yield made


@pytest.fixture
def reports(shop: Shop) -> Iterator[Reports]:
    database = open_database(shop.workspace.operations_url(""), durability="process")
    with closing(database), closing(Reports(shop.workspace, database, lambda: NOW)) as made:
        yield made


def order(number: int) -> Event:
    line = EventLine(item_id="tent", quantity=1, unit_price_minor=23_500)
    placed = EventOrder(order_id=f"o-{number}", lines=[line])
    return Event(event_id=f"e-{number}", type="order", at=NOW, customer_id="c-1", order=placed)


def orders_in(reports: Reports) -> object:
    return next(one.value for one in reports.make(OVERVIEW).report.figures if one.key == "orders")


def test_a_report_is_that_of_the_shop_and_its_state_stands_still(reports: Reports, shop: Shop) -> None:
    made = reports.make(OVERVIEW)
    assert made.report == shop.report("overview")
    assert made.state == reports.look()


def test_whatever_moves_the_numbers_moves_the_state(reports: Reports, shop: Shop, tmp_path: Path) -> None:
    assert orders_in(reports) == 1
    states = {reports.look()}
    shop.log_events([order(1)], now=NOW)
    states.add(reports.look())
    assert orders_in(reports) == 2
    states.add(reports.look())
    shop.decide({"placement": "cart", "cart": [{"item_id": "tent"}]})
    states.add(reports.look())
    file = tmp_path / "more.csv"
    file.write_text("order_id,placed_at,item_id,quantity,unit_price\n2,2026-11-02 10:00,tent,1,235.00\n")
    shop.ingest("orders", file)
    states.add(reports.look())
    assert orders_in(reports) == 3
    draft = read_draft(shop.workspace)
    changed = msgspec.structs.replace(draft, shop=msgspec.structs.replace(draft.shop, timezone="Asia/Tokyo"))
    shop.workspace.settings_file.write_text(render_settings(changed), encoding="utf-8")
    publish_settings(shop.workspace)
    states.add(reports.look())
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(file.read_text() + ",,,,\n")
    shop.ingest("orders", wrong)
    states.add(reports.look())
    assert len(states) == 7
    assert reports.make(OVERVIEW).report.timezone == "Asia/Tokyo"


def test_a_probe_moves_nothing(reports: Reports, shop: Shop) -> None:
    before = reports.look()
    with closing(open_database(shop.workspace.operations_url(""), durability="process")) as database:
        database.probe()
    assert reports.look() == before


def test_the_journal_is_carried_where_it_moved_and_not_else(
    reports: Reports, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: list[object] = []
    compact = Keeping.compact

    def counting(keeping: Keeping) -> object:
        carried.append(keeping)
        return compact(keeping)

    monkeypatch.setattr(Keeping, "compact", counting)
    for _ in range(3):
        reports.make(OVERVIEW)
    assert len(carried) == 1
    shop.log_events([order(1)], now=NOW)
    assert [orders_in(reports), orders_in(reports)] == [2, 2]
    assert len(carried) == 2


def test_a_report_that_is_none_is_told(reports: Reports) -> None:
    with pytest.raises(NotFoundError, match="nope"):
        reports.make(Question(name="nope"))


def test_what_makes_reports_is_loaded_before_anybody_asks() -> None:
    code = """
import sys, threading
from pathlib import Path
from pairwell.clock import system_clock
from pairwell.config.workspace import Workspace
from pairwell.serve.pages.making import Reports

reports = Reports(Workspace(Path("nowhere")), None, system_clock)
assert not {"ibis", "pairwell.report.reports"} & set(sys.modules)
reports.read_ahead()
for thread in threading.enumerate():
    if thread is not threading.current_thread():
        thread.join()
assert {"ibis.backends.duckdb", "pairwell.report.reports", "pairwell.shop.keeping.compact"} <= set(sys.modules)
assert "numba" in sys.modules
reports.close()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr


def test_what_was_made_before_somebody_was_forgotten_is_not_shown_any_more(reports: Reports, shop: Shop) -> None:
    shop.log_events([order(1)], now=NOW)
    made = reports.make(OVERVIEW)
    assert reports.stands(made.state)
    shop.log_events([order(2)], now=NOW)
    newer = reports.make(OVERVIEW)
    assert newer.state != made.state
    assert reports.stands(made.state)
    shop.keeping.forget("c-1")
    assert not reports.stands(made.state)
    assert not reports.stands(newer.state)
    assert reports.stands(reports.look())


def test_what_people_change_is_told_from_what_customers_do(reports: Reports, shop: Shop) -> None:
    before = reports.look()
    shop.log_events([order(1)], now=NOW)
    reports.make(OVERVIEW)
    assert reports.set_up(reports.look()) == reports.set_up(before)
    draft = read_draft(shop.workspace)
    changed = msgspec.structs.replace(draft, shop=msgspec.structs.replace(draft.shop, timezone="Asia/Tokyo"))
    shop.workspace.settings_file.write_text(render_settings(changed), encoding="utf-8")
    publish_settings(shop.workspace)
    assert reports.set_up(reports.look()) != reports.set_up(before)


def test_sums_are_kept_once_and_reports_of_a_few_days_do_not_wait_for_them(reports: Reports, shop: Shop) -> None:
    folder = shop.workspace.hidden / FOLDER
    reports.sum_up()
    (sums,) = folder.glob("orders-*")
    before = sums.stat().st_ino
    reports.sum_up()
    assert sums.stat().st_ino == before
    shop.log_events([order(1)], now=NOW)
    assert orders_in(reports) == 2
    reports.sum_up()
    assert len([*folder.glob("orders-*")]) == 2
    assert orders_in(reports) == 2


def test_a_shop_without_orders_has_no_sums(tmp_path: Path) -> None:
    with pairwell.create(tmp_path / "empty") as shop:
        database = open_database(shop.workspace.operations_url(""), durability="process")
        with closing(database), closing(Reports(shop.workspace, database, lambda: NOW)) as reports:
            reports.sum_up()
        assert not (shop.workspace.hidden / FOLDER).exists()
