"""Whatever order events come in, in whatever parts and however often: the facts, counts and standings agree."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.journals import standing
from tests.property.random_events import CUSTOMERS, ITEMS, NOW, random_events, shuffled

from pairwell.clock import to_micros
from pairwell.config.settings import Settings
from pairwell.events import Event
from pairwell.facts.effects import EventEffects
from pairwell.facts.ownership import Ownership, Purchases
from pairwell.facts.store import FactStore
from pairwell.journal.store import Counts, Journal
from pairwell.operations.database import Database
from pairwell.records import Item

_passes = itertools.count()


class Pass:
    """A shop of its own within the database: nothing in it is named without its prefix."""

    def __init__(self, database: Database) -> None:
        self.prefix = f"{next(_passes):06}-"
        self._database = database
        self._facts = FactStore(database)
        self._journal = Journal(database)
        self._before = self._journal.count()
        known = [Item(item_id=self.prefix + name, price_minor=100, stock=9) for name in ITEMS]
        self._facts.write_items(known, at=NOW)
        bought = Purchases.of({f"{self.prefix}mat": (to_micros(NOW - timedelta(days=9)), 1)})
        self._facts.write_owned([Ownership(f"{self.prefix}ann", bought.encoded())])

    def tell(self, batches: Sequence[Sequence[Event]]) -> Any:
        """Tell the events; returns what all of it comes to, without prefixes and numbers of revisions."""
        effects = EventEffects(self._database, Settings)
        for batch in batches:
            (receipt,) = self._journal.log_events([batch], effects=effects, now=NOW + timedelta(hours=1))
            assert receipt.refused == []
        text = msgspec.json.encode([self._items(), self._people(), _since(self._before, self._journal.count())])
        return msgspec.json.decode(text.replace(self.prefix.encode(), b""))

    def _items(self) -> dict[str, Item]:
        items = self._facts.items()
        return {name: msgspec.structs.replace(items[self.prefix + name], revision=0) for name in ITEMS}

    def _people(self) -> list[Any]:
        names = [self.prefix + name for name in CUSTOMERS]
        with self._database.read() as connection:
            view = self._facts.view(connection, names)
        return [
            (
                # Who is known by a cancelled order only is known as little as nobody.
                msgspec.structs.replace(view.customers[name], revision=0) if name in view.customers else {},
                sorted(view.owned.get(name, ())),
                msgspec.to_builtins(standing(self._journal, name, now=NOW)),
            )
            for name in names
        ]


def _since(before: Counts, after: Counts) -> list[int]:
    names = ("exposures", "accepts", "declines", "orders")
    return [getattr(after, name) - getattr(before, name) for name in names]


def _agree(database: Database, seed: int) -> None:
    outcomes = []
    for turn in range(2):
        shop = Pass(database)
        events = random_events(random.Random(seed), shop.prefix)
        outcomes.append(shop.tell(shuffled(events, random.Random(seed + 1)) if turn else [events]))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**64))
def test_the_outcome_is_the_same(database: Database, seed: int) -> None:
    _agree(database, seed)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_a_server_too(database: Database) -> None:
    for seed in range(12):
        _agree(database, seed)
