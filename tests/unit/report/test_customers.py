"""The report of customers: what it says of shops of every kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.unit.measure.customers.planted import planted
from tests.unit.measure.customers.shops import START, Bought, open_shop

from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace
from pairwell.dataset.store import Dataset
from pairwell.errors import RequestError
from pairwell.operations.database import Database, open_database
from pairwell.report.asking import Asked
from pairwell.report.customers import build_customers
from pairwell.report.record import Figure, Report, Table

_NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def operations(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path}/operations.db", durability="process")


def _asked(dataset: Dataset, operations: Database, **more: object) -> Asked:
    return Asked(dataset=dataset, database=operations, settings=Settings(), now=_NOW, **more)  # type: ignore[arg-type]


def _figure(report: Report, key: str) -> Figure:
    return next(figure for figure in report.figures if figure.key == key)


def _table(report: Report, key: str) -> Table:
    return next(table for table in report.tables if table.key == key)


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    visits = planted(np.random.default_rng(3), customers=400)
    names = [visits.customer_ids[place] for place in visits.customers]
    bought = [
        Bought(who=name, day=float(day), price=max(1, round(value)))
        for name, day, value in zip(names, visits.days, visits.values, strict=True)
    ]
    regions = {name: {"region": "North" if name < "c00200" else "South"} for name in visits.customer_ids}
    return open_shop(workspace, bought, customers=regions)


def test_it_says_who_comes_back_and_what_is_expected(dataset: Dataset, operations: Database) -> None:
    report = build_customers(_asked(dataset, operations))

    rate = _figure(report, "repeat_rate")
    assert isinstance(rate.value, float)
    assert rate.low is not None
    assert rate.high is not None
    assert rate.low < rate.value < rate.high
    expected = _figure(report, "expected_purchases")
    assert isinstance(expected.value, int)
    assert expected.low is not None
    assert expected.low < expected.value
    assert _figure(report, "expected_value").value is not None
    assert any("purchases were forecast for the last" in note for note in report.notes)
    assert [row["repeats"] for row in _table(report, "held_out").rows] == ["0", "1", "2", "3", "4 or more"]
    assert len(_table(report, "most_expected").rows) == 10


def test_the_last_month_is_marked_where_it_is_partial(workspace: Workspace, operations: Database) -> None:
    dataset = open_shop(workspace, [Bought(who="a", day=0), Bought(who="a", day=10), Bought(who="b", day=10)])

    cohorts = _table(build_customers(_asked(dataset, operations)), "cohorts")

    assert cohorts.rows == [
        {"month": "2024-01", "customers": 1, "later_1": 1},
        {"month": "2024-02 (partial)", "customers": 1, "later_1": None},
    ]
    assert cohorts.note is not None
    assert "known until 2024-02-10" in cohorts.note
    assert cohorts.note.startswith("Counted: orders with a positive quantity at a positive price")


def test_a_whole_last_month_is_not(workspace: Workspace, operations: Database) -> None:
    report = build_customers(_asked(open_shop(workspace, [Bought(who="a", day=0)]), operations))

    assert _table(report, "cohorts").rows == [{"month": "2024-01", "customers": 1}]
    assert "partial" not in str(_table(report, "cohorts").note)


def test_shares_are_of_the_first_month(dataset: Dataset, operations: Database) -> None:
    report = build_customers(_asked(dataset, operations))

    counts, shares = _table(report, "cohorts").rows[0], _table(report, "cohorts_shares").rows[0]
    assert shares["later_3"] == int(str(counts["later_3"])) / int(str(counts["customers"]))
    assert "cohorts_everything" not in [table.key for table in report.tables]  # nothing came back


def test_it_is_sliced_by_an_attribute(dataset: Dataset, operations: Database) -> None:
    rows = _table(build_customers(_asked(dataset, operations, by="region")), "by").rows

    assert sorted(str(row["segment"]) for row in rows) == ["North", "South"]
    with pytest.raises(RequestError, match="'colour'"):
        build_customers(_asked(dataset, operations, by="colour"))


def test_a_period_leaves_out_customers_from_before(dataset: Dataset, operations: Database) -> None:
    since = START + timedelta(days=100)

    whole, part = (
        build_customers(_asked(dataset, operations)),
        build_customers(_asked(dataset, operations, since=since)),
    )

    assert int(str(_figure(part, "customers").value)) < int(str(_figure(whole, "customers").value))
    assert _table(part, "cohorts").rows[0]["month"] == "2024-05"
    assert _figure(part, "expected_purchases") == _figure(whole, "expected_purchases")


@pytest.mark.parametrize(
    ("bought", "says"),
    [
        ([], "there is no order with a date yet"),
        ([Bought(who=None, day=0)], "none of 1 order says who the customer is"),
        ([Bought(who="a", day=0, back=1)], "everything came back"),
    ],
)
def test_a_shop_of_which_nothing_can_be_told(
    workspace: Workspace, operations: Database, bought: list[Bought], says: str
) -> None:
    report = build_customers(_asked(open_shop(workspace, bought), operations))

    assert report.figures == ()
    assert says in report.notes[0]


@pytest.mark.parametrize(
    ("bought", "says"),
    [
        ([Bought(who="a", day=0)], "the orders span 1 day"),
        ([Bought(who="a", day=0), Bought(who="a", day=200)], "1 customer is too few"),
        ([Bought(who=f"c{n}", day=n) for n in range(100)], "no customer has come back yet"),
    ],
)
def test_what_cannot_be_foretold_is_refused_in_words(
    workspace: Workspace, operations: Database, bought: list[Bought], says: str
) -> None:
    report = build_customers(_asked(open_shop(workspace, bought), operations))

    figure = _figure(report, "expected_purchases")
    assert figure.value is None
    assert says in str(figure.refusal)
    assert _figure(report, "customers").value == len({order.who for order in bought})


def test_without_prices_only_money_is_refused(workspace: Workspace, operations: Database) -> None:
    visits = planted(np.random.default_rng(3), customers=200)
    bought = [
        Bought(who=visits.customer_ids[place], day=float(day), price=None)
        for place, day in zip(visits.customers, visits.days, strict=True)
    ]

    report = build_customers(_asked(open_shop(workspace, bought), operations))

    assert _figure(report, "expected_purchases").value is not None
    assert _figure(report, "expected_value").refusal == "no order states a price."
    assert any("state no price" in note for note in report.notes)


def test_a_forecast_that_failed_its_test_says_so(workspace: Workspace, operations: Database) -> None:
    """Everybody stops at once, which no model of single customers foresees."""
    visits = planted(np.random.default_rng(3), customers=300, days=300)
    bought = [
        Bought(who=visits.customer_ids[place], day=float(day), price=max(1, round(value)))
        for place, day, value in zip(visits.customers, visits.days, visits.values, strict=True)
    ]
    last = [Bought(who="c00001", day=599.0)]

    report = build_customers(_asked(open_shop(workspace, [*bought, *last]), operations))

    assert _figure(report, "held_out_came").value == 1
    for key in ("expected_purchases", "expected_value"):
        figure = _figure(report, key)
        assert (figure.value, figure.low, figure.high) == (None, None, None)
        assert "purchases where 1 came" in str(figure.refusal)
    assert _figure(report, "still_buying").value is None
    assert "most_expected" not in [table.key for table in report.tables]
    assert any("too far off to plan with" in note for note in report.notes)


def test_customers_who_leave_are_not_called_faithful(dataset: Dataset, operations: Database) -> None:
    report = build_customers(_asked(dataset, operations))

    still = _figure(report, "still_buying").value
    assert isinstance(still, float)
    assert still < 0.7


def test_where_nobody_was_seen_to_leave_nobody_is_called_faithful(workspace: Workspace, operations: Database) -> None:
    """All stay for good, so that the chance to leave lies at the edge of the model."""
    visits = planted(np.random.default_rng(5), customers=300, dropout=(0.8, 8.0, 0.01, 500.0))
    bought = [
        Bought(who=visits.customer_ids[place], day=float(day))
        for place, day in zip(visits.customers, visits.days, strict=True)
    ]

    report = build_customers(_asked(open_shop(workspace, bought), operations))

    still = _figure(report, "still_buying")
    assert still.value is None
    assert "cannot be told from one who buys rarely" in str(still.refusal)
    assert {row["alive"] for row in _table(report, "most_expected").rows} == {None}
    assert isinstance(_figure(report, "expected_purchases").value, int)


def test_the_interval_holds_what_came_in_the_test(dataset: Dataset, operations: Database) -> None:
    """The forecast is no surer than its own test: the error of the test fits into the interval."""
    report = build_customers(_asked(dataset, operations))

    expected, error = _figure(report, "expected_purchases"), _figure(report, "held_out_error").value
    assert isinstance(expected.value, int)
    assert isinstance(error, float)
    assert expected.low is not None
    assert expected.high is not None
    assert expected.low < expected.value / (1 + error) < expected.high
    assert "widened by the error of its test" in str(expected.note)
