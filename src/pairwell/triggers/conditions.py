"""Whether the condition of a trigger holds: what it says of the event as that comes, the rest when it is decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from pairwell.config.rules.conditions import find_references, flatten, split_conjuncts
from pairwell.config.rules.engine import ConditionError, Program, compile_condition, run
from pairwell.config.rules.fields import EVENTS
from pairwell.config.rules.trigger import Trigger
from pairwell.config.settings import Settings
from pairwell.decide.rules.facts import reader_of
from pairwell.decide.rules.values import Read, Wanted, context_of, want
from pairwell.decide.scene import Scene
from pairwell.events import Event, EventOrder
from pairwell.records import DecisionInputs

_OF_CUSTOMERS = "customer"
Objection = Literal["condition", "condition_failed"]


class _Part(NamedTuple):
    program: Program
    wanted: tuple[Wanted, ...]


class Condition:
    """The condition of one trigger, its parts compiled once. What cannot be worked out does not hold, and says so."""

    def __init__(self, trigger: Trigger) -> None:
        parts = [(part, find_references(part)) for part in split_conjuncts(trigger.when)]
        told = [part for part, read in parts if all(one.record != _OF_CUSTOMERS for one in read)]
        self._of_event = [_compile(part) for part in told]
        self._of_customer = [_compile(part) for part, _ in parts if part not in told]

    @property
    def asks_of_customer(self) -> bool:
        """Whether it is not settled by the event alone."""
        return bool(self._of_customer)

    def objection(self, event: Event, now: datetime) -> Objection | None:
        """What it has against the event by itself."""
        return _objection(
            self._of_event, lambda record, name: now if record == "now" else _of_event(event, record, name)
        )

    def objection_to(self, event: Event, inputs: DecisionInputs, settings: Settings) -> Objection | None:
        """What it has against the event's customer, as a decision reads them."""
        of_scene = reader_of(Scene(inputs, model=None, items={}, settings=settings))

        def read(record: str, name: str) -> Any:  # noqa: ANN401 - a field's value
            return _of_event(event, record, name) if record in EVENTS else of_scene(record, name)

        return _objection(self._of_customer, read)


@lru_cache(maxsize=256)
def condition_of(trigger: Trigger) -> Condition:
    """The condition of a trigger, compiled at the first call."""
    return Condition(trigger)


def _compile(source: str) -> _Part:
    return _Part(compile_condition(flatten(source)), want(find_references(source)))


def _objection(parts: Sequence[_Part], read: Read) -> Objection | None:
    try:
        holds = all(run(part.program, context_of(part.wanted, read)) for part in parts)
    except ConditionError:
        return "condition_failed"
    return None if holds else "condition"


def _of_event(event: Event, record: str, name: str) -> Any:  # noqa: ANN401 - a field's value
    if event.order is not None and record == "order":
        return _of_order(event.order, name)
    return getattr(getattr(event, record), name)


def _of_order(order: EventOrder, name: str) -> Any:  # noqa: ANN401 - a field's value
    lines = order.lines
    if name == "total_minor":
        paid = [
            None if line.unit_price_minor is None else line.quantity * line.unit_price_minor - line.discount_minor
            for line in lines
        ]
        known = [one for one in paid if one is not None]
        return sum(known) - order.discount_minor if len(known) == len(paid) and not order.net else None
    values = {
        "items": [line.item_id for line in lines],
        "lines": len(lines),
        "units": sum(line.quantity for line in lines),
        "currency": order.currency,
    }
    return values[name]
