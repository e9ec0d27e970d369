"""Whether an event has the part that its type asks for, and whether that part can be true."""

from __future__ import annotations

from typing import Final

import msgspec

from pairwell.events import Event, EventFeedback, Said

_CUSTOMERS: Final = frozenset({"need", "consent"})  # of nobody they would say nothing
_ITEMS: Final = frozenset({"view", "add_to_cart", "remove_from_cart"})
_ANSWERS: Final = frozenset({"accept", "decline"})
_SCORES: Final = {"csat": (1.0, 5.0), "review": (1.0, 5.0), "nps": (0.0, 10.0)}
_STATED: Final = ("price_minor", "cost_minor", "stock", "published")
_MISSING: Final = {
    "order": ("order_missing", "`order` with its `order_id` and `lines`"),
    "return": ("return_missing", "`return` with its `order_id`, and `item_id` or `line_no`"),
    "status": ("status_missing", "`status` with its `order_id` and `status`"),
    "usage": ("usage_missing", "`usage` with its `account_id`, `meter` and `quantity`"),
    "need": ("need_missing", "`need` with its `need`"),
    "feedback": ("feedback_missing", "`feedback` with its `kind`"),
    "consent": ("consent_missing", "`consent` with its `channel` and `given`"),
    "item": ("item_missing", "`item` with its `item_id` and what is true of it"),
}


def find_fault(event: Event) -> Said | None:
    """What is wrong with the event by itself."""
    if event.type in _MISSING and part_of(event) is None:
        code, needs = _MISSING[event.type]
        return Said(code, f"An event of type `{event.type}` needs {needs}.")
    if foreign := next((name for name in _MISSING if name != event.type and _part(event, name) is not None), None):
        return Said("bad_request", f"An event of type `{event.type}` has no `{foreign}`.")
    if event.type in _CUSTOMERS and event.customer_id is None:
        return Said("customer_missing", f"An event of type `{event.type}` needs `customer_id`.")
    if event.type in _ITEMS and event.item_id is None and event.offer_no is None:
        return Said("item_missing", f"An event of type `{event.type}` needs `item_id`.")
    return _find_fault_in_talk(event) or _find_fault_in_part(event)


def part_of(event: Event) -> msgspec.Struct | None:
    """What the type of the event asks for; None for behaviour."""
    return _part(event, event.type)


def order_id_of(event: Event) -> str | None:
    """The order that an event is about."""
    about = event.order or event.returned or event.status
    return None if about is None else about.order_id


def _part(event: Event, name: str) -> msgspec.Struct | None:
    part: msgspec.Struct | None = getattr(event, "returned" if name == "return" else name, None)
    return part


def _find_fault_in_talk(event: Event) -> Said | None:
    if event.talk is None:
        return None
    if event.type not in _ANSWERS:
        return Said("bad_request", f"An event of type `{event.type}` has no `talk`.")
    if event.customer_id is None:
        return Said("customer_missing", "An event with a `talk` needs `customer_id`.")
    if event.talk.until is not None and event.reason != "later":
        return Said("bad_request", "A `talk` says `until` when where the `reason` is `later`.")
    return None


def _find_fault_in_part(event: Event) -> Said | None:
    if event.returned is not None and event.returned.item_id is None and event.returned.line_no is None:
        return Said("bad_request", "A return names what came back by `item_id` or `line_no`.")
    if event.feedback is not None:
        return _find_fault_in_score(event.feedback)
    if event.item is not None and all(getattr(event.item, name) is msgspec.UNSET for name in _STATED):
        stated = ", ".join(f"`{name}`" for name in _STATED)
        return Said("bad_request", f"An event of an item says at least one of {stated}.")
    return None


def _find_fault_in_score(feedback: EventFeedback) -> Said | None:
    if feedback.score is None:
        return None
    low, high = _SCORES.get(feedback.kind, (0.0, 10.0))
    if low <= feedback.score <= high:
        return None
    return Said("bad_request", f"The score of a {feedback.kind} is {feedback.score:g}; expected {low:g} to {high:g}.")
