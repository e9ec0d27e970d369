"""What the report of customers says of offers, loyalty and complaints."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.journals import log
from tests.orders import Order, fill, stage
from tests.unit.journal.test_store import NOW, event
from tests.unit.report.test_offers import _asked, _made, _table, database

from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.events import Event
from pairwell.journal.store import Journal
from pairwell.operations.database import Database
from pairwell.records import Decision, Silence
from pairwell.report.asking import Asked
from pairwell.report.customers import build_customers
from pairwell.report.record import Report

__all__ = ["database"]
_DAY = timedelta(days=1)
_WITH_HOLDOUT = msgspec.convert({"choice": {"holdout": 0.3}}, Settings)


def _held(made: Decision) -> Decision:
    answer = msgspec.structs.replace(made.answer, silence=Silence(reason="holdout"), offers=[])
    return msgspec.structs.replace(made, arm="holdout", shown=False, answer=answer)


def _open(workspace: Workspace, database: Database, *, feedback: bool = True) -> Dataset:
    """120 customers, of whom every fourth is held out. The treated see two offers; every second one accepts one.

    All bought 20 days before. Of the treated those with an even number buy 10 days after, of the holdout a third do.
    """
    journal, told = Journal(database), list[Event]()
    orders = [Order(f"o-{number}", ("tent",), NOW - 20 * _DAY, f"c-{number}") for number in range(120)]
    for number in range(120):
        who, held = f"c-{number}", number % 4 == 3
        made = _made(f"d-{number}", who)
        log(journal, _held(made) if held else made)
        if not held:
            told += [event(f"s-{number}-{no}", decision_id=f"d-{number}", offer_no=no, at=NOW) for no in (0, 1)]
        if not held and number % 2:
            told.append(event(f"a-{number}", type="accept", decision_id=f"d-{number}", offer_no=0, at=NOW + _DAY))
        if number % 3 == 0 if held else number % 2 == 0:
            orders.append(Order(f"l-{number}", ("tent",), NOW + 10 * _DAY, who))
    orders.append(Order("last", ("tent",), NOW + 50 * _DAY, "c-0"))
    journal.log_events([told], now=NOW + _DAY)
    dataset = fill(workspace, orders)
    said = [
        {
            "feedback_id": f"f-{number}",
            "at": NOW + 3 * _DAY,
            "customer_id": f"c-{number}",
            "kind": "csat" if number % 3 else "complaint",
            "score": 5.0 if number % 3 else None,
        }
        for number in range(0, 120, 2)
    ]
    if feedback:
        staged = {"feedback": stage_feedback(workspace, said)}
        dataset.merge(staged, source=Source(name="said", files=("said",), at=NOW, rows={}), now=NOW)
    return dataset


def stage_feedback(workspace: Workspace, rows: list[dict[str, Any]]) -> Any:
    return stage(workspace.root, "feedback", rows)


def _report(dataset: Dataset, database: Database) -> Report:
    asked: Asked = msgspec.structs.replace(_asked(dataset, database, _WITH_HOLDOUT), now=NOW + 60 * _DAY)
    return build_customers(asked)


def test_the_lot_tells_who_came_back(workspace: Workspace, database: Database) -> None:
    table = _table(_report(_open(workspace, database), database), "loyalty_by_lot")
    first = table.rows[0]
    assert (first["what"], first["ones"], first["others"]) == ("within 30 days", 90, 30)
    assert first["ones_share"] == pytest.approx(60 / 90)
    assert first["others_share"] == pytest.approx(10 / 30)
    assert first["verdict"] == "more"
    month = next(row for row in table.rows if row["what"] == "in month 1 (30 days each)")
    assert month["ones_share"] == first["ones_share"]


def test_acceptors_are_beside_others_and_said_to_be_no_experiment(workspace: Workspace, database: Database) -> None:
    table = _table(_report(_open(workspace, database), database), "loyalty_of_acceptors")
    assert table.rows == []
    assert str(table.note).startswith("Not an experiment")
    assert "30 customers" in str(table.note)  # as many accepted; it takes 50


def test_what_customers_say_is_told_by_offers_seen_and_by_lot(workspace: Workspace, database: Database) -> None:
    report = _report(_open(workspace, database), database)
    rows = {str(row["seen"]): row for row in _table(report, "moods_by_exposure").rows}
    assert list(rows) == ["0", "1-2", "3-5", "6+"]
    assert rows["1-2"]["scores"] == 40
    assert rows["1-2"]["satisfaction"] == 1.0
    # Weeks begin with the first decision, before anything was seen of it.
    assert rows["0"]["complaints"] == 20
    complained = _table(report, "moods_by_lot").rows[1]
    assert (complained["ones_share"], complained["others_share"]) == pytest.approx((20 / 90, 0.0))


def test_no_feedback_is_a_refusal(workspace: Workspace, database: Database) -> None:
    report = _report(_open(workspace, database, feedback=False), database)
    table = _table(report, "moods_by_exposure")
    assert table.rows == []
    assert "Ingest `feedback`" in str(table.note)
    assert _table(report, "moods_by_lot").rows == []


def test_a_shop_without_offers_says_so(workspace: Workspace, database: Database) -> None:
    orders = [Order(f"o-{number}", ("tent",), NOW, f"c-{number}") for number in range(3)]
    report = _report(fill(workspace, orders), database)
    assert "Nobody was offered anything yet, so nobody knows what offers do to loyalty." in report.notes
