"""Talks go out as tasks: each once in its period, made once a day, and not when something speaks against it by then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from tests.receiving import SECRET, Receiver, status
from tests.unit.triggers.shops import opened, settings_with

from pairwell.config.settings import Settings
from pairwell.config.tasks import Tasks
from pairwell.config.workspace import Workspace
from pairwell.errors import EvidenceError, RequestError
from pairwell.operations.database import Database, open_database
from pairwell.triggers.desk import Triggers
from pairwell.triggers.records import Errand, Standing, Worked
from pairwell.triggers.spans import span_of


class Crm:
    """An open shop whose accounts are whatever the test says."""

    def __init__(self, shop: Any, database: Database) -> None:
        self.now = datetime.now(UTC)  # receivers look at the real time
        self.accounts = ["acme", "zen"]
        self.against: dict[str, str] = {}
        self.made = 0
        self.said: list[str] = []
        self.desk = Triggers(shop, database, lambda: self.now, advises=self)
        self.desk.environment = {"CRM_SECRET": SECRET}

    def errands(
        self, receiver: Tasks, owner: str | None = None, capacity_minutes: int | None = None
    ) -> Sequence[Errand]:
        self.made += 1
        if not self.accounts:
            raise EvidenceError("No account is known yet.")
        span = span_of(self.now, receiver.every, "Europe/Warsaw")
        return [
            Errand(
                account_id=one,
                kind="upgrade",
                plan_id="scale",
                period=span.name,
                at=self.now,
                until=span.until,
                task={"title": f"{one} {owner} {capacity_minutes}"},
            )
            for one in self.accounts
            if one not in self.against
        ]

    def why_not_now(self, errand: Errand) -> str | None:
        return self.against.get(errand.account_id)

    def run(self, **later: float) -> Worked:
        self.now += timedelta(**later)
        return self.desk.run_once(lambda _level, event, _message: self.said.append(event))

    def standing(self) -> Standing:
        (found,) = self.desk.list()
        return found


def _settings(receiver: Receiver, url: str = "", **changed: Any) -> Settings:
    tasks = Tasks(**{"name": "crm", "url": receiver.url, "secret_env": "CRM_SECRET", **changed})
    return msgspec.structs.replace(settings_with(url=url), tasks=(tasks,))


@contextmanager
def _crm(workspace: Workspace, settings: Settings) -> Iterator[Crm]:
    with opened(workspace, settings) as world:
        url = workspace.operations_url(settings.operations.url)
        database = open_database(url, durability="process")
        yield Crm(world.shop, database)
        database.close()


def test_each_task_goes_out_signed_and_once_in_its_period(
    workspace: Workspace, receiver: Receiver, database_url: str
) -> None:
    with _crm(workspace, _settings(receiver, database_url)) as crm:
        (sent,) = crm.desk.send_worklist("ann", 60)
        assert (sent.tasks, sent.new, sent.before, sent.delivered) == (2, 2, 0, 2)
        told = [receiver.read(place) for place in range(2)]
        assert {one["type"] for one in told} == {"task.made"}
        assert {one["data"]["account_id"] for one in told} == {"acme", "zen"}
        assert told[0]["data"]["task"]["title"].endswith(" ann 60")
        assert {one["data"]["task_id"] for one in told} == set(receiver.ids)
        (again,) = crm.desk.send_worklist()
        assert (again.new, again.before, again.delivered) == (0, 2, 0)
        assert len(receiver.came) == 2
        crm.now += timedelta(days=32)
        (following,) = crm.desk.send_worklist()
        assert following.new == 2
        assert len(set(receiver.ids)) == 4
        assert crm.standing().delivered == 4


def test_what_fails_is_tried_again_and_ends_as_a_dead_letter_that_can_be_resent(
    workspace: Workspace, receiver: Receiver
) -> None:
    with _crm(workspace, _settings(receiver, every="quarter")) as crm:
        crm.now = crm.now.replace(month=10, day=1)  # a whole quarter is left
        crm.accounts = ["acme"]
        receiver.answers = [status(500)] * 10
        assert crm.desk.send_worklist()[0].failed == 1
        assert crm.run(seconds=3).failed == 0, "not before its time"
        for _ in range(9):
            crm.run(days=1.5)
        assert (crm.standing().dead, len(receiver.came), len(set(receiver.ids))) == (1, 10, 1)
        assert len({body for _, body in receiver.came}) == 1
        (letter,) = crm.desk.dead("crm")
        assert letter.reason == "gave_up"
        assert crm.desk.resend().resent == [letter.id]
        assert crm.run().delivered == 1


def test_what_speaks_against_a_talk_is_looked_at_before_each_try(workspace: Workspace, receiver: Receiver) -> None:
    with _crm(workspace, _settings(receiver)) as crm:
        crm.accounts, receiver.answers = ["acme"], [status(503)]
        assert crm.desk.send_worklist()[0].failed == 1
        crm.against = {"acme": "no_consent"}
        assert crm.run(seconds=7).silent == 1
        assert crm.standing().silent_by_reason == {"no_consent": 1}
        assert len(receiver.came) == 1
        crm.against = {}
        (again,) = crm.desk.send_worklist()
        assert (again.new, again.delivered) == (1, 1), "what was never told is told once nothing speaks against it"
        assert len(set(receiver.ids)) == 1


def test_while_offers_are_off_tasks_wait(workspace: Workspace, receiver: Receiver) -> None:
    with opened(workspace, _settings(receiver)) as world:
        world.shop.rollout.offers_off()
        database = open_database(workspace.operations_url(""), durability="process")
        crm = Crm(world.shop, database)
        assert crm.desk.send_worklist()[0].delivered == 0
        world.shop.rollout.offers_on()
        assert crm.run(seconds=61).delivered == 2
        database.close()


def test_a_list_is_made_once_a_day_from_its_hour_on(workspace: Workspace, receiver: Receiver) -> None:
    settings = _settings(receiver, daily_at=9)
    zone = msgspec.structs.replace(settings.shop, timezone="Europe/Warsaw")
    with _crm(workspace, msgspec.structs.replace(settings, shop=zone)) as crm:
        crm.now = datetime(2026, 11, 23, 7, 59, tzinfo=UTC)  # 8:59 there
        assert (crm.run().taken, crm.made) == (0, 0)
        assert (crm.run(minutes=1).taken, crm.made) == (2, 1)
        assert (crm.run(hours=2).taken, crm.made) == (0, 1)
        crm.accounts = ["acme", "zen", "new"]
        assert (crm.run(days=1).taken, crm.made) == (1, 2), "of the third account alone"
        crm.accounts = []
        assert (crm.run(days=1).taken, crm.made) == (0, 3)
        assert (crm.run(minutes=5).taken, crm.made) == (0, 3)
        assert crm.said == ["tasks_not_made"]


def test_a_receiver_is_switched_off_tested_and_listed_as_triggers_are(workspace: Workspace, receiver: Receiver) -> None:
    with _crm(workspace, _settings(receiver)) as crm:
        assert crm.desk.test("crm").delivered
        assert crm.desk.switch_off("crm")
        assert crm.desk.send_worklist()[0].delivered == 0
        assert (crm.standing().on, crm.standing().placement, crm.standing().waiting) == ("worklist", None, 2)
        assert crm.desk.switch_on("crm")
        assert crm.run().delivered == 2


def test_where_nobody_receives_tasks_it_says_what_to_write(workspace: Workspace, receiver: Receiver) -> None:
    with _crm(workspace, settings_with()) as crm, pytest.raises(RequestError, match="No receiver") as raised:
        crm.desk.send_worklist()
    assert "[[tasks]]" in (raised.value.hint or "")
    workspace.settings_file.unlink()
    with _crm(workspace, _settings(receiver, owner="bob")) as crm, pytest.raises(RequestError):
        crm.desk.send_worklist("ann")


@pytest.mark.parametrize(
    ("at", "every", "name", "until"),
    [
        ("2026-11-23T00:00", "week", "2026-W48", "2026-11-30"),
        ("2027-01-03T12:00", "week", "2026-W53", "2027-01-04"),
        ("2026-12-31T12:00", "month", "2026-12", "2027-01-01"),
        ("2026-12-31T23:30", "month", "2027-01", "2027-02-01"),  # as Warsaw has it
        ("2026-10-01T12:00", "quarter", "2026-Q4", "2027-01-01"),
    ],
)
def test_periods_are_those_of_the_calendar_where_the_shop_is(at: str, every: Any, name: str, until: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    found = span_of(moment, every, "Europe/Warsaw")
    assert (found.name, f"{found.until + timedelta(hours=1):%Y-%m-%d}") == (name, until)
