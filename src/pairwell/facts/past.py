"""Facts of items as they were: by revision, or at a moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime

import msgspec
import sqlalchemy as sa

from pairwell.clock import to_micros
from pairwell.operations.among import among
from pairwell.operations.database import Database
from pairwell.operations.schema import items
from pairwell.records import Item

_REVISIONS = (
    sa.select(items.c.item_id, items.c.revision, items.c.at, items.c.fact)
    .where(among(items.c.item_id, "ids"))
    .order_by(items.c.item_id, items.c.revision)
)
_decoder = msgspec.json.Decoder(Item)


class _Revisions:
    """Those of one item, oldest first."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.since: list[int] = []  # never falling: a revision holds from when it or any before it was written
        self.facts: list[bytes | Item] = []

    def add(self, revision: int, at: int, fact: bytes) -> None:
        self.numbers.append(revision)
        self.since.append(max(at, self.since[-1]) if self.since else at)
        self.facts.append(fact)

    def read(self, place: int) -> Item:
        fact = self.facts[place]
        if isinstance(fact, bytes):
            fact = self.facts[place] = _decoder.decode(fact)
        return fact


class PastItems:
    """Every revision of the items that were asked for, read once: for whoever goes through many old decisions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, _Revisions] = {}

    def item_at(self, item_id: str, revision: int) -> Item | None:
        """The facts of an item as they were at `revision`; None where there was no such revision."""
        self.fetch([item_id])
        found = self._known[item_id]
        place = bisect_right(found.numbers, revision) - 1
        return found.read(place) if place >= 0 and found.numbers[place] == revision else None

    def as_of(self, item_ids: Iterable[str], moment: datetime) -> dict[str, Item]:
        """The facts that were the newest at a moment, of those of the items that were known then."""
        wanted = list(item_ids)
        self.fetch(wanted)
        micros = to_micros(moment)
        places = {item_id: bisect_right(self._known[item_id].since, micros) - 1 for item_id in wanted}
        return {item_id: self._known[item_id].read(place) for item_id, place in places.items() if place >= 0}

    def fetch(self, item_ids: Iterable[str]) -> None:
        """Read what is stored of those that were not asked for yet, all at once."""
        missing = sorted({item_id for item_id in item_ids if item_id not in self._known})
        if not missing:
            return
        for item_id in missing:
            self._known[item_id] = _Revisions()
        with self._database.read() as connection:
            for item_id, revision, at, fact in connection.execute(_REVISIONS, {"ids": missing}):
                self._known[item_id].add(revision, at, fact)
