"""A span of days in a simulated shop, with every visit decided on and every answer of the customers logged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from pairwell.events import Event, EventLine, EventOrder, EventType
from pairwell.records import Decision, DecisionRequest, Offer
from pairwell.simulate.responses import Audience, Line, Response
from pairwell.simulate.visits import Shown, Visit, visits
from pairwell.simulate.world import World

_PLACEMENT = "cart"
_LATER = {"exposure": 0, "accept": 10, "decline": 10, "order": 60}  # seconds after the visit's moment

Decide = Callable[[DecisionRequest, datetime], Decision]
Log = Callable[[Sequence[Event], datetime], object]


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """Which days are lived through."""

    start: datetime
    days: int = 30


class MonthCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, counted; what of it the offers caused is not said here."""

    decisions: int = 0
    slates_shown: int = 0
    offers_shown: int = 0
    accepts: int = 0
    declines: int = 0
    orders: int = 0
    revenue_minor: int = 0  # net of line discounts

    def __add__(self, other: MonthCounts) -> MonthCounts:
        return MonthCounts(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})


def run_month(world: World, month: Month, *, decide: Decide, log: Log) -> MonthCounts:
    """Take every visit of these days through `decide`, show what it offers, and `log` what the customer does.

    `decide` gets the request and its moment, `log` the events of one visit and the moment of the last; both are
    called in order of time. What customers remember of offers lasts from visit to visit.
    """
    audience, counts = Audience(world), MonthCounts()
    for visit in visits(world, month.start, month.days):
        decision = decide(_request(visit), visit.at)
        sights = [(offer, shown) for offer in decision.answer.offers for shown in shown_of(offer)]
        response = audience.respond(visit, [shown for _, shown in sights])
        events = list(_events(visit, decision, [offer for offer, _ in sights], response))
        if events:
            log(events, events[-1].at)
        counts += _count(events, response)
    return counts


def shown_of(offer: Offer) -> list[Shown]:
    """An offer as a simulated customer sees it: what replaces nothing is added, and a bundle is its parts one by one.

    These customers know no price for several things, and pay for each what it costs.
    """
    kind: Literal["cross_sell", "upgrade"] = "upgrade" if offer.replaces else "cross_sell"
    return [Shown(item_id=item_id, kind=kind, replaces=offer.replaces) for item_id in offer.adds]


def _request(visit: Visit) -> DecisionRequest:
    return DecisionRequest(
        placement=_PLACEMENT, request_id=visit.visit_id, customer_id=visit.customer_id, cart=list(visit.cart)
    )


def _events(visit: Visit, decision: Decision, offers: Sequence[Offer], response: Response) -> Iterator[Event]:
    """`offers`: of each thing that was shown, the one it belongs to."""
    accepted = dict.fromkeys(offers[place].offer_no for place in response.accepted)
    reasons = {offers[refusal.offer].offer_no: refusal.reason for refusal in response.declined}
    for offer in decision.answer.offers:
        yield _event(visit, decision, ("exposure", offer.offer_no))
    for offer_no in accepted:
        yield _event(visit, decision, ("accept", offer_no))
    for offer_no, reason in reasons.items():
        if offer_no not in accepted:
            yield msgspec.structs.replace(_event(visit, decision, ("decline", offer_no)), reason=reason)
    if response.placed:
        lines = [_order_line(line, decision, offers) for line in response.lines]
        order = EventOrder(order_id=visit.visit_id, lines=lines)
        yield Event(
            event_id=f"{visit.visit_id}-order",
            type="order",
            at=_moment(visit, "order"),
            customer_id=visit.customer_id,
            order=order,
        )


def _event(visit: Visit, decision: Decision, what: tuple[EventType, int]) -> Event:
    kind, offer_no = what
    return Event(
        event_id=f"{visit.visit_id}-{kind}-{offer_no}",
        type=kind,
        at=_moment(visit, kind),
        customer_id=visit.customer_id,
        decision_id=decision.answer.decision_id,
        offer_no=offer_no,
        placement=_PLACEMENT,
    )


def _order_line(line: Line, decision: Decision, offers: Sequence[Offer]) -> EventLine:
    offer = None if line.offer is None else offers[line.offer]
    return EventLine(
        item_id=line.item_id,
        quantity=line.quantity,
        unit_price_minor=line.unit_price_minor,
        decision_id=decision.answer.decision_id if offer else None,
        offer_no=offer.offer_no if offer else None,
    )


def _moment(visit: Visit, kind: EventType) -> datetime:
    return visit.at + timedelta(seconds=_LATER[kind])


def _count(events: Sequence[Event], response: Response) -> MonthCounts:
    told = Counter(event.type for event in events)
    return MonthCounts(
        decisions=1,
        slates_shown=int(told["exposure"] > 0),
        offers_shown=told["exposure"],
        accepts=told["accept"],
        declines=told["decline"],
        orders=int(response.placed),
        revenue_minor=sum(line.quantity * line.unit_price_minor for line in response.lines),
    )
