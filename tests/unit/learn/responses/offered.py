"""A small shop whose decisions are put into the journal by hand, and what customers did about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Literal

import msgspec
from tests.journals import log

from pairwell.config.settings import Choice, Settings
from pairwell.events import Event, EventLine, EventOrder, EventStatus
from pairwell.posterior import Basis
from pairwell.records import Answer, CartLine, Decision, DecisionInputs, DecisionRequest, Offer, PassedOver, Silence
from pairwell.shop.face import Shop, create_shop

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = START + timedelta(days=60)
CHOICE = Choice(salt="s", holdout=0.3, withheld=0.1)
BASIS = Basis("pairs", 0.1, 0.15, 0.5, 0.7, 0.1, 0.0, 0.7)
Arm = Literal["treated", "holdout", "withheld", "none"]


class Told:
    """An open shop, its clock, and short words for what happens in it."""

    def __init__(self, folder: Path, choice: Choice = CHOICE) -> None:
        self.now = LATER
        settings = msgspec.structs.replace(Settings(), choice=choice)
        with create_shop(folder / "shop", settings) as made:
            workspace = made.workspace
        self.shop = Shop(workspace, clock=lambda: self.now)
        self._names = count()

    def decide(
        self,
        whom: str = "c-1",
        *,
        at: datetime = START,
        arm: Arm = "treated",
        items: Sequence[str] = ("mat",),
        placement: str = "cart",
        basis: Basis = BASIS,
        kind: Literal["cross_sell", "upgrade"] = "cross_sell",
        settings: str | None = None,
        cart: bool = True,
        visitor: bool = False,
        valid: timedelta = timedelta(minutes=15),
        learning_minor: float = 0.0,
        passed_over: Sequence[str] = (),
    ) -> str:
        """Journal a decision; its id."""
        name = f"d_{next(self._names):08}"
        slate = [_offer(number, item_id, kind) for number, item_id in enumerate(items)]
        request = DecisionRequest(
            placement=placement,
            customer_id=None if visitor else whom,
            visitor_id=whom if visitor else None,
            cart=[CartLine(item_id="tent")] if cart else [],
        )
        inputs = DecisionInputs(
            decision_id=name,
            request=request,
            engine="0.1.0",
            model="m",
            settings=settings or self.shop.published.hash,
            now=at,
            items={},
            relations=[],
            owned=[],
            declines=[],
        )
        reason: dict[str, Literal["holdout", "withheld_at_random"]] = {
            "holdout": "holdout",
            "withheld": "withheld_at_random",
        }
        silence = Silence(reason=reason[arm]) if arm in reason else None
        if not slate:
            silence = Silence(reason="nothing_worth_it")
        answer = Answer(
            decision_id=name,
            valid_until=at + valid,
            silence=silence,
            offers=[] if silence else slate,
            ignored=[],
        )
        decision = Decision(
            inputs=inputs,
            unit=f"{'v' if visitor else 'c'}:{whom}",
            arm=arm,
            shown=silence is None,
            answer=answer,
            slate=slate,
            bases=[basis] * len(slate),
            passed_over=[PassedOver(kind, item_id, basis) for item_id in passed_over],
            learning_minor=learning_minor,
            withheld=[],
        )
        log(self.shop.journal, decision)
        return name

    def see(self, decision_id: str, offer_no: int = 0, *, at: datetime = START) -> None:
        """An offer of it came into view."""
        self._tell(type="exposure", at=at, decision_id=decision_id, offer_no=offer_no)

    def buy(
        self,
        whom: str | None = "c-1",
        *items: str,
        after: timedelta = timedelta(minutes=1),
        at: datetime = START,
        order_id: str | None = None,
        visitor: str | None = None,
    ) -> str:
        """Tell of an order by an event; its id."""
        name = order_id or f"o-{next(self._names)}"
        lines = [EventLine(item_id=item_id, unit_price_minor=700) for item_id in items or ("mat",)]
        order = EventOrder(order_id=name, lines=lines)
        self._tell(type="order", at=at + after, customer_id=whom, visitor_id=visitor, order=order)
        return name

    def cancel(self, order_id: str, *, at: datetime = START + timedelta(hours=2)) -> None:
        """Tell that an order is cancelled."""
        self._tell(type="status", at=at, status=EventStatus(order_id=order_id, status="cancelled"))

    def be_one(self, visitor: str, customer: str, *, at: datetime = START) -> None:
        """A visitor turns out to be a customer."""
        self._tell(type="view", at=at, customer_id=customer, visitor_id=visitor, item_id="tent")

    def _tell(self, **fields: object) -> None:
        event = Event(event_id=f"e-{next(self._names)}", **fields)  # type: ignore[arg-type]
        receipt = self.shop.log_events([event], now=self.now)
        assert not receipt.refused, receipt


def _offer(number: int, item_id: str, kind: Literal["cross_sell", "upgrade"]) -> Offer:
    return Offer(
        offer_no=number,
        kind=kind,
        item_id=item_id,
        title=None,
        price_minor=700,
        anchor_id="tent",
        replaces="tent" if kind == "upgrade" else None,
        discount_minor=0,
        reasons=[],
        compare=None,
    )
