"""What changed between the decision and a try: an offer that would not be made any more is not sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from tests.receiving import Receiver, status
from tests.unit.triggers.shops import NAME, World, opened, settings_with, to

from pairwell.config.rules.trigger import Trigger
from pairwell.config.workspace import Workspace
from pairwell.events import Event, EventFeedback, EventItem
from pairwell.records import CuratedRelation, DecisionRequest, Item

Change = Callable[[World], None]


def _item(**changed: object) -> Change:
    def change(world: World) -> None:
        told = EventItem(item_id="mat", **changed)  # type: ignore[arg-type]
        world.tell(Event(event_id="i", type="item", at=world.now, item=told))

    return change


def _complain(world: World) -> None:
    told = EventFeedback(kind="complaint")
    world.tell(Event(event_id="f", type="feedback", at=world.now, customer_id="c-1", feedback=told))


_CHANGES = {
    "off sale": (_item(published=False), "unpublished"),
    "out of stock": (_item(stock=0), "out_of_stock"),
    "dearer": (_item(price_minor=900), "price_changed"),
    "beyond a guard": (_item(price_minor=99_900), "add_on_price_share"),
    "complaint": (_complain, "open_complaint"),
    "consent taken back": (lambda world: world.agrees("c-1", given=False), "no_consent"),
}


@pytest.mark.parametrize("what", _CHANGES)
def test_what_would_not_be_offered_any_more_is_not_tried_again(
    workspace: Workspace, receiver: Receiver, what: str
) -> None:
    change, reason = _CHANGES[what]
    receiver.answers = [status(500)]
    with opened(workspace, settings_with(to(receiver))) as world:
        world.agrees("c-1")
        world.needs("n-1", "c-1")
        world.run()
        world.now += timedelta(minutes=1)
        change(world)
        world.later(minutes=6)
        assert world.standing().silent_by_reason == {reason: 1}
    assert len(receiver.came) == 1


def test_nobody_is_asked_to_swap_what_they_have_just_bought(workspace: Workspace, receiver: Receiver) -> None:
    usual = settings_with(to(receiver, on="order"))
    email = msgspec.structs.replace(usual.placements["email"], kinds=("cross_sell", "upgrade"))
    with opened(workspace, msgspec.structs.replace(usual, placements={**usual.placements, "email": email})) as world:
        world.shop.facts.write_items([Item(item_id="storm tent", price_minor=26_000)], at=world.now)
        better = CuratedRelation(anchor_id="tent", item_id="storm tent", relation="upgrade")
        world.shop.facts.write_relations([better], at=world.now)
        world.agrees("c-1", "c-2")
        world.orders("e-1", "o-1", "c-1")
        world.run()
        looked_at = DecisionRequest(placement="email", customer_id="c-2", viewed=["tent"])
        assert [offer.replaces for offer in world.shop.decide_known(looked_at, world.now).slate] == ["tent"]
        assert world.standing().delivered == 0
    assert receiver.came == []


def test_a_row_for_an_e_mail_is_looked_at_again_too(workspace: Workspace) -> None:
    rows_for = Trigger(name=NAME, on="need", placement="email", to="email")
    with opened(workspace, settings_with(rows_for)) as world:
        world.agrees("c-1")
        world.needs("n-1", "c-1")
        world.run()
        world.now += timedelta(days=3)
        _item(published=False)(world)
        assert world.shop.triggers.emails() == []
        assert world.standing().silent_by_reason == {"unpublished": 1}
