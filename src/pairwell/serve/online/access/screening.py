"""What a page may ask and tell: requests and events of publishable keys, cut down to what can do no harm."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from pairwell.candidates.relations import PairsFound
from pairwell.decide.decider import plain_answer
from pairwell.events import BEHAVIOUR_TYPES, Event, EventRefusal
from pairwell.experiments.assignment import unit_of
from pairwell.records import Answer, Comparison, DecisionRequest, Ignored, Relation
from pairwell.serve.online.access.callers import Caller
from pairwell.serve.online.access.refusals import token_mismatch, token_missing
from pairwell.serve.online.faults import Refused

_MAY_NAME: Final = frozenset(
    {"event_id", "type", "at", "customer_id", "visitor_id", "decision_id", "offer_no", "item_id", "placement", "reason"}
)
_OF_SERVERS: Final = ("acute", "need", "adult")  # attributes that lift what protects a visitor: timing, age


class Owned(NamedTuple):
    """Of whom the decisions are that a page speaks of, by the names under which the journal holds people."""

    unit: str | None  # the caller's customer
    by_decision: Mapping[str, frozenset[str]]  # whom an event has to name to speak of it; empty: nobody


class PublicPair(msgspec.Struct, frozen=True, kw_only=True):
    """One neighbour of an item as a page sees it, best first."""

    item_id: str
    title: str | None
    compare: list[Comparison] | msgspec.UnsetType = msgspec.UNSET  # of upgrades


class PublicPairs(msgspec.Struct, frozen=True, kw_only=True):
    """What stands to an item in a relation, as a page sees it."""

    item_id: str
    title: str | None
    relation: Relation
    pairs: list[PublicPair]


def screen_request(request: DecisionRequest, caller: Caller, *, salt: str) -> DecisionRequest:
    """The request as it is decided: of the token's customer, under a `request_id` that only this visitor can meet.

    A page cannot say that a seller asks, that a need is urgent or that its visitor is of age: that overrides rules
    that protect the visitor.
    Raises `Refused` (403) where it names a customer without a token, or another than the token's.
    """
    if caller.may_everything:
        return request
    mine = msgspec.structs.replace(
        request,
        customer_id=_customer(request.customer_id, caller),
        seller_id=None,
        attributes={name: value for name, value in request.attributes.items() if name not in _OF_SERVERS},
        explain=False,
    )
    if request.request_id is None:
        return mine
    # Who names nobody has nothing of one's own but the request itself.
    whose = unit_of(mine) or msgspec.json.encode(mine).decode()
    return msgspec.structs.replace(mine, request_id=_own_name("request", whose, request.request_id, salt))


def screen_answer(answer: Answer, asked: DecisionRequest, caller: Caller) -> Answer:
    """What the caller may see of an answer; a page is told what of its request was not for it to say."""
    if caller.may_everything:
        return answer
    shown = plain_answer(answer)
    unheard = _unheard(asked)
    return msgspec.structs.replace(shown, ignored=[*shown.ignored, *unheard]) if unheard else shown


def _unheard(asked: DecisionRequest) -> list[Ignored]:
    """What a page asked or claimed that only a server may."""
    explain = [Ignored(field="explain", id="true")] if asked.explain else []
    seller = [] if asked.seller_id is None else [Ignored(field="seller_id", id=asked.seller_id)]
    claims = [Ignored(field="attributes", id=name) for name in _OF_SERVERS if name in asked.attributes]
    return explain + seller + claims


def screen_pairs(found: PairsFound, caller: Caller) -> PairsFound | PublicPairs:
    """What the caller may see of pairs: without a secret key no figure, for they tell how much the shop sells."""
    if caller.may_everything:
        return found
    pairs = [PublicPair(item_id=pair.item_id, title=pair.title, compare=pair.compare) for pair in found.pairs]
    return PublicPairs(item_id=found.item_id, title=found.title, relation=found.relation, pairs=pairs)


def screen_events(events: Sequence[Event], caller: Caller, owned: Owned, *, salt: str) -> list[Event | EventRefusal]:
    """In the place of each event what is journaled of it, under an `event_id` that only this visitor can meet.

    A decision that is of another is unknown here.
    """
    if caller.may_everything:
        return list(events)
    return [_screened(index, event, _Visit(caller, owned, salt)) for index, event in enumerate(events)]


class _NotHisError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Visit(NamedTuple):
    caller: Caller
    owned: Owned
    salt: str


def _screened(index: int, event: Event, visit: _Visit) -> Event | EventRefusal:
    try:
        return _screen_event(event, visit)
    except _NotHisError as error:
        return EventRefusal(index=index, event_id=event.event_id, code=error.code, message=str(error))


def _screen_event(event: Event, visit: _Visit) -> Event:
    if event.type not in BEHAVIOUR_TYPES or any(getattr(event, name) != usual for name, usual in _NOT_NAMED.items()):
        raise _NotHisError("needs_secret_key", "A page may only tell what its visitor did; send this from your server.")
    try:
        customer = _customer(event.customer_id, visit.caller)
    except Refused as error:
        raise _NotHisError(error.fault.code, error.fault.message) from error
    if event.decision_id is not None:
        _require_own(event.decision_id, {visit.owned.unit, _unit("v", event.visitor_id)}, visit.owned)
    whose = _unit("v", event.visitor_id) or _unit("c", customer) or f"d:{event.decision_id}"
    name = _own_name("event", whose, event.event_id, visit.salt)
    return msgspec.structs.replace(event, event_id=name, customer_id=customer)


def _require_own(decision_id: str, named: Collection[str | None], owned: Owned) -> None:
    of = owned.by_decision.get(decision_id)
    if of is None or (of and of.isdisjoint(named)):
        raise _NotHisError("unknown_decision", f"There is no decision {decision_id!r} in the journal.")


def _customer(named: str | None, caller: Caller) -> str | None:
    if named is not None and caller.customer_id is None:
        raise token_missing()
    if named not in {None, caller.customer_id}:
        raise token_mismatch()
    return caller.customer_id


def _own_name(what: str, whose: str, name: str, salt: str) -> str:
    """A name that nobody else can make, and from which nobody can tell whose it is without the shop's salt."""
    text = f"{what}\x1f{len(whose)}\x1f{whose}\x1f{name}"
    return f"pk:{hmac.digest(salt.encode(), text.encode(), 'sha256').hex()[:40]}"


def _unit(kind: str, name: str | None) -> str | None:
    return None if name is None else f"{kind}:{name}"


def _usual(field: msgspec.structs.FieldInfo) -> object:
    return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()


_NOT_NAMED: Final[dict[str, object]] = {
    field.name: _usual(field) for field in msgspec.structs.fields(Event) if field.name not in _MAY_NAME
}
