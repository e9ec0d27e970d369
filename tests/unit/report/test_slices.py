"""The reports of offers by slice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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
from pairwell.errors import RequestError
from pairwell.events import Event
from pairwell.journal.store import Journal
from pairwell.measure.offers.estimates import Estimate
from pairwell.operations.database import Database
from pairwell.report.findings import build_findings
from pairwell.report.funnel import build_funnel
from pairwell.report.placements import build_placements
from pairwell.report.profit import build_profit
from pairwell.report.record import Report
from pairwell.report.reports import REPORTS
from pairwell.report.shown.cells import Cells
from pairwell.report.verdicts import added_figure, is_open
from pairwell.serve.pages.contents import list_contents

__all__ = ["database"]
_HOUR = timedelta(hours=1)
_SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_ITEMS: list[dict[str, Any]] = [
    {"item_id": "mat", "category": "Sleep", "brand": "Soft", "price_minor": 100, "cost_minor": 40},
    {"item_id": "lamp", "category": "Light", "price_minor": 100, "cost_minor": 40},
    {"item_id": "tent", "category": "Sleep", "price_minor": 100, "cost_minor": 40},
]


@pytest.fixture
def shop(workspace: Workspace, database: Database) -> Dataset:
    """Six customers see `mat` and `lamp`; those of the north buy the mat, and one of the three sends it back."""
    journal, told, orders = Journal(database), list[Event](), list[Order]()
    for number in range(6):
        who = f"c-{number}"
        log(journal, _made(f"d-{number}", who))
        told += [
            event(f"s-{number}-{offer}", decision_id=f"d-{number}", offer_no=offer, at=NOW + _HOUR) for offer in (0, 1)
        ]
        if number % 2 == 0:
            told.append(event(f"a-{number}", type="accept", decision_id=f"d-{number}", offer_no=0, at=NOW + _HOUR))
            orders.append(Order(f"o-{number}", ("tent", "mat"), NOW + 2 * _HOUR, who))
    orders.append(Order("o-old", ("tent",), NOW - 100 * _HOUR, "c-0"))
    journal.log_events([told], now=NOW + _HOUR)
    dataset = fill(workspace, orders, _ITEMS)
    back = {"order_id": "o-4", "line_no": 2, "quantity": 1.0, "at": NOW + 5 * _HOUR}
    said = [
        {
            "customer_id": f"c-{number}",
            "valid_from": NOW - 100 * _HOUR,
            "attributes": '{"region": "South"}' if number % 2 else '{"region": "North"}',
        }
        for number in range(6)
    ]
    rows: dict[str, list[dict[str, Any]]] = {"returns": [back], "customers": said}
    staged = {name: stage(workspace.root, name, found) for name, found in rows.items()}
    dataset.merge(staged, source=Source(name="more", files=("more",), at=NOW, rows={}), now=NOW)
    return dataset


def _by(dataset: Dataset, database: Database, by: str) -> Any:
    return msgspec.structs.replace(_asked(dataset, database), by=by)


def _rows(report: Report, key: str = "slices") -> dict[str, Any]:
    return {str(row["name"]): row for row in _table(report, key).rows}


def test_the_way_of_offers_is_told_by_attribute(shop: Dataset, database: Database) -> None:
    report = build_funnel(_by(shop, database, "region"))
    rows = _rows(report)
    assert {name: (row["exposed"], row["accepted"], row["bought"], row["kept"]) for name, row in rows.items()} == {
        "North": (6, 3, 3, 2),
        "South": (6, 0, 0, 0),
    }
    assert rows["North"]["accept_rate"] == 0.5
    assert _rows(report, "left_without")["North"]["silent"] == 0
    assert _table(report, "left_why").rows == []


@pytest.mark.parametrize(
    ("by", "seen"),
    [
        ("category", {"Sleep": 6, "Light": 6}),
        ("brand", {"Soft": 6, "(unknown)": 6}),
        ("item", {"mat": 6, "lamp": 6}),
        ("placement", {"cart": 12}),
        ("channel", {"site": 12}),
        ("seller", {"(unknown)": 12}),
        ("new_or_returning", {"new": 10, "returning": 2}),
        ("customer.region", {"North": 6, "South": 6}),
    ],
)
def test_every_slice_holds_its_offers(shop: Dataset, database: Database, by: str, seen: dict[str, int]) -> None:
    assert {name: row["exposed"] for name, row in _rows(build_funnel(_by(shop, database, by))).items()} == seen


def test_money_of_a_slice_is_after_returns(shop: Dataset, database: Database) -> None:
    rows = _rows(build_profit(_by(shop, database, "region")))
    assert (rows["North"]["attributed_revenue"], rows["North"]["attributed_margin"]) == (200, 120)
    assert rows["North"]["returned_share"] == pytest.approx(1 / 3)
    assert rows["North"]["verdict"] == "cannot be told"
    assert rows["South"]["attributed_revenue"] == 0


@pytest.mark.parametrize("by", ["kind", "seller"])
def test_what_no_lot_can_tell_is_not_called_added(shop: Dataset, database: Database, by: str) -> None:
    table = _table(build_profit(_by(shop, database, by)), "slices")
    assert not any(column.key.startswith("added") for column in table.columns)
    assert "nobody can tell" in str(table.note)
    assert sum(int(str(row["attributed_revenue"])) for row in table.rows) == 200


def test_placements_are_told_by_slice(shop: Dataset, database: Database) -> None:
    rows = _table(build_placements(_by(shop, database, "region")), "slices").rows
    assert [(row["name"], row["placement"], row["accepted"], row["kept"]) for row in rows] == [
        ("North", "cart", 3, 2),
        ("South", "cart", 0, 0),
    ]


def test_slices_that_cannot_be_are_refused_with_those_that_can(shop: Dataset, database: Database) -> None:
    with pytest.raises(RequestError) as caught:
        build_funnel(_by(shop, database, "colour"))
    assert "category, channel, item, kind, new_or_returning, placement, region, seller" in str(caught.value.hint)
    with pytest.raises(RequestError, match="by placement already"):
        build_placements(_by(shop, database, "placement"))
    with pytest.raises(RequestError, match="Findings are of the whole shop"):
        build_findings(_by(shop, database, "region"))


@pytest.mark.parametrize("dated", [True, False])
def test_who_was_called_gold_after_meeting_offers_is_compared_with_nobody(
    shop: Dataset, database: Database, workspace: Workspace, *, dated: bool
) -> None:
    since = NOW + 3 * _HOUR if dated else _SINCE_EVER
    said = [
        {"customer_id": f"c-{number}", "valid_from": since, "attributes": '{"region": "North", "tier": "gold"}'}
        for number in range(0, 6, 2)
    ]
    if not dated:  # a first list without dates, that came after the offers
        said = [{**one, "customer_id": f"c-{9 + number}"} for number, one in enumerate(said)]
        log(Journal(database), *(_made(f"d-{9 + number}", f"c-{9 + number}") for number in range(3)))
    later = NOW + 3 * _HOUR
    source = Source(name="later", files=("later",), at=later, rows={})
    shop.merge({"customers": stage(workspace.root, "customers", said)}, source=source, now=later)
    settings = msgspec.convert({"choice": {"holdout": 0.3}}, Settings)
    report = build_profit(msgspec.structs.replace(_asked(shop, database, settings), by="tier"))
    if dated:  # what was said of them when they were met named no tier
        assert list(_rows(report)) == ["(unknown)"]
        return
    assert any(note.startswith("3 customers stand in no comparison of rows") for note in report.notes)
    row = _rows(build_funnel(_by(shop, database, "tier")))["gold"]
    assert row["shown"] == 6
    assert _rows(report).get("gold") is None or _rows(report)["gold"]["treated"] == 0


def test_items_that_came_back_are_no_money_of_a_finding(workspace: Workspace, database: Database) -> None:
    dataset = fill(workspace, [Order("o-1", ("tent", "mat"), NOW, "c-1")])  # no cost is stated of either
    back = {"order_id": "o-1", "line_no": 1, "quantity": 1.0, "at": NOW + _HOUR}
    source = Source(name="back", files=("back",), at=NOW, rows={})
    dataset.merge({"returns": stage(workspace.root, "returns", [back])}, source=source, now=NOW)
    rows = _table(build_findings(_asked(dataset, database)), "unknown_costs").rows
    assert [(row["item_id"], row["revenue"]) for row in rows] == [("mat", 100)]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (Estimate(value=-350, low=-26_000, high=16_000), True),  # nobody knows even the sign
        (Estimate(value=900, low=-100, high=1_900), False),  # 0 is at the very edge
        (Estimate(value=900, low=100, high=1_700), False),
    ],
)
def test_a_sum_whose_sign_is_open_is_not_shown_but_its_interval_is(found: Estimate, told: bool) -> None:
    figure = added_figure(("margin", "Margin", "money"), found, cells=Cells("EUR"))
    assert is_open(found) == told
    assert (figure.value is None) == told
    assert (figure.low, figure.high) == (found.low, found.high)
    if told:
        assert (
            figure.refusal == "Not proven yet: anything from -260.00 to 160.00 EUR fits what was seen (95 % interval)."
        )


def test_pages_offer_the_slices_that_reports_take(shop: Dataset, database: Database) -> None:
    told = {entry.name: entry for entry in list_contents(REPORTS)}
    for by in told["profit"].by:
        assert _table(build_profit(_by(shop, database, by)), "slices").columns[0].key, by
    assert told["funnel"].by == told["profit"].by
    assert set(told["profit"].by) - set(told["placements"].by) == {"placement"}
    assert all(told[name].by_more for name in ("funnel", "placements", "profit"))
