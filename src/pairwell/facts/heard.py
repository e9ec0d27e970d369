"""What single events tell of a customer, each as it is joined to what is known."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from pairwell.clock import to_micros
from pairwell.events import EventOrder, FeedbackKind, NeedSource, OrderStatus
from pairwell.facts.customer_state import (
    Known,
    SeenConsent,
    SeenFeedback,
    SeenNeed,
    SeenOrder,
    SeenReturn,
    SeenStatus,
)

_UNIT_SEPARATOR = "\x1f"  # keeps ("ab", "c") and ("a", "bc") apart
_MILLION = 1_000_000  # scores as whole numbers, so that they are written alike everywhere
_DIGITS = 16


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a customer said, or that the shop noted of them."""

    kind: FeedbackKind
    at: datetime
    score: float | None = None  # csat and review 1..5, nps 0..10
    text: str | None = None
    order_id: str | None = None


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """One item of an order that came back."""

    order_id: str
    item_id: str
    units: int
    at: datetime


def consent(channel: str, *, given: bool, at: datetime) -> Known:
    """A yes or no to a channel."""
    return Known(consents=[SeenConsent(at=to_micros(at), channel=channel.lower(), refused=not given)])


def a_need(need: str, how: NeedSource, since: datetime) -> Known:
    """A need and how it is known."""
    return Known(needs=[SeenNeed(at=to_micros(since), need=need.lower(), how=how)])


def an_order(order: EventOrder, at: datetime) -> Known:
    """An order by its pieces and whether anything was taken off."""
    seen = SeenOrder(
        at=to_micros(at),
        order_id=order.order_id,
        units=sum(line.quantity for line in order.lines),
        discounted=order.discount_minor > 0 or any(line.discount_minor > 0 for line in order.lines),
    )
    return Known(orders=[seen])


def a_status(order_id: str, status: OrderStatus, at: datetime) -> Known:
    """What became of an order."""
    return Known(statuses=[SeenStatus(at=to_micros(at), order_id=order_id, cancelled=status == "cancelled")])


def a_return(back: Returned) -> Known:
    """An item that came back."""
    seen = SeenReturn(at=to_micros(back.at), order_id=back.order_id, item_id=back.item_id, units=back.units)
    return Known(returns=[seen])


def a_feedback(customer_id: str, feedback: Feedback) -> Known:
    """Feedback without its text, under the id that its content gives it."""
    seen = SeenFeedback(
        at=to_micros(feedback.at),
        feedback_id=feedback_id(customer_id, feedback)[:_DIGITS],
        kind=feedback.kind,
        score=share_of(feedback.kind, feedback.score),
    )
    return Known(feedback=[seen])


def feedback_id(customer_id: str, feedback: Feedback) -> str:
    """The md5 of what was said by whom and when, as ingest makes it too."""
    score = "" if feedback.score is None else str(round(feedback.score * _MILLION))
    said = (
        str(to_micros(feedback.at)), customer_id, feedback.kind, score, feedback.text or "", feedback.order_id or ""
    )  # fmt: skip
    return hashlib.md5(_UNIT_SEPARATOR.join(said).encode(), usedforsecurity=False).hexdigest()


def share_of(kind: FeedbackKind, score: float | None) -> float | None:
    """A csat (1..5) or nps (0..10) as a share of the best; None for everything else."""
    if score is None or kind not in {"csat", "nps"}:
        return None
    return (score - 1) / 4 if kind == "csat" else score / 10
