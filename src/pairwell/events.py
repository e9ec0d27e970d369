"""What came back: events as they are sent, each with the part that its type asks for, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final, Literal, NamedTuple, get_args

import msgspec
from msgspec import UNSET, Meta, UnsetType

BehaviourType = Literal[
    "view",
    "search",
    "add_to_cart",
    "remove_from_cart",
    "checkout",
    "click",
    "exposure",
    "accept",
    "decline",
    "dismiss",
]
SecretType = Literal["order", "return", "status", "usage", "need", "feedback", "consent", "item"]
EventType = Literal[BehaviourType, SecretType]
FeedbackKind = Literal["csat", "nps", "complaint", "ticket_opened", "ticket_closed", "review", "note"]
NeedSource = Literal["said", "used", "bought"]
OrderStatus = Literal["completed", "cancelled"]
DeclineReason = Literal["have_it", "too_dear", "not_for_me", "later"]

BEHAVIOUR_TYPES: Final = frozenset(get_args(BehaviourType))
"""What shoppers do; pages may send these."""
SECRET_TYPES: Final = frozenset(get_args(SecretType))
"""What only the shop's own servers may say."""

MOST_MINOR = 10**12  # no price is higher; a million of it still fit 64 bits
MOST_LINES = 10_000
MOST_STOCK = 10**9

Id = Annotated[str, Meta(min_length=1, max_length=256)]
Minor = Annotated[int, Meta(ge=0, le=MOST_MINOR)]
Quantity = Annotated[int, Meta(ge=1, le=1_000_000)]
OfferNo = Annotated[int, Meta(ge=0, le=10_000)]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]


_BETWEEN = "\x1f"  # no id of a shop holds it


def name_offer(item_ids: Iterable[str]) -> str:
    """What an offer is known by where it comes back: its item, of a bundle all of them."""
    return _BETWEEN.join(sorted(item_ids))


def items_named(name: str) -> list[str]:
    """The items of the offer of that name."""
    return name.split(_BETWEEN)


class EventLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of an order."""

    item_id: Id
    quantity: Quantity = 1
    unit_price_minor: Minor | None = None  # as the customer pays it
    discount_minor: Minor = 0  # of the whole line
    decision_id: Id | None = None  # of the offer that it came from
    offer_no: OfferNo | None = None


class EventOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order, whole: another event with the same `order_id` replaces all of it."""

    order_id: Id
    lines: Annotated[list[EventLine], Meta(min_length=1, max_length=MOST_LINES)]
    currency: Currency | None = None  # none: the shop's
    placed_at: Annotated[datetime, Meta(tz=True)] | None = None  # none: `at`, which tells one version from the next
    channel: Id | None = None
    discount_minor: Minor = 0  # of the whole order, beside those of its lines
    shipping_minor: Minor = 0  # as the customer pays it
    tax_minor: Minor = 0
    net: bool = False  # its money is without tax, whatever the settings say of prices


class EventReturn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came back of one line of an order, named by its item or its number from 1."""

    order_id: Id
    item_id: Id | None = None
    line_no: Annotated[int, Meta(ge=1, le=MOST_LINES)] | None = None
    quantity: Quantity = 1
    refund_minor: Minor | None = None  # as the customer gets it
    net: bool = False  # the refund is without tax, whatever the settings say of prices


class EventStatus(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of an order."""

    order_id: Id
    status: OrderStatus


class EventUsage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much an account used of one meter of its plan, since it was told last."""

    account_id: Id
    meter: Id
    quantity: Annotated[float, Meta(ge=0.0, le=1e15)]


class EventNeed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a customer needs, and how that is known."""

    need: Id
    how: NeedSource = "said"


class EventFeedback(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a customer said, or a shop noted of one."""

    kind: FeedbackKind
    score: Annotated[float, Meta(ge=0.0, le=10.0)] | None = None  # csat and review 1..5, nps 0..10
    text: Annotated[str, Meta(max_length=10_000)] | None = None
    order_id: Id | None = None


class EventConsent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A yes or no to a channel, or to "personalisation"."""

    channel: Id
    given: bool


class EventItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is true of an item from a moment on; what is not named stays as it is."""

    item_id: Id
    price_minor: Minor | UnsetType = UNSET  # as the shop shows it
    cost_minor: Minor | UnsetType = UNSET  # net, as all costs
    stock: Annotated[int, Meta(ge=-MOST_STOCK, le=MOST_STOCK)] | UnsetType | None = UNSET  # null: no longer tracked
    published: bool | UnsetType = UNSET
    currency: Currency | None = None  # of the price and the cost; none: the shop's


class EventTalk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a person made the offer, in a talk, and what else was said of an `accept` or a `decline`."""

    by: Id | None = None  # who talked
    until: Annotated[datetime, Meta(tz=True)] | None = None  # of the reason `later`
    words: Annotated[str, Meta(max_length=10_000)] | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that happened. `returned` is `return` in JSON."""

    event_id: Id
    type: EventType
    at: Annotated[datetime, Meta(tz=True)]
    customer_id: Id | None = None
    visitor_id: Id | None = None
    decision_id: Id | None = None
    offer_no: OfferNo | None = None
    item_id: Id | None = None
    placement: Id | None = None
    reason: DeclineReason | None = None
    # only from the shop's servers; the type says which
    order: EventOrder | None = None
    returned: EventReturn | None = msgspec.field(default=None, name="return")
    status: EventStatus | None = None
    usage: EventUsage | None = None
    need: EventNeed | None = None
    feedback: EventFeedback | None = None
    consent: EventConsent | None = None
    item: EventItem | None = None
    talk: EventTalk | None = None  # of an accept or a decline


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a shopper did, as learning reads it."""

    event_id: str
    at: datetime
    type: BehaviourType
    customer_id: str | None = None
    visitor_id: str | None = None
    item_id: str | None = None


class Said(NamedTuple):
    """A code and a sentence: why an event is refused, or what about it is odd."""

    code: str
    message: str


class EventRefusal(msgspec.Struct, frozen=True, kw_only=True):
    index: int
    event_id: str | None
    code: str
    message: str


class EventNote(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was taken, and what about it is odd."""

    index: int
    event_id: str
    code: str
    message: str


class EventReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch of events; `refused` names each one that was not taken, and why."""

    accepted: int
    duplicates: int
    refused: list[EventRefusal]
    noted: list[EventNote] | UnsetType = UNSET  # there where something is to be noted
