"""What is known of one customer: as the dataset tells it and as events told since, and the facts that follow.

Both halves hold what was told with its moment, so that nothing depends on the order in which it comes: joining
the same twice changes nothing. The dataset's half is written whole by ingest; a newer event stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from pairwell.clock import from_micros, to_micros
from pairwell.records import CustomerFacts

ORDERS_TOLD = 20  # newest ones that the dataset's half holds one by one; older ones as totals
RETURNS_TOLD = 50
FEEDBACK_TOLD = 20
_DATED_FROM = to_micros(datetime(1971, 1, 1, tzinfo=UTC))  # orders before it carry no date but their place in a file
HEARD = 500  # of each kind, newest; ingest takes away what the dataset has by then

T = TypeVar("T", bound="Seen")


class Seen(msgspec.Struct, frozen=True, kw_only=True, array_like=True, order=True):
    """Something told at a moment. Of two with one key the greater counts: the later, then the more careful."""

    at: int  # microseconds since 1970


class SeenConsent(Seen, frozen=True, kw_only=True, array_like=True, order=True):
    channel: str
    refused: bool  # greater than given: of both at one moment the no counts


class SeenNeed(Seen, frozen=True, kw_only=True, array_like=True, order=True):
    need: str
    how: str


class SeenOrder(Seen, frozen=True, kw_only=True, array_like=True, order=True):
    order_id: str
    units: int
    discounted: bool


class SeenStatus(Seen, frozen=True, kw_only=True, array_like=True, order=True):
    order_id: str
    cancelled: bool


class SeenReturn(Seen, frozen=True, kw_only=True, array_like=True, order=True):
    order_id: str
    item_id: str
    units: int


class SeenFeedback(Seen, frozen=True, kw_only=True, array_like=True, order=True):
    feedback_id: str  # made of the content: equal ones say the same
    kind: str
    score: float | None = None  # 0..1


class Past(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Totals of what is older than all that is held one by one; cancelled orders are left out."""

    orders: int = 0
    last_order_at: int = 0
    discounted_orders: int = 0
    units: int = 0
    orders_until: int = 0  # the moment of the newest order in it, cancelled or not; 0: there is none
    units_returned: int = 0
    returns_until: int = 0
    tickets_opened: int = 0
    tickets_closed: int = 0
    score: float | None = None
    score_at: int = 0
    feedback_until: int = 0


class Known(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was told of a customer, each list newest first and each key once."""

    attributes: dict[str, Any] = {}
    consents: list[SeenConsent] = []
    needs: list[SeenNeed] = []
    orders: list[SeenOrder] = []
    statuses: list[SeenStatus] = []
    returns: list[SeenReturn] = []
    feedback: list[SeenFeedback] = []
    past: Past = Past()

    def joined(self, other: Known) -> Known:
        """With what `other` was told; in whatever order and however often it is joined, the outcome is the same."""
        return Known(
            consents=_newest((*self.consents, *other.consents), _channel),
            needs=_newest((*self.needs, *other.needs), _need),
            orders=_newest((*self.orders, *other.orders), _order),
            statuses=_newest((*self.statuses, *other.statuses), _order),
            returns=_newest((*self.returns, *other.returns), _returned),
            feedback=_newest((*self.feedback, *other.feedback), _said),
        )

    def without_orders(self, order_ids: Collection[str]) -> Known:
        """Without all that was told of these orders."""
        if not order_ids:
            return self
        return msgspec.structs.replace(
            self,
            orders=[one for one in self.orders if one.order_id not in order_ids],
            statuses=[one for one in self.statuses if one.order_id not in order_ids],
            returns=[one for one in self.returns if one.order_id not in order_ids],
        )

    def beyond(self, told: Known) -> Known:
        """Without what `told` knows, or knows better."""
        return Known(
            consents=_beyond(self.consents, told.consents, _channel),
            needs=_beyond(self.needs, told.needs, _need),
            orders=_new(self.orders, told.orders, _order, told.past.orders_until),
            statuses=_beyond(self.statuses, told.statuses, _order),
            returns=_new(self.returns, told.returns, _returned, told.past.returns_until),
            feedback=_new(self.feedback, told.feedback, _said, told.past.feedback_until),
        )


class StoredCustomer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One customer, as it is stored."""

    told: Known = Known()  # by the dataset
    heard: Known = Known()  # from events, beyond what the dataset tells


def facts_of(stored: StoredCustomer, *, revision: int, complaints_since: datetime | None = None) -> CustomerFacts:
    """The facts of a customer; complaints made before `complaints_since` are no longer open."""
    told, heard, past = stored.told, stored.heard.beyond(stored.told), stored.told.past
    cancelled = {s.order_id for s in _newest((*told.statuses, *heard.statuses), _order) if s.cancelled}
    orders = [order for order in (*told.orders, *heard.orders) if order.order_id not in cancelled]
    returns = [back for back in (*told.returns, *heard.returns) if back.order_id not in cancelled]
    feedback = _newest((*told.feedback, *heard.feedback), _said)
    last = max((order.at for order in orders), default=past.last_order_at)
    return CustomerFacts(
        revision=revision,
        attributes={name: str(value) for name, value in told.attributes.items()},
        consents={c.channel: not c.refused for c in _newest((*told.consents, *heard.consents), _channel)},
        needs={n.need: n.how for n in _newest((*told.needs, *heard.needs), _need)},
        orders=past.orders + len(orders),
        last_order_at=from_micros(last) if last >= _DATED_FROM else None,
        discounted_orders=past.discounted_orders + sum(order.discounted for order in orders),
        units=past.units + sum(order.units for order in orders),
        units_returned=past.units_returned + sum(back.units for back in returns),
        returned_at=_returned_at(returns),
        open_complaints=_open_complaints(feedback, 0 if complaints_since is None else to_micros(complaints_since)),
        open_tickets=_open_tickets(feedback, past),
        satisfaction=next((one.score for one in feedback if one.kind in RATED), past.score),
    )


RATED = ("csat", "nps")
CLOSING = ("ticket_closed", "note")


def _returned_at(returns: Iterable[SeenReturn]) -> dict[str, datetime]:
    newest = sorted(returns, reverse=True)[:RETURNS_TOLD]  # as many as ingest tells of
    return {back.item_id: from_micros(back.at) for back in _newest(newest, _item)}


def _open_complaints(feedback: Iterable[SeenFeedback], since: int) -> int:
    newest = sorted(feedback, reverse=True)[:FEEDBACK_TOLD]  # as many as ingest tells of
    closed = max((one.at for one in newest if one.kind in CLOSING), default=-1)
    return sum(one.kind == "complaint" and one.at > closed and one.at >= since for one in newest)


def _open_tickets(feedback: Iterable[SeenFeedback], past: Past) -> int:
    kinds = [one.kind for one in feedback]
    opened, closed = kinds.count("ticket_opened"), kinds.count("ticket_closed")
    return max(0, past.tickets_opened + opened - past.tickets_closed - closed)


def _newest(seen: Iterable[T], key: Callable[[T], Hashable]) -> list[T]:
    greatest: dict[Hashable, T] = {}
    for one in seen:
        before = greatest.get(key(one))
        if before is None or (one != before and one > before):  # a score may be None, which compares with nothing
            greatest[key(one)] = one
    return sorted(greatest.values(), reverse=True)[:HEARD]


def _beyond(heard: Iterable[T], told: Iterable[T], key: Callable[[T], Hashable]) -> list[T]:
    """What says something later than was told of the same thing."""
    known = {key(one): one for one in told}
    return [one for one in heard if (before := known.get(key(one))) is None or one > before]


def _new(heard: Iterable[T], told: Iterable[T], key: Callable[[T], Hashable], until: int) -> list[T]:
    """What happened otherwise than was told; what is as old as the totals is in them."""
    known = {key(one) for one in told}
    return [one for one in heard if one.at > until and key(one) not in known]


def _channel(one: SeenConsent) -> Hashable:
    return one.channel


def _need(one: SeenNeed) -> Hashable:
    return one.need


def _order(one: SeenOrder | SeenStatus) -> Hashable:
    return one.order_id


def _returned(one: SeenReturn) -> Hashable:
    return one.order_id, one.item_id, one.at


def _item(one: SeenReturn) -> Hashable:
    return one.item_id


def _said(one: SeenFeedback) -> Hashable:
    return one.feedback_id
