"""A shop of two items with triggers, a clock that is told the time, and what happens in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.receiving import SECRET, Receiver

from pairwell.config.document import render_settings
from pairwell.config.published import publish_settings
from pairwell.config.rules.trigger import Trigger
from pairwell.config.settings import Cap, Choice, Placement, Settings
from pairwell.config.storing import Operations
from pairwell.config.workspace import Workspace
from pairwell.events import Event, EventConsent, EventLine, EventNeed, EventOrder
from pairwell.records import CuratedRelation, Item
from pairwell.shop.face import Shop
from pairwell.triggers.records import Standing, Worked

NAME = "camping"
VALID = timedelta(days=7)


class World:
    """An open shop."""

    def __init__(self, workspace: Workspace) -> None:
        self.now = datetime.now(UTC)  # receivers look at the real time
        self.shop = Shop(workspace, clock=lambda: self.now)
        self.environment = {"OFFERS_SECRET": SECRET}
        self.said: list[str] = []
        items = [Item(item_id="tent", price_minor=23_500), Item(item_id="mat", price_minor=700)]
        self.shop.facts.write_items(items, at=self.now)
        self.pins()
        self.run()  # triggers are there from now on

    def pins(self) -> None:
        """The mat goes with the tent: said past the dataset, so that whoever reads that anew loses it."""
        pinned = CuratedRelation(anchor_id="tent", item_id="mat", relation="complement")
        self.shop.facts.write_relations([pinned], at=self.now)

    def run(self) -> Worked:
        """Do what is due."""
        desk = self.shop.triggers
        desk.environment = self.environment
        return desk.run_once(lambda _level, event, _message: self.said.append(event))

    def tell(self, *events: Event) -> None:
        receipt = self.shop.log_events(list(events), now=self.now)
        assert receipt.refused == []

    def agrees(self, *customer_ids: str, given: bool = True) -> None:
        for customer_id in customer_ids:
            consent = EventConsent(channel="email", given=given)
            name = f"consent-{customer_id}-{self.now.isoformat()}"
            self.tell(Event(event_id=name, type="consent", at=self.now, customer_id=customer_id, consent=consent))

    def needs(self, name: str, customer_id: str, *, ago: timedelta = timedelta()) -> None:
        need = EventNeed(need="camping")
        at = self.now - ago
        self.tell(Event(event_id=name, type="need", at=at, customer_id=customer_id, item_id="tent", need=need))

    def orders(self, name: str, order_id: str, customer_id: str) -> None:
        order = EventOrder(order_id=order_id, lines=[EventLine(item_id="tent", unit_price_minor=23_500)])
        self.tell(Event(event_id=name, type="order", at=self.now, customer_id=customer_id, order=order))

    def standing(self, name: str = NAME) -> Standing:
        (found,) = [one for one in self.shop.triggers.list() if one.name == name]
        return found

    def later(self, **span: float) -> Worked:
        """Do what is due after a while."""
        self.now += timedelta(**span)
        return self.run()


def to(receiver: Receiver, **changed: Any) -> Trigger:
    """A webhook after a need."""
    usual: dict[str, Any] = {
        "name": NAME,
        "on": "need",
        "placement": "email",
        "url": receiver.url,
        "secret_env": "OFFERS_SECRET",
    }
    return Trigger(**{**usual, **changed})


def settings_with(*triggers: Trigger, url: str = "", holdout: float = 0.0, caps: Sequence[Cap] = ()) -> Settings:
    """Nobody is held out, and offers by e-mail are valid for a week, unless it is said otherwise."""
    usual = Settings()
    email = Placement(
        kinds=("cross_sell",),
        channel="email",
        interrupts=True,
        friction=0.0,
        attention_minor=0.0,
        valid_minutes=VALID / timedelta(minutes=1),
    )
    return Settings(
        operations=Operations(url=url),
        placements={**usual.placements, "email": email},
        choice=Choice(holdout=holdout, withheld=0.0, salt="s"),
        caps=tuple(caps),
        triggers=triggers,
    )


@contextmanager
def opened(workspace: Workspace, settings: Settings) -> Iterator[World]:
    """The shop under these settings."""
    workspace.settings_file.write_text(render_settings(settings), encoding="utf-8")
    publish_settings(workspace)
    world = World(workspace)
    try:
        yield world
    finally:
        world.shop.close()
