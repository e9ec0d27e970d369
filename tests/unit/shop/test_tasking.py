"""Talks of a firm's work list go out as tasks of a CRM; an answer or a withdrawn consent ends those on their way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.receiving import SECRET, Receiver, receiving, status
from tests.unit.advise.small_firm import PLANS

from pairwell.advise.answers import Told
from pairwell.config.published import publish_settings
from pairwell.config.workspace import Workspace
from pairwell.events import Event, EventConsent
from pairwell.operations.database import open_database
from pairwell.operations.schema import triggered
from pairwell.report.accounts.tasks import COLUMNS
from pairwell.shop.face import Shop

_TASKS = """
[[tasks]]
name = "crm"
url = "{url}"
secret_env = "CRM_SECRET"
columns = "hubspot"
locale = "pl"
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def shop(small_firm: Path, tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The firm, which tells of its talks in the columns of HubSpot, in Polish."""
    monkeypatch.setenv("CRM_SECRET", SECRET)
    workspace = Workspace(Path(shutil.copytree(small_firm, tmp_path / "firm")))
    with workspace.settings_file.open("a", encoding="utf-8") as settings:
        settings.write(_TASKS.format(url=receiver.url))
    publish_settings(workspace)
    with Shop(workspace) as made:
        yield made


def _try_again(shop: Shop) -> None:
    """Let what failed be due now, and do it."""
    database = open_database(Workspace(shop.workspace.root).operations_url(""), durability="process")
    with database.write() as connection:
        connection.execute(triggered.update().values(next_at=0))
    database.close()
    shop.triggers.run_once()


def test_a_talk_is_told_in_the_columns_of_a_crm(shop: Shop, receiver: Receiver) -> None:
    (sent,) = shop.triggers.send_worklist()
    assert (sent.tasks, sent.delivered) == (1, 1)
    told = receiver.read()["data"]
    assert (told["account_id"], told["kind"], told["plan_id"]) == ("acme", "upgrade", "scale")
    assert tuple(told["task"]) == COLUMNS["hubspot"]
    assert "Scale oszczędza 50" in told["task"]["hs_task_body"]
    assert told["period"] == f"{datetime.now(UTC):%Y-%m}"
    assert shop.triggers.send_worklist()[0].before == 1
    assert shop.triggers.send_worklist("ann", 10)[0].tasks == 0, "no talk fits into ten minutes"


def test_who_said_later_is_left_alone_by_what_is_on_its_way(shop: Shop, receiver: Receiver) -> None:
    receiver.answers = [status(500)]
    assert shop.triggers.send_worklist()[0].failed == 1
    shop.accounts.outcome("acme", Told(answer="later", move="scale"))
    _try_again(shop)
    (standing,) = shop.triggers.list()
    assert (standing.silent_by_reason, len(receiver.came)) == ({"asked_for_later": 1}, 1)


def test_who_withdraws_consent_to_calls_is_not_called(shop: Shop, receiver: Receiver) -> None:
    receiver.answers = [status(500)]
    assert shop.triggers.send_worklist()[0].failed == 1
    consent = EventConsent(channel="call", given=False)
    at = datetime.now(UTC)
    shop.log_events([Event(event_id="c-1", type="consent", at=at, customer_id="acme", consent=consent)])
    _try_again(shop)
    (standing,) = shop.triggers.list()
    assert (standing.silent_by_reason, len(receiver.came)) == ({"no_consent": 1}, 1)


def test_what_is_no_talk_any_more_is_not_told(shop: Shop, receiver: Receiver, tmp_path: Path) -> None:
    receiver.answers = [status(500)]
    assert shop.triggers.send_worklist()[0].failed == 1
    (tmp_path / "plans.csv").write_text(PLANS.replace("scale,Scale,hiring,125", "scale,Scale,hiring,999"))
    shop.ingest("plans", tmp_path / "plans.csv")
    _try_again(shop)
    (standing,) = shop.triggers.list()
    assert (standing.silent_by_reason, len(receiver.came)) == ({"not_proposed": 1}, 1)


def test_who_is_forgotten_is_told_of_to_nobody(shop: Shop, receiver: Receiver) -> None:
    receiver.answers = [status(500)]
    assert shop.triggers.send_worklist()[0].failed == 1
    shop.keeping.forget("acme")
    _try_again(shop)
    (standing,) = shop.triggers.list()
    assert (standing.waiting, len(receiver.came)) == (0, 1)
