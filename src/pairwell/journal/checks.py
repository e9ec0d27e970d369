"""Which events can be true, given the decisions they speak of, and what is odd about those that can."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from pairwell.events import BEHAVIOUR_TYPES, Event, EventOrder, EventRefusal, Said, items_named
from pairwell.journal.parts import find_fault
from pairwell.journal.places import Outcome, Place

SKEW = timedelta(days=1)  # clocks of shoppers go wrong by time zones, not by more
_FORGIVEN = timedelta(minutes=5)  # that clocks differ without a word
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_OF_OFFERS: Final = frozenset({"exposure", "click", "accept", "decline", "dismiss"})
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_UNKEPT = re.compile("[\0\ud800-\udfff]")
_encoder = msgspec.json.Encoder()
_event = msgspec.json.Decoder(Event)
Objection = Callable[[Event], Said | None]


class KnownDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What an event may refer to: a decision with its slate, if it made one."""

    at: datetime  # when it was decided
    lapses_at: datetime | None = None  # of its slate
    unit: str | None  # "c:ID", "v:ID"; None where nobody was named or is remembered
    shown: bool
    item_ids: list[str]  # of its offers, by offer number; of a bundle its name
    places: Sequence[Place] = ()  # what its slate takes of totals

    def places_of(self, offer_no: int) -> Iterator[Place]:
        """What one of its offers takes."""
        return (place for place in self.places if place.offer_no == offer_no)

    def find_offer(self, offer_no: int | None, item_id: str | None) -> KnownOffer | None:
        """The offer of that number or of that item; where both are named, of both."""
        for number, name in enumerate(self.item_ids):
            of_it = offer_no in {None, number} and item_id in {None, *items_named(name)}
            if of_it and (offer_no, item_id) != (None, None):
                return KnownOffer(offer_no=number, name=name)
        return None


class KnownOffer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer of a decision."""

    offer_no: int
    name: str  # its item; of a bundle all of them


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """An event that may be journaled, with the unit, offer and item it is about."""

    event: Event  # its moment is none in the future, nor before its decision
    unit: str | None  # "c:ID", "v:ID"
    offer_no: int | None
    item_id: str | None
    payload: bytes  # as it was sent
    outcomes: Sequence[Outcome] = ()
    notes: Sequence[Said] = ()


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    taken: list[Taken]
    refused: list[EventRefusal]


class _Refused(Exception):  # noqa: N818  (control flow inside this module, never seen outside)
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def check_events(
    events: Sequence[Event], known: Mapping[str, KnownDecision], *, now: datetime, objection: Objection | None = None
) -> Checked:
    """Tell the events that can be journaled from those that cannot; each refusal says why.

    `objection`: what those who will put events into effect have against one.
    """
    taken: list[Taken] = []
    refused: list[EventRefusal] = []
    for index, event in enumerate(events):
        try:
            _require(find_fault(event))
            _require(objection(event) if objection else None)
            taken.append(_check(event, known, now))
        except _Refused as found:
            refusal = EventRefusal(index=index, event_id=event.event_id, code=found.code, message=found.message)
            refused.append(refusal)
    return Checked(taken=taken, refused=refused)


def decisions_named(event: Event) -> Iterator[str]:
    """The ids of the decisions that an event speaks of; not those that no database can hold, nor be asked for."""
    lines = event.order.lines if event.order else ()
    named = (event.decision_id, *(line.decision_id for line in lines))
    return (name for name in named if name is not None and not _UNKEPT.search(name))


def _require(fault: Said | None) -> None:
    if fault is not None:
        raise _Refused(*fault)


def _check(event: Event, known: Mapping[str, KnownDecision], now: datetime) -> Taken:
    _check_moment(event, now)
    payload = _readable(event)
    decision = known.get(event.decision_id or "")
    offer = _check_outcome(event, decision) if event.type in BEHAVIOUR_TYPES else None
    earliest = decision.at if decision is not None and event.type in BEHAVIOUR_TYPES else event.at
    at = min(max(event.at, earliest), now)
    outcomes = [*_outcomes(event, offer, known, at)]
    return Taken(
        event=msgspec.structs.replace(event, at=at),
        unit=_unit_of(event, decision),
        offer_no=offer.offer_no if offer else None,
        item_id=_told_of(event, offer) if offer else _item_of(event),
        payload=payload,
        outcomes=outcomes,
        notes=[
            *_odd_moment(event, decision, now),
            *_odd_decision(event, decision, known),
            *_late(outcomes, known, now),
        ],
    )


def _readable(event: Event) -> bytes:
    """The event as it is kept. What Python passes was not looked at yet; what is kept must be read again."""
    try:
        payload = _encoder.encode(event)
        _event.decode(payload)
    except (msgspec.MsgspecError, UnicodeEncodeError, OverflowError) as error:
        raise _Refused("bad_request", f"It cannot be kept: {error}.") from error
    if b"\\u0000" in payload and _NUL.search(payload):
        raise _Refused("bad_request", "A text holds the character U+0000, which no database keeps.")
    return payload


def _check_moment(event: Event, now: datetime) -> None:
    placed_at = None if event.order is None else event.order.placed_at
    for name, moment in (("at", event.at), ("order.placed_at", placed_at or event.at)):
        if moment > now + SKEW:
            raise _Refused("in_the_future", f"`{name}` is {moment.isoformat()}; expected a moment that has been.")
        if moment < _FIRST:
            raise _Refused("too_long_ago", f"`{name}` is {moment.isoformat()}; expected a moment since 1970.")


def _check_outcome(event: Event, decision: KnownDecision | None) -> KnownOffer | None:
    """The offer that behaviour is of; None where it names only an item, a whole slate, or nothing at all."""
    if decision is not None:
        return _check_offer(event, decision)
    if event.decision_id is not None:
        raise _Refused("unknown_decision", f"There is no decision {event.decision_id!r} in the journal.")
    if event.offer_no is not None:
        raise _Refused("decision_missing", "`offer_no` counts within a decision; expected `decision_id` with it.")
    if event.type in _OF_OFFERS and event.item_id is None:
        raise _Refused(
            "offer_missing", f"An event of type `{event.type}` needs `decision_id` and `offer_no`, or `item_id`."
        )
    return None


def _check_offer(event: Event, decision: KnownDecision) -> KnownOffer | None:
    if event.at < decision.at - SKEW:
        made = decision.at.isoformat()
        raise _Refused("before_decision", f"`at` is {event.at.isoformat()}, before the decision was made at {made}.")
    of_offer = event.type in _OF_OFFERS or event.offer_no is not None
    if of_offer and not decision.shown:
        raise _Refused(
            "not_shown", f"Decision {event.decision_id!r} showed no offers, so there is none to {event.type}."
        )
    if event.offer_no is None and event.item_id is None:
        if event.type in _OF_OFFERS - {"dismiss"}:
            raise _Refused(
                "offer_missing", f"An event of type `{event.type}` of a decision needs `offer_no` or `item_id`."
            )
        return None
    offer = decision.find_offer(event.offer_no, event.item_id) if decision.shown else None
    if of_offer and offer is None:
        raise _Refused("unknown_offer", f"Decision {event.decision_id!r} made no such offer.")
    return offer


def _outcomes(
    event: Event, offer: KnownOffer | None, known: Mapping[str, KnownDecision], at: datetime
) -> Iterator[Outcome]:
    """What the event says of offers."""
    if event.decision_id is not None and offer is not None:
        yield _outcome(event.decision_id, offer, known[event.decision_id], event.type, at)
    for line in event.order.lines if event.order else ():
        decision = known.get(line.decision_id or "")
        if decision is None or not decision.shown or line.decision_id is None:
            continue
        if bought := decision.find_offer(line.offer_no, line.item_id):
            yield _outcome(line.decision_id, bought, decision, "accept", at)


def _outcome(decision_id: str, offer: KnownOffer, decision: KnownDecision, kind: str, at: datetime) -> Outcome:
    seen_at = at if decision.lapses_at is None else min(at, decision.lapses_at)
    return Outcome(decision_id, offer.offer_no, kind, seen_at)


# --- what is odd, and no reason to lose an event ------------------------------------------------------


def _odd_moment(event: Event, decision: KnownDecision | None, now: datetime) -> Iterator[Said]:
    if event.at > now + _FORGIVEN:
        yield Said("clock_ahead", f"`at` is {_seconds(event.at - now)} s ahead; it counts as of now.")
    if decision is None or event.type not in BEHAVIOUR_TYPES:
        return
    if event.at < decision.at - _FORGIVEN:
        behind = _seconds(decision.at - event.at)
        yield Said("clock_behind", f"`at` is {behind} s before its decision; it counts as of the decision.")
    if event.type == "exposure" and decision.lapses_at is not None and now > decision.lapses_at:
        yield _seen_late(event, decision.lapses_at, now)


def _seen_late(event: Event, lapsed_at: datetime, now: datetime) -> Said:
    if event.at > lapsed_at:
        late = _seconds(event.at - lapsed_at)
        return Said("shown_late", f"It was shown {late} s after its reservation had lapsed; it counts all the same.")
    late = _seconds(now - lapsed_at)
    return Said("told_late", f"It was told {late} s after its reservation had lapsed; it counts all the same.")


def _late(outcomes: Iterable[Outcome], known: Mapping[str, KnownDecision], now: datetime) -> Iterator[Said]:
    for one in outcomes:
        if one.type != "accept":
            continue
        for place in known[one.decision_id].places_of(one.offer_no):
            if place.is_free(now):
                late = _seconds(now - place.lapses_at)
                offer = f"Offer {one.offer_no} of decision {one.decision_id!r}"
                lost = f"had lost its place in {place.cap!r} {late} s before this was told"
                yield Said("accepted_late", f"{offer} {lost}; it counts all the same.")


def _odd_decision(event: Event, decision: KnownDecision | None, known: Mapping[str, KnownDecision]) -> Iterator[Said]:
    if event.decision_id is not None and decision is None:
        yield Said("unknown_decision", f"There is no decision {event.decision_id!r} in the journal.")
    if decision is not None and _of_another(event, decision):
        yield Said("other_person", "The decision was made for somebody else; the event counts for whom it names.")
    if event.order is not None and (lines := _unproven(event.order, known)):
        numbers = ", ".join(map(str, lines[:10]))
        yield Said("unknown_offer", f"Lines {numbers} name offers that were not made; the order counts all the same.")


def _of_another(event: Event, decision: KnownDecision) -> bool:
    """Whether both name somebody of the same kind, and not the same."""
    if decision.unit is None:
        return False
    named = event.customer_id if decision.unit.startswith("c:") else event.visitor_id
    return named is not None and decision.unit[2:] != named


def _unproven(order: EventOrder, known: Mapping[str, KnownDecision]) -> list[int]:
    """The numbers, from 1, of the lines that come from offers nobody made."""
    return [
        number
        for number, line in enumerate(order.lines, start=1)
        if line.decision_id is not None and not _was_shown(known.get(line.decision_id), line.offer_no, line.item_id)
    ]


def _was_shown(decision: KnownDecision | None, offer_no: int | None, item_id: str) -> bool:
    return decision is not None and decision.shown and decision.find_offer(offer_no, item_id) is not None


def _unit_of(event: Event, decision: KnownDecision | None) -> str | None:
    if event.customer_id is not None:
        return f"c:{event.customer_id}"
    if event.usage is not None:
        return f"c:{event.usage.account_id}"  # so that what an account used goes when it is forgotten
    # A widget knows the visitor only; what it tells of a customer's decision is that customer's.
    if decision is not None and decision.unit is not None:
        return decision.unit
    return None if event.visitor_id is None else f"v:{event.visitor_id}"


def _item_of(event: Event) -> str | None:
    if event.item is not None:
        return event.item.item_id
    return event.item_id if event.returned is None else event.returned.item_id


def _told_of(event: Event, offer: KnownOffer) -> str:
    """What is said of an offer is said of all of it; who looks at a part of a bundle does so with that alone."""
    return offer.name if event.type in _OF_OFFERS or event.item_id is None else event.item_id


def _seconds(span: timedelta) -> int:
    return round(span.total_seconds())
