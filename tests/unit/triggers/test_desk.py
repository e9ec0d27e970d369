"""What people and receivers do about triggers: dead letters, the switch, rows for e-mails, and what is kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.receiving import Receiver, status
from tests.unit.triggers.shops import NAME, VALID, opened, settings_with, to

from pairwell.config.rules.trigger import Trigger
from pairwell.config.workspace import Workspace
from pairwell.errors import NotFoundError
from pairwell.operations.database import open_database
from pairwell.operations.schema import triggered
from pairwell.shop.exports.mailing import write_messages


def test_an_offer_that_is_over_is_not_sent_any_more(workspace: Workspace, receiver: Receiver) -> None:
    receiver.answers = [status(500)] * 20
    with opened(workspace, settings_with(to(receiver))) as world:
        world.agrees("c-1")
        world.needs("n-1", "c-1")
        world.run()
        world.now += VALID
        assert world.run().dead == 1
        (letter,) = world.shop.triggers.dead(NAME)
        assert (letter.reason, letter.tries, letter.error) == ("expired", 1, "500 Internal Server Error")
        again = world.shop.triggers.resend()
        assert again.resent == []
        assert "valid until" in again.refused[letter.id]
    assert len(receiver.came) == 1


def test_what_is_given_up_is_sent_again_when_people_say_so(workspace: Workspace, receiver: Receiver) -> None:
    receiver.answers = [status(502)] * 10
    with opened(workspace, settings_with(to(receiver))) as world:
        world.agrees("c-1")
        world.needs("n-1", "c-1")
        world.run()
        for _ in range(8):
            world.later(hours=5)
        assert world.standing().dead == 0, "not all pauses are over"
        for _ in range(22):
            world.later(hours=5)
        (letter,) = world.shop.triggers.dead()
        assert (letter.reason, letter.tries) == ("gave_up", 10)
        assert world.shop.triggers.resend([letter.id, "msg_other"]).refused.keys() == {"msg_other"}
        assert world.run().delivered == 1
        assert world.shop.triggers.dead() == []
    assert len(set(receiver.ids)) == 1
    assert "webhook_dead" in world.said


def test_a_receiver_that_wants_no_more_gets_no_more_until_it_is_switched_on(
    workspace: Workspace, receiver: Receiver
) -> None:
    receiver.answers = [status(410)]
    with opened(workspace, settings_with(to(receiver))) as world:
        world.agrees("c-1", "c-2")
        world.needs("n-1", "c-1")
        world.run()
        assert world.standing().off_since == world.now
        assert "410" in str(world.standing().problem)
        world.needs("n-2", "c-2")
        world.later(hours=1)
        assert len(receiver.came) == 1
        assert world.shop.triggers.switch_on(NAME)
        assert not world.shop.triggers.switch_on(NAME)
        world.later(hours=1)
        assert len(receiver.came) == 2
        assert receiver.ids[0] == receiver.ids[1], "what waited is sent; what happened meanwhile triggers nothing"


def test_a_trigger_that_is_off_decides_nothing(workspace: Workspace, receiver: Receiver) -> None:
    with opened(workspace, settings_with(to(receiver))) as world:
        world.agrees("c-1")
        assert world.shop.triggers.switch_off(NAME)
        assert not world.shop.triggers.switch_off(NAME)
        world.needs("n-1", "c-1")
        assert world.run().taken == 0
        with pytest.raises(NotFoundError, match="no trigger 'campng'"):
            world.shop.triggers.switch_on("campng")
    assert receiver.came == []


def test_a_row_that_is_damaged_holds_up_nobody(workspace: Workspace, receiver: Receiver, database_url: str) -> None:
    receiver.answers = [status(500)]
    with opened(workspace, settings_with(to(receiver), url=database_url)) as world:
        world.agrees("c-1", "c-2")
        world.needs("n-1", "c-1")
        world.run()
        database = open_database(database_url, durability="process")
        with database.write() as connection:
            connection.execute(triggered.update().values(payload=b"no longer what it was"))
        database.close()
        world.needs("n-2", "c-2")
        assert world.later(minutes=1).delivered == 1
        assert [letter.reason for letter in world.shop.triggers.dead()] == ["damaged"]


def test_what_waits_is_in_a_backup(workspace: Workspace, receiver: Receiver, tmp_path: Path) -> None:
    receiver.answers = [status(500)]
    with opened(workspace, settings_with(to(receiver))) as world:
        world.agrees("c-1")
        world.needs("n-1", "c-1")
        world.run()
        rows = world.shop.keeping.backup(tmp_path / "b").rows
        assert (rows["triggered"], rows["triggers"]) == (1, 1)


def test_without_its_secret_a_trigger_waits_and_says_so(workspace: Workspace, receiver: Receiver) -> None:
    with opened(workspace, settings_with(to(receiver))) as world:
        world.agrees("c-1")
        world.environment, kept = {}, world.environment
        world.needs("n-1", "c-1")
        assert world.run() == (0, 0, 0, 0, 0, 0)
        assert "OFFERS_SECRET" in str(world.standing().problem)
        world.run()
        assert world.said == ["trigger_cannot_work"], "once"
        world.environment = kept
        assert world.run().delivered == 1
        assert world.standing().problem is None


def test_rows_for_e_mails_are_taken_once(workspace: Workspace, tmp_path: Path) -> None:
    rows_for = Trigger(name=NAME, on="need", placement="email", to="email")
    with opened(workspace, settings_with(rows_for)) as world:
        world.agrees("c-1", "c-2")
        world.needs("n-1", "c-1")
        world.run()
        first = world.shop.triggers.emails()
        assert [row.customer_id for row in first] == ["c-1"]
        assert world.shop.triggers.emails() == [], "somebody has them already"
        world.now += timedelta(minutes=2)  # and did not finish
        again = world.shop.triggers.emails()
        with (tmp_path / "o.csv").open("w", encoding="utf-8", newline="") as stream:
            assert write_messages(stream, [(row.customer_id, row.answer) for row in again], 4, "csv") == (1, 1)
        world.shop.triggers.emailed(again)
        world.needs("n-2", "c-2")
        world.later(minutes=2)
        assert [row.customer_id for row in world.shop.triggers.emails()] == ["c-2"]
        assert world.standing().delivered == 1


def test_what_is_over_is_kept_for_a_while_and_what_waits_is_kept(workspace: Workspace, receiver: Receiver) -> None:
    delayed = to(receiver, name="late", delay_minutes=60.0 * 24 * 60)
    with opened(workspace, settings_with(to(receiver), delayed)) as world:
        world.agrees("c-1")
        world.needs("n-1", "c-1")
        world.run()
        world.now += timedelta(days=31)
        assert world.shop.keeping.tidy().rows["triggered"] == 1
        assert world.standing("late").due == 1


def test_a_ping_is_signed_and_says_what_came_back(workspace: Workspace, receiver: Receiver) -> None:
    receiver.answers = [status(204), status(410)]
    with opened(workspace, settings_with(to(receiver))) as world:
        desk = world.shop.triggers
        desk.environment = world.environment
        assert desk.test(NAME).delivered
        assert receiver.read()["type"] == "ping"
        refused = desk.test(NAME)
        assert (refused.delivered, refused.status) == (False, 410)
        assert world.standing().off_since is None, "a ping changes nothing"
