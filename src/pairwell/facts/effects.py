"""What events change of the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec
import sqlalchemy as sa
from babel.numbers import get_currency_precision

from pairwell.clock import to_micros
from pairwell.config.settings import Settings
from pairwell.events import Event, EventItem, Said
from pairwell.facts import heard
from pairwell.facts.customer_state import Known
from pairwell.facts.customers import add_heard
from pairwell.facts.order_state import OrderState, order_states
from pairwell.facts.ownership import Bought, hear_orders
from pairwell.facts.statements import Statement, state_items
from pairwell.operations.database import Database

_STATED = ("price_minor", "cost_minor", "stock", "published")


class EventEffects:
    """Puts events into effect. The same events in whatever order and parts come to the same facts."""

    def __init__(self, database: Database, settings: Callable[[], Settings]) -> None:
        """`settings`: as they are now; they say in which money prices come."""
        self._database = database
        self._settings = settings

    def objection(self, event: Event) -> Said | None:
        """Why the event cannot be put into effect: it names a currency that has no rate."""
        part = event.item or event.order
        settings = self._settings()
        if part is None or part.currency in {None, settings.shop.currency, *settings.currency.rates}:
            return None
        return Said(
            "foreign_currency",
            f"{part.currency} is not the shop's currency, and [currency.rates] has no rate for it.",
        )

    def apply(
        self, connection: sa.Connection, events: Sequence[Event], of_orders: Sequence[Event]
    ) -> dict[str, list[Said]]:
        """Put new events into effect within the transaction of `connection`; `of_orders`: all of their orders' events.

        What is to be noted comes back by event id.
        """
        states = order_states(of_orders)
        self._change_customers(connection, events, states.values())
        self._change_ownership(connection, states.values())
        unheard = state_items(connection, [self._statement(event.item, event) for event in events if event.item])
        return {event.event_id: list(_notes(event, states, unheard)) for event in events}

    def _change_customers(
        self, connection: sa.Connection, events: Sequence[Event], states: Iterable[OrderState]
    ) -> None:
        told: dict[str, Known] = {}
        retold: dict[str, set[str]] = {}
        for customer_id, known in _tidings(events):
            told[customer_id] = told.get(customer_id, Known()).joined(known)
        for state in states:
            for customer_id in state.named:
                retold.setdefault(customer_id, set()).add(state.order_id)
                own = state.known() if customer_id == state.customer_id else Known()
                told[customer_id] = told.get(customer_id, Known()).joined(own)
        if told:
            add_heard(connection, dict(sorted(told.items())), retold=retold)

    def _change_ownership(self, connection: sa.Connection, states: Iterable[OrderState]) -> None:
        retold: dict[str, dict[str, Bought | None]] = {}
        for state in states:
            for customer_id in state.named:
                own = state.bought() if customer_id == state.customer_id else None
                retold.setdefault(customer_id, {})[state.order_id] = own
        hear_orders(connection, self._database, retold)

    def _statement(self, item: EventItem, event: Event) -> Statement:
        named = {name: value for name in _STATED if (value := getattr(item, name)) is not msgspec.UNSET}
        return Statement(item_id=item.item_id, at=to_micros(event.at), values=self._net(named, item.currency))

    def _net(self, values: dict[str, int | None], currency: str | None) -> dict[str, int | None]:
        """The same with a price net of tax and both moneys in the shop's currency."""
        settings = self._settings()
        rate = _rate(currency or settings.shop.currency, settings)
        tax = settings.shop.tax_rate if settings.shop.prices_include_tax else 0.0
        shares = {"price_minor": rate / (1 + tax), "cost_minor": rate}
        return {
            name: value if name not in shares or value is None else round(value * shares[name])
            for name, value in values.items()
        }


def _rate(currency: str, settings: Settings) -> float:
    """Minor units of the shop's currency for one of `currency`."""
    own = settings.shop.currency
    if currency == own:
        return 1.0
    digits = get_currency_precision(own) - get_currency_precision(currency)
    return settings.currency.rates[currency] * 10.0**digits


def _tidings(events: Iterable[Event]) -> Iterator[tuple[str, Known]]:
    """What events tell of customers beside their orders."""
    for event in events:
        if event.customer_id is None:
            continue
        if event.consent is not None:
            yield event.customer_id, heard.consent(event.consent.channel, given=event.consent.given, at=event.at)
        if event.need is not None:
            yield event.customer_id, heard.a_need(event.need.need, event.need.how, event.at)
        if event.feedback is not None:
            said = heard.Feedback(at=event.at, **msgspec.structs.asdict(event.feedback))
            yield event.customer_id, heard.a_feedback(event.customer_id, said)


def _notes(event: Event, states: Mapping[str, OrderState], unheard: set[str]) -> Iterator[Said]:
    if event.item is not None and event.item.item_id in unheard:
        yield Said("unknown_item", f"No catalogue knows {event.item.item_id!r} yet; what was said of it is kept.")
    about = event.returned or event.status
    if about is not None:
        yield from states[about.order_id].doubts(event)
