"""What offers came to: put down, expected and proven beside each other, and what was learned by kind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from tests.journals import log
from tests.orders import Order, fill
from tests.unit.journal.test_store import NOW, decision, event

from pairwell.config.settings import Persuasion, Settings
from pairwell.config.workspace import Workspace
from pairwell.facts.posteriors import PosteriorStore
from pairwell.journal.store import Journal
from pairwell.measure.offers.rows import Expected
from pairwell.operations.database import Database, open_database
from pairwell.posterior import KindEffect, Posterior
from pairwell.records import Decision
from pairwell.report.asking import Asked
from pairwell.report.earning import expected_figure
from pairwell.report.kinds import kinds_table
from pairwell.report.overview import build_overview
from pairwell.report.profit import build_profit
from pairwell.report.record import Report, Table
from pairwell.said import spoken

_HOUR = timedelta(hours=1)
_UPGRADE = KindEffect(
    shown=800,
    bought_shown=44,
    not_shown=42,
    bought_not_shown=0,
    persuasion=0.048,
    low=0.034,
    high=0.062,
    prior=0.033,
    enough=True,
)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path}/operations.db", durability="process")


def _worth(name: str, *worths: float, epoch: int = 0) -> Decision:
    made = decision(name)
    slate = [msgspec.structs.replace(offer, worth_minor=worth) for offer, worth in zip(made.slate, worths, strict=True)]
    return msgspec.structs.replace(made, slate=slate, inputs=msgspec.structs.replace(made.inputs, epoch=epoch))


def _asked(workspace: Workspace, database: Database, settings: Settings | None = None) -> Asked:
    dataset = fill(workspace, [Order("o-1", ("tent", "mat"), NOW + 2 * _HOUR, "c-17")])
    return Asked(dataset=dataset, database=database, settings=settings or Settings(), now=NOW + timedelta(days=1))


def _table(report: Report, key: str) -> Table:
    return next(one for one in report.tables if one.key == key)


@pytest.mark.parametrize("objective", ["margin", "revenue"])
def test_attributed_expected_and_proven_stand_side_by_side(
    workspace: Workspace, database: Database, objective: str
) -> None:
    log(Journal(database), _worth("d-1", 250.4, 49.6))
    Journal(database).log_events([[event("e", decision_id="d-1", offer_no=0, at=NOW + _HOUR)]], now=NOW + _HOUR)
    settings = Settings()
    shop = msgspec.structs.replace(settings.shop, objective=objective)
    report = build_overview(_asked(workspace, database, msgspec.structs.replace(settings, shop=shop)))
    table = _table(report, "earning")
    attributed, expected, proven = table.rows
    assert [attributed["money"], expected["money"]] == [{"margin": 30, "revenue": 100}[objective], 300]
    assert proven["money"] is None
    assert "kept without offers by lot" in str(proven["means"])
    assert "Assumed" in str(expected["means"])
    assert report.tables[0] is table
    assert "expected_worth_minor" in report.lead


@pytest.mark.parametrize(
    ("learned", "says"), [(0, "Assumed"), (3, "Learned from the outcomes"), (2, "2 of them rested on outcomes")]
)
def test_what_was_expected_says_whether_it_was_learned(learned: int, says: str) -> None:
    figure = expected_figure(Expected(worth_minor=1_000.4, slates=3, learned=learned))
    assert figure.value == 1_000
    assert says in str(figure.note)


def test_of_no_slate_nothing_was_expected(workspace: Workspace, database: Database) -> None:
    assert expected_figure(Expected()).value is None
    assert all(table.key != "earning" for table in build_overview(_asked(workspace, database)).tables)


def test_the_journal_tells_what_a_decision_had_learned(workspace: Workspace, database: Database) -> None:
    log(Journal(database), _worth("d-1", 1.0, 2.0), _worth("d-2", 3.0, 4.0, epoch=5))
    figures = {one.key: one for one in build_overview(_asked(workspace, database)).figures}
    assert figures["expected_worth_minor"].value == 10
    assert "1 of them rested on outcomes" in str(figures["expected_worth_minor"].note)


def _learned(**effects: KindEffect) -> Posterior:
    return Posterior(
        epoch=1,
        learned_at=NOW,
        until=NOW,
        decisions=1_785,
        prior=Persuasion(),
        quiet={},
        showing={},
        friction={},
        effects=effects,
    )


def test_profit_tells_what_was_learned_by_kind(workspace: Workspace, database: Database) -> None:
    PosteriorStore(database).publish(lambda _: _learned(upgrade=_UPGRADE))
    [row] = _table(build_profit(_asked(workspace, database)), "learned_kinds").rows
    assert (row["kind"], row["persuasion"], row["persuasion_low"]) == ("Upgrade", 0.048, 0.034)
    assert row["says"] == "Showing wins buyers."


def test_before_anything_was_learned_profit_tells_of_no_kind(workspace: Workspace, database: Database) -> None:
    asked = _asked(workspace, database)
    assert all(table.key != "learned_kinds" for table in build_profit(asked).tables)
    PosteriorStore(database).publish(lambda _: _learned())  # of an older version, which kept no effects
    assert all(table.key != "learned_kinds" for table in build_profit(asked).tables)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"low": -0.1}, "Not sure yet"),
        ({"low": -0.3, "high": -0.1}, "turns buyers away"),
        ({"enough": False}, "Too few shown"),
    ],
)
def test_a_kind_is_called_sure_only_where_it_is(changed: dict[str, float], says: str) -> None:
    table = kinds_table(_learned(bundle=msgspec.structs.replace(_UPGRADE, **changed)), "UTC")
    assert says in spoken(str(table.rows[0]["says"]), "en")
