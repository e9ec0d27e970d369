"""Which events can be true, given the decisions they speak of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from pairwell.events import Event, EventRefusal

FUTURE = timedelta(days=1)  # clocks of shoppers go wrong by time zones, not by more
_AHEAD = timedelta(minutes=5)  # that our clock may be of a shop's
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_encoder = msgspec.json.Encoder()


class KnownDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What an event may refer to: a decision with its slate, if it made one."""

    at: datetime  # when it was decided
    unit: str | None  # "c:ID", "v:ID"; None where nobody was named or is remembered
    shown: bool
    item_ids: list[str]  # of its offers, by offer number

    def find_offer(self, event: Event) -> KnownOffer | None:
        """The offer that `event` names, by number or by item."""
        for offer_no, item_id in enumerate(self.item_ids):
            if event.offer_no == offer_no or (event.offer_no is None and event.item_id == item_id):
                return KnownOffer(offer_no=offer_no, item_id=item_id)
        return None


class KnownOffer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer of a decision."""

    offer_no: int
    item_id: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """An event that may be journaled, with the unit, offer and item it is about."""

    event: Event
    unit: str | None  # "c:ID", "v:ID"
    offer_no: int | None
    item_id: str | None
    payload: bytes


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    taken: list[Taken]
    refused: list[EventRefusal]


class _Refused(Exception):  # noqa: N818  (control flow inside this module, never seen outside)
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def check_events(events: Sequence[Event], known: Mapping[str, KnownDecision], *, now: datetime) -> Checked:
    """Tell the events that can be journaled from those that cannot; each refusal says why."""
    taken: list[Taken] = []
    refused: list[EventRefusal] = []
    for index, event in enumerate(events):
        try:
            taken.append(_check(event, known, now))
        except _Refused as found:
            refusal = EventRefusal(index=index, event_id=event.event_id, code=found.code, message=found.message)
            refused.append(refusal)
    return Checked(taken=taken, refused=refused)


def _check(event: Event, known: Mapping[str, KnownDecision], now: datetime) -> Taken:
    _check_moment(event, now)
    payload = _encoder.encode(event)
    if b"\\u0000" in payload:
        raise _Refused("bad_request", "A text holds the character U+0000, which no database keeps.")
    decision = _decision_of(event, known)
    offer = None if event.type == "order" else _check_outcome(event, decision)
    if event.type == "order" and event.order is None:
        raise _Refused("order_missing", "An event of type `order` needs `order` with its `order_id` and `lines`.")
    return Taken(
        event=event,
        unit=_unit_of(event, decision),
        offer_no=offer.offer_no if offer else None,
        item_id=offer.item_id if offer else event.item_id,
        payload=payload,
    )


def _check_moment(event: Event, now: datetime) -> None:
    if event.at > now + FUTURE:
        raise _Refused("in_the_future", f"`at` is {event.at.isoformat()}; expected a moment that has been.")
    if event.at < _FIRST:
        raise _Refused("too_long_ago", f"`at` is {event.at.isoformat()}; expected a moment since 1970.")


def _decision_of(event: Event, known: Mapping[str, KnownDecision]) -> KnownDecision | None:
    if event.decision_id is None:
        return None
    if event.decision_id not in known:
        raise _Refused("unknown_decision", f"There is no decision {event.decision_id!r} in the journal.")
    return known[event.decision_id]


def _check_outcome(event: Event, decision: KnownDecision | None) -> KnownOffer | None:
    """The offer that an exposure, accept or decline is of; None where it names only an item."""
    if decision is not None:
        return _check_offer(event, decision)
    if event.offer_no is not None:
        raise _Refused("decision_missing", "`offer_no` counts within a decision; expected `decision_id` with it.")
    if event.item_id is None:
        raise _Refused("offer_missing", f"A {event.type} needs `decision_id` and `offer_no`, or `item_id`.")
    return None


def _check_offer(event: Event, decision: KnownDecision) -> KnownOffer:
    if not decision.shown:
        raise _Refused(
            "not_shown", f"Decision {event.decision_id!r} showed no offers, so there is none to {event.type}."
        )
    if event.offer_no is None and event.item_id is None:
        raise _Refused("offer_missing", f"A {event.type} of a decision needs `offer_no` or `item_id`.")
    if event.at < decision.at - _AHEAD:
        made = decision.at.isoformat()
        raise _Refused("before_decision", f"`at` is {event.at.isoformat()}, before the decision was made at {made}.")
    offer = decision.find_offer(event)
    if offer is None or event.item_id not in {None, offer.item_id}:
        raise _Refused("unknown_offer", f"Decision {event.decision_id!r} made no such offer.")
    return offer


def _unit_of(event: Event, decision: KnownDecision | None) -> str | None:
    if event.customer_id is not None:
        return f"c:{event.customer_id}"
    # A widget knows the visitor only; what it tells of a customer's decision is that customer's.
    if decision is not None and decision.unit is not None:
        return decision.unit
    return None if event.visitor_id is None else f"v:{event.visitor_id}"
