"""What follows an event: each decided once, under the rules of every decision, and delivered until it is taken."""

from __future__ import annotations

import threading
from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa
from tests.receiving import Receiver, status
from tests.unit.triggers.shops import NAME, opened, settings_with, to

from pairwell.clock import system_clock
from pairwell.config.settings import Cap
from pairwell.config.workspace import Workspace
from pairwell.errors import RequestError
from pairwell.operations.database import open_database
from pairwell.operations.schema import decisions, triggered
from pairwell.shop.face import Shop


def _decisions(url: str) -> int:
    database = open_database(url, durability="process")
    with database.read() as connection:
        number = connection.scalar(sa.select(sa.func.count()).select_from(decisions))
    database.close()
    return int(number or 0)


def test_an_event_is_decided_once_and_its_offer_delivered_signed(
    workspace: Workspace, receiver: Receiver, database_url: str
) -> None:
    with opened(workspace, settings_with(to(receiver), url=database_url)) as world:
        world.agrees("c-1")
        world.needs("n-1", "c-1")
        done = world.run()
        assert (done.taken, done.offers, done.delivered) == (1, 1, 1)
        told = receiver.read()
        assert told["type"] == "offer.made"
        assert told["data"]["trigger"] == NAME
        assert told["data"]["customer_id"] == "c-1"
        assert told["data"]["event"]["event_id"] == "n-1"
        assert told["data"]["event"]["need"] == {"need": "camping", "how": "said"}
        decision = told["data"]["decision"]
        assert [offer["item_id"] for offer in decision["offers"]] == ["mat"]
        assert not {"propensity", "worth_minor", "score"} & decision["offers"][0].keys()
        assert world.shop.explain(decision["decision_id"]).placement == "email"
        world.needs("n-1", "c-1")  # told again
        assert world.run() == (0, 0, 0, 0, 0, 0)
        assert len(receiver.came) == 1
        assert world.standing().delivered == 1
    assert _decisions(database_url) == 1


def test_what_fails_is_tried_again_the_same_until_it_is_taken(workspace: Workspace, receiver: Receiver) -> None:
    receiver.answers = [status(500), status(503, retry_after="30")]
    with opened(workspace, settings_with(to(receiver))) as world:
        world.agrees("c-1")
        world.needs("n-1", "c-1")
        assert world.run().failed == 1
        assert world.standing().last_error == "500 Internal Server Error"
        assert world.later(seconds=4).failed == 0, "not before its time"
        assert world.later(seconds=3).failed == 1
        assert world.later(seconds=200).failed == 0
        assert world.later(seconds=200).delivered == 1
        assert len(set(receiver.ids)) == 1
        assert len({body for _, body in receiver.came}) == 1
        assert world.standing().waiting == 0
    assert world.said == ["webhook_failed"] * 2


def test_nobody_who_did_not_agree_gets_anything(workspace: Workspace, receiver: Receiver) -> None:
    with opened(workspace, settings_with(to(receiver))) as world:
        world.agrees("c-no", given=False)
        world.needs("n-1", "c-no")
        world.needs("n-2", "c-unasked")
        assert world.run().silent == 2
        assert world.standing().silent_by_reason == {"no_consent": 2}
    assert receiver.came == []


def test_no_trigger_passes_a_cap(workspace: Workspace, receiver: Receiver) -> None:
    caps = [Cap(name="two a week", channels=("email",), window_h=168.0, limit=2)]
    with opened(workspace, settings_with(to(receiver), caps=caps)) as world:
        world.agrees("c-1")
        for number in range(5):
            world.needs(f"n-{number}", "c-1")
            world.later(hours=1)
        assert world.standing().silent_by_reason == {"capped": 3}
    assert len(receiver.came) == 2


def test_the_holdout_gets_nothing(workspace: Workspace, receiver: Receiver) -> None:
    with opened(workspace, settings_with(to(receiver), holdout=1.0)) as world:
        world.agrees("c-1")
        world.needs("n-1", "c-1")
        world.run()
        assert world.standing().silent_by_reason == {"holdout": 1}
    assert receiver.came == []


def test_the_kill_switch_stops_decisions_and_what_is_on_its_way(workspace: Workspace, receiver: Receiver) -> None:
    receiver.answers = [status(500)]
    with opened(workspace, settings_with(to(receiver))) as world:
        world.agrees("c-1", "c-2")
        world.needs("n-1", "c-1")
        world.run()
        world.shop.rollout.offers_off(reason="a price was wrong")
        world.needs("n-2", "c-2")
        world.later(minutes=1)
        world.later(minutes=10)
        assert len(receiver.came) == 1
        assert world.standing().silent_by_reason == {"kill_switch": 1}
        world.shop.rollout.offers_on(reason="it is mended")
        world.later(minutes=2)
        assert len(receiver.came) == 2
        assert receiver.ids[0] == receiver.ids[1]


def test_what_waits_for_a_forgotten_customer_is_gone(
    workspace: Workspace, receiver: Receiver, database_url: str
) -> None:
    receiver.answers = [status(500), status(500)]
    with opened(workspace, settings_with(to(receiver), url=database_url)) as world:
        world.agrees("customer-1", "customer-2")
        world.needs("n-1", "customer-1")
        world.needs("n-2", "customer-2")
        world.run()
        done = world.shop.keeping.forget("customer-1")
        assert done.removed["operations triggered"] == 1
        assert not done.searched.found
        world.pins()
        world.later(minutes=1)
        assert world.standing().delivered == 1
        told = [msgspec.json.decode(body)["data"]["customer_id"] for _, body in receiver.came]
        assert sorted(told) == ["customer-1", "customer-2", "customer-2"]


def test_what_is_kept_of_a_customer_cannot_be_read_without_their_key(
    workspace: Workspace, receiver: Receiver, database_url: str
) -> None:
    receiver.answers = [status(500)]
    with opened(workspace, settings_with(to(receiver), url=database_url)) as world:
        world.agrees("customer-1")
        world.needs("n-1", "customer-1")
        world.run()
    database = open_database(database_url, durability="process")
    with database.read() as connection:
        (row,) = connection.execute(sa.select(triggered)).all()
    database.close()
    assert not [value for value in row if b"customer-1" in str(value).encode() or b"camping" in bytes(row.payload)]


def test_a_delay_is_waited_for_and_what_is_told_too_late_triggers_nothing(
    workspace: Workspace, receiver: Receiver
) -> None:
    delayed = to(receiver, delay_minutes=60.0, within_minutes=30.0)
    with opened(workspace, settings_with(delayed)) as world:
        world.agrees("c-1", "c-2")
        world.needs("n-1", "c-1")
        world.needs("n-2", "c-2", ago=timedelta(minutes=90))
        assert world.run()[:2] == (1, 0)
        assert world.standing().due == 1
        assert world.later(minutes=59).offers == 0
        assert world.later(minutes=1).delivered == 1
        world.needs("n-3", "c-1")
        world.run()
        world.later(minutes=90)  # nobody worked meanwhile
        assert world.standing().silent_by_reason == {"too_late": 1}
    assert len(receiver.came) == 1


def test_an_order_told_again_triggers_nothing_more(workspace: Workspace, receiver: Receiver) -> None:
    with opened(workspace, settings_with(to(receiver, on="order"))) as world:
        world.agrees("c-1")
        world.orders("e-1", "o-1", "c-1")
        world.run()
        world.orders("e-2", "o-1", "c-1")
        world.run()
        world.orders("e-3", "o-2", "c-1")
        world.run()
    told = [receiver.read(place)["data"] for place in range(len(receiver.came))]
    assert [one["event"]["order"]["order_id"] for one in told] == ["o-1", "o-2"]
    assert told[0]["decision"]["offers"][0]["anchor_id"] == "tent"


def test_a_condition_holds_events_and_customers_back(workspace: Workspace, receiver: Receiver) -> None:
    picky = to(receiver, when="need.need == 'camping' && customer.orders > 0")
    other = to(receiver, name="cooking", when="need.need == 'cooking'")
    with opened(workspace, settings_with(picky, other)) as world:
        world.agrees("c-1", "c-2")
        world.orders("o", "o-1", "c-2")
        world.needs("n-1", "c-1")
        world.needs("n-2", "c-2")
        world.run()
        assert world.standing().silent_by_reason == {"condition": 1}
        assert world.standing("cooking").silent_by_reason == {}
    assert [receiver.read()["data"]["customer_id"]] == ["c-2"]
    assert len(receiver.came) == 1


def test_a_condition_that_cannot_be_worked_out_is_counted(
    workspace: Workspace, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pairwell.config.entries.find_fault", lambda *_: None)  # as if no trial had met it
    divided = "order.units / (order.lines - 1) > 0"
    with opened(workspace, settings_with(to(receiver, on="order", when=divided))) as world:
        world.agrees("c-1")
        world.orders("o", "o-1", "c-1")
        assert world.run().silent == 1
        assert world.standing().silent_by_reason == {"condition_failed": 1}


def test_a_new_trigger_begins_with_what_comes_after_it(workspace: Workspace, receiver: Receiver) -> None:
    with opened(workspace, settings_with()) as world:
        world.agrees("c-1")
        world.needs("n-1", "c-1")
    with opened(workspace, settings_with(to(receiver))) as world:
        assert world.run().taken == 0
        with pytest.raises(RequestError, match="No trigger"):
            world.shop.triggers.emails()
        world.needs("n-2", "c-1")
        assert world.run().delivered == 1
    assert receiver.read()["data"]["event"]["event_id"] == "n-2"


def test_two_that_work_at_once_do_nothing_twice(workspace: Workspace, receiver: Receiver, database_url: str) -> None:
    with opened(workspace, settings_with(to(receiver), url=database_url)) as world:
        customers = [f"c-{number}" for number in range(12)]
        world.agrees(*customers)
        for customer_id in customers:
            world.needs(f"n-{customer_id}", customer_id)
        errors: list[BaseException] = []

        def work() -> None:
            with Shop(workspace, clock=system_clock) as other:
                desk = other.triggers
                desk.environment = world.environment
                try:
                    desk.run_once()
                except BaseException as error:  # noqa: BLE001 - told below
                    errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert len(receiver.ids) == len(set(receiver.ids)) == len(customers)
    assert _decisions(database_url) == len(customers)
