"""The report of segments."""

from __future__ import annotations

from datetime import UTC, timedelta

import msgspec
import numpy as np
import pytest
from tests.journals import log
from tests.unit.journal.test_store import event
from tests.unit.measure.customers.shops import Bought, open_shop
from tests.unit.report.test_customers import _asked, _figure, _table, operations
from tests.unit.report.test_offers import _made

from pairwell.config.workspace import Workspace
from pairwell.dataset.store import Dataset
from pairwell.errors import RequestError
from pairwell.events import Event
from pairwell.journal.store import Journal
from pairwell.operations.database import Database
from pairwell.report.segments import build_segments
from pairwell.report.shown.json import render_json

__all__ = ["operations"]


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    """Even customers live in the north; those of the south buy a tent with its lamp."""
    rng = np.random.default_rng(1)
    bought = [
        Bought(
            who=f"c{who:03}",
            day=float(rng.uniform(0, 300)),
            items=("tent", "lamp")
            if who % 2 and rng.random() < 0.4
            else (f"i{rng.integers(9)}", f"j{rng.integers(9)}"),
            price=int(rng.integers(100, 5_000)),
        )
        for who in range(150)
        for _ in range(1 + rng.poisson(3))
    ]
    said = {f"c{who:03}": {"region": "South" if who % 2 else "North"} for who in range(150)}
    return open_shop(workspace, bought, customers=said)


def test_every_customer_stands_in_one_kind(dataset: Dataset, operations: Database) -> None:
    report = build_segments(_asked(dataset, operations))

    standings = _table(report, "standings").rows
    assert sum(int(str(row["customers"])) for row in standings) == 150
    assert sum(float(str(row["revenue_share"])) for row in standings) == pytest.approx(1.0)
    assert "Best customers" in [row["segment"] for row in standings]
    grid = _table(report, "recency_frequency").rows
    assert sum(int(str(row[f"frequency_{often}"])) for row in grid for often in range(1, 6)) == 150


def test_tenths_and_attributes_are_told(dataset: Dataset, operations: Database) -> None:
    report = build_segments(_asked(dataset, operations))

    tenths = _table(report, "tiers").rows
    assert [row["customers"] for row in tenths] == [15] * 10
    assert tenths[0]["share"] == _figure(report, "top_tenth_share").value
    assert {row["segment"] for row in _table(report, "by_region").rows} == {"North", "South"}


def test_what_stands_out_is_told_by_attribute(dataset: Dataset, operations: Database) -> None:
    rows = _table(build_segments(_asked(dataset, operations, by="region")), "together").rows

    assert [(row["kind"], row["item"], row["with"]) for row in rows] == [("South", "lamp", "tent")]


def test_groups_that_are_not_there_are_refused(dataset: Dataset, operations: Database) -> None:
    report = build_segments(_asked(dataset, operations, by="behaviour"))

    figure = _figure(report, "behaviour_groups")
    assert figure.value is None
    assert "by degree" in str(figure.refusal)
    assert "together" not in [table.key for table in report.tables]


def test_segments_say_which_offers_work_and_who_is_left_without(dataset: Dataset, operations: Database) -> None:
    """Five days before the newest order the first sixty ask; those of the south take the lamp, nobody the mat."""
    newest = dataset.table("orders").placed_at.max().to_pyarrow().as_py().replace(tzinfo=UTC)
    journal, told, at = Journal(operations), list[Event](), newest - timedelta(days=5)
    for who in range(60):
        made = msgspec.structs.replace(_made(f"d-{who}", f"c{who:03}"))
        made = msgspec.structs.replace(made, inputs=msgspec.structs.replace(made.inputs, now=at))
        log(journal, made)
        told += [event(f"s-{who}-{n}", decision_id=f"d-{who}", offer_no=n, at=at + timedelta(hours=1)) for n in (0, 1)]
        if who % 2:
            taken = event(f"a-{who}", type="accept", decision_id=f"d-{who}", offer_no=1, at=at + timedelta(hours=1))
            told.append(taken)
    journal.log_events([told], now=at + timedelta(hours=1))

    report = build_segments(_asked(dataset, operations, by="region"))
    works = {row["name"]: row for row in _table(report, "offers_region").rows}
    assert {name: (row["exposed"], row["accepted"], row["accept_rate"]) for name, row in works.items()} == {
        "North": (60, 0, 0.0),
        "South": (60, 30, 0.5),
    }
    assert [(row["name"], row["offer"], row["accepted"]) for row in _table(report, "taken_region").rows] == [
        ("South", "lamp", 30)
    ]
    left = {row["name"]: (row["asked"], row["silent"], row["never"]) for row in _table(report, "left_region").rows}
    assert left == {"North": (30, 0, 0), "South": (30, 0, 0)}
    every = build_segments(_asked(dataset, operations))
    for key in ("standing", "tier", "region"):
        rows = _table(every, f"offers_{key}").rows
        assert sum(int(str(row["exposed"])) for row in rows) == 120


@pytest.mark.parametrize("by", [None, "behaviour", "region"])
def test_it_can_be_written_as_json(dataset: Dataset, operations: Database, by: str | None) -> None:
    report = build_segments(_asked(dataset, operations, by=by))
    assert msgspec.json.decode(render_json(report))["name"] == "segments"


def test_an_unknown_segment_names_those_there_are(dataset: Dataset, operations: Database) -> None:
    with pytest.raises(RequestError) as caught:
        build_segments(_asked(dataset, operations, by="colour"))

    assert caught.value.hint == "There are: standing, tier, behaviour, region."


@pytest.mark.parametrize(
    ("bought", "says"),
    [([], "no order with a date"), ([Bought(who="a", day=0, back=1)], "everything came back")],
)
def test_nothing_can_be_told_of_nobody(
    workspace: Workspace,
    operations: Database,
    bought: list[Bought],
    says: str,
) -> None:
    report = build_segments(_asked(open_shop(workspace, bought), operations))

    assert says in report.notes[0]


def test_one_customer_is_no_segment(workspace: Workspace, operations: Database) -> None:
    report = build_segments(_asked(open_shop(workspace, [Bought(who="a", day=0)]), operations))

    assert "1 customer is too few" in str(_figure(report, "standings").refusal)
