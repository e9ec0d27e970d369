"""What goes wrong with one thing stops no other."""

from __future__ import annotations

from datetime import timedelta
from threading import Event as Flag

import pytest
import sqlalchemy as sa
from tests.receiving import Receiver, receiving, status
from tests.unit.triggers.shops import opened, settings_with, to

from pairwell.config.workspace import Workspace
from pairwell.events import Event, EventStatus
from pairwell.operations.database import open_database
from pairwell.operations.schema import events
from pairwell.triggers import deciding, running, sending


def test_a_trigger_does_not_follow_an_order_that_was_cancelled_meanwhile(
    workspace: Workspace, receiver: Receiver
) -> None:
    delayed = to(receiver, name="later", on="order", delay_minutes=1440.0)
    with opened(workspace, settings_with(to(receiver, on="order"), delayed)) as world:
        receiver.answers = [status(500)]
        world.agrees("c-1")
        world.orders("e-1", "o-1", "c-1")
        world.run()
        world.now += timedelta(seconds=1)
        told = EventStatus(order_id="o-1", status="cancelled")
        world.tell(Event(event_id="s", type="status", at=world.now, customer_id="c-1", status=told))
        world.later(hours=25)
        assert world.standing().silent_by_reason == {"cancelled": 1}
        assert world.standing("later").silent_by_reason == {"cancelled": 1}
    assert len(receiver.came) == 1


def test_an_endpoint_that_hangs_delays_nobody_elses_and_gets_one_at_a_time(
    workspace: Workspace, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LIMIT_S", 1.0)
    hung = Flag()
    with receiving() as bad:
        bad.answers = [lambda _: (hung.wait(), None)[1]] * 30
        bad_one, good_one = to(bad, name="bad"), to(receiver, name="good", on="order")
        with opened(workspace, settings_with(bad_one, good_one)) as world, world.shop.triggers.runner() as runner:
            runner.environment = world.environment
            world.agrees("c-1", *(f"d-{place}" for place in range(10)))
            for place in range(10):
                world.needs(f"n-{place}", f"d-{place}")
            runner.step()
            world.orders("e-1", "o-1", "c-1")
            assert runner.step().delivered + runner.step().delivered == 1, "while the other is waited for"
            assert len(receiver.came) == 1
            while len(bad.came) < 9:
                runner.step()
            assert len(bad.came) == 9, "eight at first, and one after they were not answered"
        hung.set()


def test_an_event_that_is_damaged_is_stepped_over_and_told(
    workspace: Workspace, receiver: Receiver, database_url: str
) -> None:
    with opened(workspace, settings_with(to(receiver), url=database_url)) as world:
        world.agrees("c-1", "c-2")
        world.needs("n-1", "c-1")
        database = open_database(database_url, durability="process")
        with database.write() as connection:
            connection.execute(events.update().where(events.c.event_id == "n-1").values(payload=b"damaged"))
        with database.read() as connection:
            assert connection.scalar(sa.select(events.c.payload).where(events.c.event_id == "n-1")) == b"damaged"
        database.close()
        world.needs("n-2", "c-2")
        assert world.run().delivered == 1
        assert "event_damaged" in world.said


def test_an_environment_that_lets_nothing_be_sent_is_a_problem_that_is_shown(
    workspace: Workspace, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(workspace, settings_with(to(receiver))) as world:
        world.agrees("c-1")
        world.needs("n-1", "c-1")
        monkeypatch.setenv("HTTPS_PROXY", "ftp://proxy:21")
        assert world.run() == (0, 0, 0, 0, 0, 0)
        assert "ftp" in str(world.standing().problem)
        monkeypatch.delenv("HTTPS_PROXY")
        assert world.run().delivered == 1
        assert world.standing().problem is None


def test_a_task_that_cannot_be_looked_at_again_holds_up_nobody(
    workspace: Workspace, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = deciding.why_not_now
    with opened(workspace, settings_with(to(receiver))) as world:

        def fail_once(task: object, *rest: object) -> str | None:
            if task.held.customer_id == "c-1":  # type: ignore[attr-defined]
                raise KeyError("nobody foresaw this")
            return look(task, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr(running, "why_not_now", fail_once)
        world.agrees("c-1", "c-2")
        world.needs("n-1", "c-1")
        world.needs("n-2", "c-2")
        assert world.run().delivered == 1
        assert "webhook_not_sent" in world.said


def test_what_happened_between_a_triggers_removal_and_its_return_triggers_nothing(
    workspace: Workspace, receiver: Receiver
) -> None:
    with opened(workspace, settings_with(to(receiver))) as world:
        world.agrees("c-1")
    with opened(workspace, settings_with()) as world:
        world.needs("n-1", "c-1")
    with opened(workspace, settings_with(to(receiver))) as world:
        assert world.run().taken == 0
    assert receiver.came == []
