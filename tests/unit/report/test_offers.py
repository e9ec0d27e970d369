from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.journals import log
from tests.orders import Order, fill, stage
from tests.unit.journal.test_store import NOW, decision, event

from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.errors import RequestError
from pairwell.events import Event, EventLine, EventOrder
from pairwell.journal.store import Journal
from pairwell.measure.offers.estimates import LEVEL, Estimate, Group, compare
from pairwell.operations.database import Database, open_database
from pairwell.records import Decision, DecisionRequest
from pairwell.report.asking import Asked
from pairwell.report.funnel import build_funnel
from pairwell.report.overview import build_overview
from pairwell.report.placements import build_placements
from pairwell.report.profit import build_profit
from pairwell.report.record import Figure, Report, Table

_HOUR = timedelta(hours=1)
_BUILDERS = (build_profit, build_funnel, build_placements)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path}/operations.db", durability="process")


def _asked(dataset: Dataset, database: Database, settings: Settings | None = None) -> Asked:
    return Asked(dataset=dataset, database=database, settings=settings or Settings(), now=NOW + timedelta(days=1))


def _figure(report: Report, key: str) -> Figure:
    return next(one for one in report.figures if one.key == key)


def _table(report: Report, key: str) -> Table:
    return next(one for one in report.tables if one.key == key)


def _made(name: str, customer: str | None = "c-17", visitor: str | None = None, *, hours: int = 0) -> Decision:
    """A decision that shows `mat` and `lamp`."""
    made = decision(name)
    request = DecisionRequest(placement="cart", customer_id=customer, visitor_id=visitor)
    inputs = msgspec.structs.replace(made.inputs, now=NOW + hours * _HOUR, request=request)
    return msgspec.structs.replace(made, inputs=inputs)


def _bought(customer: str = "c-17", *, hours: int = 2, items: Sequence[str] = ("tent", "mat")) -> Order:
    return Order(f"o-{customer}-{hours}", tuple(items), NOW + hours * _HOUR, customer)


def _seen(name: str = "d-1", number: int = 0) -> Event:
    return event(f"e-{name}-{number}", decision_id=name, offer_no=number, at=NOW + _HOUR)


def test_a_shop_without_orders_has_reports_that_say_so(workspace: Workspace, database: Database) -> None:
    for build in _BUILDERS:
        report = build(_asked(Dataset(workspace), database))
        assert report.period is None
        assert "pairwell ingest orders" in report.notes[0]


def test_a_shop_without_decisions_says_that_nobody_can_tell(workspace: Workspace, database: Database) -> None:
    dataset = fill(workspace, [_bought()])
    reports = [build(_asked(dataset, database)) for build in _BUILDERS]
    assert _figure(reports[0], "attributed_margin_minor").value == 0
    overview = build_overview(_asked(dataset, database))
    assert not any(figure.key == "attributed_revenue_share" for figure in overview.figures)
    assert overview.lead[:2] == ["incremental_margin_minor", "attributed_revenue_minor"]
    assert (_figure(overview, "incremental_margin_minor").value, _figure(overview, "accept_rate").value) == (None, None)
    assert "nobody to compare" in str(_figure(reports[0], "incremental_margin_minor").refusal)
    assert _figure(reports[0], "inflation").refusal
    assert _figure(reports[1], "accept_rate").refusal
    assert _table(reports[2], "placements").rows == []


def test_offers_are_not_sliced_by_time(workspace: Workspace, database: Database) -> None:
    dataset = fill(workspace, [_bought()])
    for build in _BUILDERS:
        with pytest.raises(RequestError, match="not sliced by day"):
            build(msgspec.structs.replace(_asked(dataset, database), by="day"))


def test_what_one_customer_bought_is_put_down_and_not_called_added(workspace: Workspace, database: Database) -> None:
    journal = Journal(database)
    log(journal, _made("d-1"))
    accepted = event("e-a", type="accept", decision_id="d-1", offer_no=0, at=NOW + _HOUR)
    clicked = event("e-c", type="click", decision_id="d-1", offer_no=0, at=NOW + _HOUR)
    refused = event("e-d", type="decline", decision_id="d-1", offer_no=1, at=NOW + _HOUR, reason="later")
    journal.log_events([[_seen(), _seen(number=1), accepted, clicked, refused]], now=NOW + _HOUR)
    dataset = fill(workspace, [_bought()])
    profit, funnel, placements = (build(_asked(dataset, database)) for build in _BUILDERS)
    assert _figure(profit, "attributed_revenue_minor").value == 100
    overview = build_overview(_asked(dataset, database))  # of a tent and a mat the mat was seen
    shares = [_figure(overview, f"attributed_{of}_share").value for of in ("orders", "units", "revenue")]
    assert shares == [1.0, 0.5, 0.5]
    assert _figure(profit, "attributed_margin_minor").value == 30  # nobody states a cost: 30 % of the price
    assert any("margin_rate" in note for note in profit.notes)
    assert _figure(profit, "incremental_margin_minor").value is None
    assert _figure(profit, "declines").value == 1
    assert [row["reason"] for row in _table(profit, "decline_reasons").rows] == ["later"]
    assert [row["offers"] for row in _table(funnel, "stages").rows] == [None, 2, 2, 2, 1, 1, 1, 1]
    assert {row["name"]: row["accepted"] for row in _table(funnel, "offers").rows} == {"mat": 1, "lamp": 0}
    assert _figure(funnel, "accept_rate").value == 0.5
    assert _table(placements, "placements").rows[0]["accepted"] == 1
    assert "one place only: cart" in str(_figure(placements, "most_receptive_placement").refusal)


def test_purchases_outside_the_window_or_before_it_was_seen_count_for_no_offer(
    workspace: Workspace, database: Database
) -> None:
    journal = Journal(database)
    log(journal, _made("d-1"))
    journal.log_events([[_seen()]], now=NOW + _HOUR)
    dataset = fill(workspace, [_bought(hours=0), _bought(hours=26), _bought("c-18")])
    later = msgspec.structs.replace(_asked(dataset, database), now=NOW + 48 * _HOUR)
    assert _figure(build_profit(later), "attributed_revenue_minor").value == 0
    wide = Settings()
    wide = msgspec.structs.replace(wide, attribution=msgspec.structs.replace(wide.attribution, window_h=48.0))
    later = msgspec.structs.replace(later, settings=wide)
    assert _figure(build_profit(later), "attributed_revenue_minor").value == 100


def test_without_exposures_nothing_is_put_down_and_the_report_says_why(
    workspace: Workspace, database: Database
) -> None:
    log(Journal(database), _made("d-1"))
    profit = build_profit(_asked(fill(workspace, [_bought()]), database))
    assert _figure(profit, "attributed_margin_minor").value == 0
    assert any("exposure" in note for note in profit.notes)


def test_what_came_back_is_not_earned(workspace: Workspace, database: Database) -> None:
    journal = Journal(database)
    log(journal, _made("d-1"))
    journal.log_events([[_seen()]], now=NOW + _HOUR)
    dataset = fill(workspace, [_bought()])
    back = {"order_id": "o-c-17-2", "line_no": 2, "quantity": 1.0, "at": NOW + 5 * _HOUR}
    source = Source(name="back", files=("back",), at=NOW, rows={})
    dataset.merge({"returns": stage(workspace.root, "returns", [back])}, source=source, now=NOW)
    profit, funnel, _ = (build(_asked(dataset, database)) for build in _BUILDERS)
    assert _figure(profit, "attributed_revenue_minor").value == 0
    assert _figure(profit, "attributed_returned_share").value == 1.0
    offer = _table(funnel, "offers").rows[0]
    assert (offer["bought"], offer["kept"]) == (1, 0)


def test_a_loss_is_a_negative_margin(workspace: Workspace, database: Database) -> None:
    journal = Journal(database)
    log(journal, _made("d-1"))
    journal.log_events([[_seen()]], now=NOW + _HOUR)
    dataset = fill(workspace, [_bought()], [{"item_id": "mat", "price_minor": 100, "cost_minor": 130}])
    assert _figure(build_profit(_asked(dataset, database)), "attributed_margin_minor").value == -30


def test_who_met_offers_without_a_holdout_is_not_compared(workspace: Workspace, database: Database) -> None:
    log(Journal(database), _made("d-1"))
    none = Settings()
    none = msgspec.structs.replace(none, choice=msgspec.structs.replace(none.choice, holdout=0.0))
    profit = build_profit(_asked(fill(workspace, [_bought()]), database, none))
    assert any("while there was no holdout" in note for note in profit.notes)
    assert "holdout = 0.05" in str(_figure(profit, "incremental_margin_minor").refusal)


def test_a_visitor_who_turned_out_to_be_a_known_customer_is_left_out_and_counted(
    workspace: Workspace, database: Database
) -> None:
    journal = Journal(database)
    for made in (_made("d-0"), _made("d-1", None, "v-1"), _made("d-2", "c-17", "v-1", hours=1)):
        log(journal, made)
    journal.log_events([[_seen()]], now=NOW + _HOUR)
    profit = build_profit(_asked(fill(workspace, [_bought()]), database))
    assert any("known by two names" in note for note in profit.notes)
    assert _figure(profit, "attributed_revenue_minor").value == 100  # seen as a visitor, bought as the customer


def test_an_order_that_names_only_a_visitor_is_that_visitors(workspace: Workspace, database: Database) -> None:
    journal = Journal(database)
    log(journal, _made("d-1", None, "v-1"))
    lines = [EventLine(item_id="mat", unit_price_minor=100)]
    placed = EventOrder(order_id="o-v", lines=lines)
    order = Event(event_id="e-o", type="order", at=NOW + 2 * _HOUR, visitor_id="v-1", order=placed)
    journal.log_events([[_seen(), order]], now=NOW + 2 * _HOUR)
    dataset = fill(workspace, [Order("o-v", ("mat",), NOW + 2 * _HOUR)])
    assert _figure(build_profit(_asked(dataset, database)), "attributed_revenue_minor").value == 100


def test_the_placement_where_customers_surely_accept_most_is_named(workspace: Workspace, database: Database) -> None:
    journal = Journal(database)
    told = list[Event]()
    for number in range(40):
        made = _made(f"d-{number}", f"c-{number}")
        placement = "cart" if number % 2 else "checkout"
        request = msgspec.structs.replace(made.inputs.request, placement=placement)
        inputs = msgspec.structs.replace(made.inputs, request=request)
        log(journal, msgspec.structs.replace(made, inputs=inputs))
        told.append(_seen(f"d-{number}"))
        if placement == "cart":
            told.append(event(f"a-{number}", type="accept", decision_id=f"d-{number}", offer_no=0, at=NOW + _HOUR))
    journal.log_events([told], now=NOW + _HOUR)
    report = build_placements(_asked(fill(workspace, [_bought()]), database))
    assert _figure(report, "most_receptive_placement").value == "cart"
    rows = {row["placement"]: row for row in _table(report, "placements").rows}
    assert (rows["cart"]["accept_rate"], rows["checkout"]["accept_rate"]) == (1.0, 0.0)
    assert float(str(rows["checkout"]["accept_rate_high"])) < float(str(rows["cart"]["accept_rate_low"]))
    assert "cart: Nobody was kept without offers by lot" in str(_table(report, "placements").note)


def test_a_past_period_knows_no_decline_that_came_after_it(workspace: Workspace, database: Database) -> None:
    journal = Journal(database)
    log(journal, _made("d-1"))
    refused = event("e-d", type="decline", decision_id="d-1", offer_no=1, at=NOW + 3 * _HOUR, reason="later")
    journal.log_events([[_seen(), refused]], now=NOW + 3 * _HOUR)
    asked = msgspec.structs.replace(_asked(fill(workspace, [_bought()]), database), since=NOW - 24 * _HOUR)
    for hours, declines in ((2.5, 0), (4, 1)):
        profit = build_profit(msgspec.structs.replace(asked, until=NOW + hours * _HOUR))
        assert _figure(profit, "declines").value == declines
        assert len(_table(profit, "decline_reasons").rows) == declines


@pytest.mark.parametrize(("apart", "trusted"), [(0.28, True), (0.6, False)])
def test_the_check_cries_wolf_once_in_a_thousand_shops(
    workspace: Workspace, database: Database, monkeypatch: pytest.MonkeyPatch, apart: float, trusted: bool
) -> None:
    """Both differences are beyond 95 % intervals; only the second is beyond chance."""
    spent = np.tile([-1.0, 1.0], 100)
    ones, others = (Group(values=spent + more, weights=np.ones(200)) for more in (apart, 0.0))
    found = compare(ones, others)
    assert isinstance(found, Estimate)
    assert found.surely_positive
    monkeypatch.setattr(
        "pairwell.report.profit.untriggered", lambda _, __, level=LEVEL: compare(ones, others, level=level)
    )
    profit = build_profit(_asked(fill(workspace, [_bought()]), database))
    assert any("do not trust" in note for note in profit.notes) != trusted
