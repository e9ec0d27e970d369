"""What a customer bought when, and what is due again: read only where an offer may come of it."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from pairwell.clock import from_micros
from pairwell.facts.ownership import read_bought
from pairwell.facts.taste import Taste, TasteStore
from pairwell.habits import Habits


def read_habits(connection: sa.Connection, tastes: TasteStore, customer_ids: Collection[str]) -> dict[str, Habits]:
    """The habits of those of the customers who bought anything, by id."""
    bought = read_bought(connection, customer_ids)
    known = tastes.read_within(connection, sorted(bought))
    return {
        customer_id: Habits(
            bought_at={item_id: from_micros(moment) for item_id, moment in moments.items()},
            repeats=known.get(customer_id, Taste()).repeats,
        )
        for customer_id, moments in bought.items()
    }
