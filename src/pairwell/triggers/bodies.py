"""What a webhook says, and under which name."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from pairwell.config.rules.trigger import Trigger
from pairwell.config.settings import Settings
from pairwell.events import Event, EventOrder
from pairwell.records import CartLine, DecisionRequest
from pairwell.triggers.records import Errand, Held

_MOST_LINES = 1_000  # of a cart in a request
_encoder = msgspec.json.Encoder()


def name_triggered(trigger: Trigger, event: Event) -> str:
    """The id of what an event triggers: of the webhook, the same at each try, and of the request that is decided.

    An order that is told again, as shops tell every change of one, is the same as before.
    """
    what = event.event_id if event.order is None else f"order\x1f{event.order.order_id}"
    told = f"{trigger.name}\x1f{what}".encode()
    return f"msg_{hashlib.blake2b(told, digest_size=16).hexdigest()}"


def name_errand(receiver: str, errand: Errand) -> str:
    """The id of a task: the same for an account, a move and a period, however often the list is made."""
    told = f"{receiver}\x1f{errand.account_id}\x1f{errand.kind}\x1f{errand.plan_id}\x1f{errand.period}"
    return f"task_{hashlib.blake2b(told.encode(), digest_size=16).hexdigest()}"


def request_of(trigger: Trigger, trigger_id: str, held: Held, settings: Settings) -> DecisionRequest:
    """What is to be decided: beside what was bought or is named, for a need to meet it."""
    event = held.event
    assert event is not None
    attributes = {"trigger": trigger.name}
    if event.need is not None:
        attributes["need"] = event.need.need
    if event.usage is not None:
        attributes |= {"meter": event.usage.meter, "quantity": f"{event.usage.quantity:.15g}"}
    return DecisionRequest(
        request_id=trigger_id,
        placement=trigger.placement,
        customer_id=held.customer_id,
        locale=trigger.locale,
        cart=[] if event.order is None else _cart(event.order, settings),
        viewed=held.beside if event.item_id is None else [event.item_id],
        attributes=attributes,
    )


def body_of(name: str, task_id: str, held: Held) -> bytes:
    """The webhook's body, the same at each try."""
    return _offer(name, held) if held.errand is None else _errand(name, task_id, held.errand)


def _errand(receiver: str, task_id: str, errand: Errand) -> bytes:
    data = {
        "receiver": receiver,
        "task_id": task_id,
        "account_id": errand.account_id,
        "kind": errand.kind,
        "plan_id": errand.plan_id,
        "period": errand.period,
        "task": errand.task,
    }
    return _body("task.made", errand.at, data)


def _offer(trigger: str, held: Held) -> bytes:
    assert held.event is not None
    assert held.answer is not None
    assert held.decided_at is not None
    data = {
        "trigger": trigger,
        "event": _event(held.event),
        "customer_id": held.customer_id,
        "decision": held.answer,
    }
    return _body("offer.made", held.decided_at, data)


def ping_body(trigger: str, now: datetime) -> bytes:
    """What a test sends."""
    return _body("ping", now, {"trigger": trigger})


def _body(kind: str, at: datetime, data: dict[str, Any]) -> bytes:
    return _encoder.encode({"type": kind, "timestamp": at, "data": data})


def _event(event: Event) -> dict[str, Any]:
    """The event as it was sent, without what it leaves out."""
    told = {
        "event_id": event.event_id,
        "type": event.type,
        "at": event.at,
        "item_id": event.item_id,
        event.type: getattr(event, event.type),
    }
    return {name: _without_nulls(value) for name, value in told.items() if value is not None}


def _without_nulls(value: Any) -> Any:  # noqa: ANN401 - a part of an event
    if isinstance(value, msgspec.Struct):
        told = msgspec.structs.asdict(value)
        return {name: _without_nulls(one) for name, one in told.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def _cart(order: EventOrder, settings: Settings) -> list[CartLine]:
    as_paid = order.currency in {None, settings.shop.currency} and not order.net
    return [
        CartLine(
            item_id=line.item_id,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor if as_paid else None,
        )
        for line in order.lines[:_MOST_LINES]
    ]
