"""What events change of the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from babel.numbers import get_currency_precision

from pairwell.clock import from_micros, to_micros
from pairwell.config.settings import Settings
from pairwell.events import Event, EventItem, Said
from pairwell.facts import heard
from pairwell.facts.customer_state import Known, SeenConsent
from pairwell.facts.customers import add_heard
from pairwell.facts.order_state import OrderState, order_states, outdated
from pairwell.facts.ownership import Bought, hear_orders
from pairwell.facts.statements import Statement, state_items
from pairwell.operations.database import Database

_OF_HESITATION = ("dismiss", "remove_from_cart")  # which change nothing else
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

    def too_old(self, event: Event, now: datetime) -> Said | None:
        """That nothing comes of what a shopper did, because it is so long ago."""
        settings = self._settings()
        if event.type == "decline":
            span, what = timedelta(days=settings.decline.quiet_days), "a decline silences an offer"
        elif event.type in _OF_HESITATION and getattr(settings.hesitation.weights, event.type) > 0:
            span, what = timedelta(minutes=settings.hesitation.window_minutes), "hesitation counts"
        else:
            return None
        ago = now - event.at
        if ago < span:
            return None
        return Said("no_longer_counts", f"It was {_seconds(ago)} s ago, and {what} for {_seconds(span)} s only.")

    def apply(
        self, connection: sa.Connection, events: Sequence[Event], of_orders: Sequence[Event]
    ) -> dict[str, list[Said]]:
        """Put new events into effect within the transaction of `connection`; `of_orders`: all of their orders' events.

        What is to be noted comes back by event id.
        """
        states = order_states(of_orders)
        consents = self._change_customers(connection, events, states.values())
        self._change_ownership(connection, states.values())
        of_items = [event for event in events if event.item]
        stated = state_items(connection, [self._statement(event.item, event) for event in of_items if event.item])
        notes = {event.event_id: list(_notes(event, states, stated.unheard)) for event in events}
        for event, fields in zip(of_items, stated.outdated, strict=True):
            notes[event.event_id] += [outdated(f"`{name}`", from_micros(at)) for name, at in fields.items()]
        for event, known_at in _outdated_consents(events, consents):
            notes[event.event_id].append(outdated("this consent", known_at))
        return notes

    def _change_customers(
        self, connection: sa.Connection, events: Sequence[Event], states: Iterable[OrderState]
    ) -> dict[str, list[SeenConsent]]:
        """What was known of consents before, by customer."""
        told: dict[str, Known] = {}
        retold: dict[str, set[str]] = {}
        for customer_id, known in _tidings(events):
            told[customer_id] = told.get(customer_id, Known()).joined(known)
        for state in states:
            for customer_id in state.named:
                retold.setdefault(customer_id, set()).add(state.order_id)
                own = state.known() if customer_id == state.customer_id else Known()
                told[customer_id] = told.get(customer_id, Known()).joined(own)
        return add_heard(connection, dict(sorted(told.items())), retold=retold) if told else {}

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


def _seconds(span: timedelta) -> int:
    return round(span.total_seconds())


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


def _outdated_consents(
    events: Iterable[Event], known: Mapping[str, Iterable[SeenConsent]]
) -> Iterator[tuple[Event, datetime]]:
    """The events that say otherwise than something newer, and when that was said; `known`: before them, by customer."""
    newest: dict[tuple[str, str], SeenConsent] = {}
    for customer_id, seen in known.items():
        for one in seen:
            key = customer_id, one.channel
            newest[key] = max(one, newest.get(key, one))
    for event in events:
        if event.consent is None or event.customer_id is None:
            continue
        (said,) = heard.consent(event.consent.channel, given=event.consent.given, at=event.at).consents
        key = event.customer_id, said.channel
        newest[key] = before = max(said, newest.get(key, said))
        if before.refused != said.refused:
            yield event, from_micros(before.at)


def _notes(event: Event, states: Mapping[str, OrderState], unheard: set[str]) -> Iterator[Said]:
    if event.item is not None and event.item.item_id in unheard:
        yield Said("unknown_item", f"No catalogue knows {event.item.item_id!r} yet; what was said of it is kept.")
    about = event.order or event.returned or event.status
    if about is not None:
        yield from states[about.order_id].doubts(event)
