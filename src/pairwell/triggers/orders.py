"""What became of an order since it triggered something."""

from __future__ import annotations

from pairwell.events import Event
from pairwell.facts.order_state import order_states
from pairwell.journal.passing import events_of_orders
from pairwell.operations.database import Database


def is_cancelled(database: Database, event: Event | None) -> bool:
    """Whether the event tells of an order that is cancelled by now."""
    if event is None or event.order is None:
        return False
    order_id = event.order.order_id
    state = order_states(events_of_orders(database, {order_id})).get(order_id)
    return state is not None and state.cancelled
