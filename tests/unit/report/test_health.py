"""Whether the data is well: a feed of orders that stopped, and rows that are rightly refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.journals import log
from tests.orders import Order, fill
from tests.unit.journal.test_store import NOW, decision

from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace
from pairwell.ingest.quarantine import count_reasons
from pairwell.journal.store import Journal
from pairwell.operations.database import open_database
from pairwell.report.asking import Asked, Health
from pairwell.report.overview import build_overview

_DAY = timedelta(days=1)


def _done(workspace: Workspace, tmp_path: Path, health: Health, *, days: int = 0) -> dict[str, str]:
    """What to do, by what it is about; the newest answer is so many days after the newest order."""
    database = open_database(f"sqlite:///{tmp_path}/operations.db", durability="process")
    log(Journal(database), decision("d-1"))
    dataset = fill(workspace, [Order("o-1", ("tent", "mat"), NOW - days * _DAY, "c-17")])
    asked = Asked(dataset=dataset, database=database, settings=Settings(), now=NOW + _DAY, health=lambda: health)
    table = next(one for one in build_overview(asked).tables if one.key == "health")
    return {str(row["what"]): str(row["do"]) for row in table.rows}


@pytest.mark.parametrize(("days", "told"), [(0, False), (2, False), (53, True)])
def test_orders_that_stopped_while_offers_go_on_are_noticed(
    workspace: Workspace, tmp_path: Path, days: int, told: bool
) -> None:
    done = _done(workspace, tmp_path, Health(refused=0, learned_to=None), days=days)
    assert ("do not arrive" in done["Newest order"]) is told
    assert (f"{days} days after it" in done["Newest order"]) is told


@pytest.mark.parametrize(
    ("refused", "no_goods", "told"),
    [(750, 750, (True, False)), (751, 750, (True, True)), (3, 0, (False, True)), (0, 0, (False, False))],
)
def test_postage_is_refused_as_expected_and_nothing_to_mend(
    workspace: Workspace, tmp_path: Path, refused: int, no_goods: int, told: tuple[bool, bool]
) -> None:
    done = _done(workspace, tmp_path, Health(refused=refused, no_goods=no_goods, learned_to=None))
    assert ("as expected" in done["Rows refused"], "mend the file" in done["Rows refused"]) == told


def test_the_quarantine_is_counted_by_reason(workspace: Workspace) -> None:
    workspace.quarantine.mkdir(parents=True, exist_ok=True)
    rows = "file,line,reason,row\na.csv,2,not_goods,POST\na.csv,3,not_goods,DOT\na.csv,4,no_item,x\n"
    (workspace.quarantine / "orders-abc.csv").write_text(rows, encoding="utf-8")
    assert count_reasons(workspace) == {"not_goods": 2, "no_item": 1}
