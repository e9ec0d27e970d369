"""What events tell of an order, taken together: whose it is, what was bought, what came back, what became of it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from pairwell.clock import to_micros
from pairwell.events import Event, EventLine, EventReturn, Said
from pairwell.facts import heard
from pairwell.facts.customer_state import Known
from pairwell.facts.ownership import Bought


class OrderState(msgspec.Struct, frozen=True, kw_only=True):
    """One order. Of its versions the one of the latest moment counts; of two of one moment the one that came last."""

    order_id: str
    order: Event | None  # None: nobody told of it yet
    versions: Sequence[Event]  # of the order, as they came
    returns: Sequence[Event]
    statuses: Sequence[Event]
    named: frozenset[str]  # customers whom any of the events names

    @property
    def customer_id(self) -> str | None:
        """Whose it is: whom the order names, else whom a return or a status does, the newest first."""
        if self.order is not None and self.order.customer_id is not None:
            return self.order.customer_id
        others = sorted((*self.returns, *self.statuses), key=_age, reverse=True)
        return next((event.customer_id for event in others if event.customer_id is not None), None)

    @property
    def placed_at(self) -> datetime | None:
        """When it was placed; None where nobody told of it yet."""
        if self.order is None:
            return None
        stated = None if self.order.order is None else self.order.order.placed_at
        return stated or self.order.at

    def known(self) -> Known:
        """All of it, as it is told of its customer."""
        known = Known()
        if self.order is not None and self.order.order is not None:
            known = known.joined(heard.an_order(self.order.order, self.placed_at or self.order.at))
        for event in self.statuses:
            if event.status is not None:
                known = known.joined(heard.a_status(self.order_id, event.status.status, event.at))
        for item_id, quantity, event in self._came_back():
            back = heard.Returned(order_id=self.order_id, item_id=item_id, units=quantity, at=event.at)
            known = known.joined(heard.a_return(back))
        return known

    def bought(self) -> Bought | None:
        """What its customer has of it, and has no longer."""
        ordered = Counter[str]()
        for line in self._lines():
            ordered[line.item_id] += line.quantity
        back = Counter[str]()
        for item_id, quantity, _ in self._came_back():
            back[item_id] += quantity
        gone = {item_id for item_id, quantity in back.items() if quantity >= ordered[item_id]}
        if self.cancelled:
            gone |= set(ordered)
        ends = [to_micros(event.at) for event in (*self.returns, *self.statuses)]
        bought = Bought(
            order_id=self.order_id,
            at=0 if self.placed_at is None else to_micros(self.placed_at),
            item_ids=sorted(ordered.keys() - gone),
            gone=sorted(gone),
            gone_at=max(ends) if gone else 0,
        )
        return bought if bought.item_ids or bought.gone else None

    def doubts(self, event: Event) -> Iterator[Said]:
        """What is odd about an event of this order."""
        told = self.versions if event.order is not None else self.statuses if event.status is not None else ()
        before = itertools.takewhile(lambda one: one.event_id != event.event_id, told)
        newest = max(before, key=_moment, default=event)
        if newest.at > event.at and _says(newest) != _says(event):
            yield outdated(f"order {self.order_id!r}", newest.at)
        if self.order is None:
            yield Said("unknown_order", f"No event has told of order {self.order_id!r} yet.")
        elif event.returned is not None and self._item_of(event.returned) not in self._items():
            yield Said("unknown_line", f"Order {self.order_id!r} has no such line; the return is kept.")

    @property
    def cancelled(self) -> bool:
        """Whether the newest that is told of its status says so."""
        newest = max(self.statuses, key=_status_age, default=None)
        return newest is not None and newest.status is not None and newest.status.status == "cancelled"

    def _lines(self) -> Sequence[EventLine]:
        return () if self.order is None or self.order.order is None else self.order.order.lines

    def _items(self) -> set[str]:
        return {line.item_id for line in self._lines()}

    def _came_back(self) -> Iterator[tuple[str, int, Event]]:
        """Item, quantity, event; several that agree in item and moment as one."""
        together: dict[tuple[str, int], tuple[int, Event]] = {}
        for event in self.returns:
            item_id = None if event.returned is None else self._item_of(event.returned)
            if item_id is None or event.returned is None:
                continue
            key = item_id, to_micros(event.at)
            before = together.get(key, (0, event))[0]
            together[key] = before + event.returned.quantity, event
        for (item_id, _), (quantity, event) in together.items():
            yield item_id, quantity, event

    def _item_of(self, back: EventReturn) -> str | None:
        if back.item_id is not None or back.line_no is None:
            return back.item_id
        lines = self._lines()
        return lines[back.line_no - 1].item_id if back.line_no <= len(lines) else None


def order_states(events: Iterable[Event]) -> dict[str, OrderState]:
    """The state of every order that the events, in the order in which they came, are about."""
    by_order: dict[str, list[Event]] = {}
    for event in events:
        about = event.order or event.returned or event.status
        if about is not None:
            by_order.setdefault(about.order_id, []).append(event)
    return {order_id: _state(order_id, told) for order_id, told in by_order.items()}


def outdated(what: str, known_at: datetime) -> Said:
    """That something newer is known, which stays."""
    known = known_at.isoformat(timespec="seconds")
    return Said("older_than_known", f"Of {what} something newer is known, of {known}; that stays.")


def _says(event: Event) -> object:
    return event.order, event.status, event.customer_id


def _state(order_id: str, told: Sequence[Event]) -> OrderState:
    # The newest moment; of one moment the last to come, so look from the end.
    order = max((event for event in reversed(told) if event.order is not None), key=_moment, default=None)
    return OrderState(
        order_id=order_id,
        order=order,
        versions=[event for event in told if event.order is not None],
        returns=[event for event in told if event.returned is not None],
        statuses=[event for event in told if event.status is not None],
        named=frozenset(event.customer_id for event in told if event.customer_id is not None),
    )


def _moment(event: Event) -> int:
    return to_micros(event.at)


def _age(event: Event) -> tuple[int, str]:
    return to_micros(event.at), event.event_id


def _status_age(event: Event) -> tuple[int, bool]:
    return to_micros(event.at), event.status is not None and event.status.status == "cancelled"
