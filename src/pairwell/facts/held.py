"""Facts held in memory, brought up to date when their epoch has moved."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import sqlalchemy as sa

from pairwell.operations import schema
from pairwell.operations.among import among
from pairwell.operations.prepared import Prepared
from pairwell.posterior import Posterior
from pairwell.records import CuratedRelation, Item

_EPOCH = sa.select(schema.epochs.c.number).where(schema.epochs.c.name == sa.bindparam("name"))
_HELD = {"names": ["items", "relations", "posterior", "offers_off"]}
_EPOCHS = Prepared(sa.select(schema.epochs.c.name, schema.epochs.c.number).where(among(schema.epochs.c.name, "names")))
_LATER = schema.items.alias("later")
_NEWEST = sa.select(schema.items.c.fact).where(
    schema.items.c.epoch > sa.bindparam("known"),
    schema.items.c.revision
    == sa.select(sa.func.max(_LATER.c.revision)).where(_LATER.c.item_id == schema.items.c.item_id).scalar_subquery(),
)
_RELATIONS = sa.select(
    schema.relations.c.anchor_id, schema.relations.c.item_id, schema.relations.c.relation, schema.relations.c.rank
)
_POSTERIOR = sa.select(schema.posteriors.c.payload).where(schema.posteriors.c.epoch == sa.bindparam("epoch"))
_items = msgspec.json.Decoder(Item)
_posteriors = msgspec.json.Decoder(Posterior)


def read_epoch(connection: sa.Connection, name: str, *, lock: bool = False) -> int:
    """The number of the last write of `name`; `lock` keeps other writers out until the transaction ends."""
    found = connection.scalar(_EPOCH.with_for_update() if lock else _EPOCH, {"name": name})
    return int(found or 0)


def read_posterior(connection: sa.Connection, epoch: int) -> Posterior | None:
    """What was learned from offers at an epoch; None where nothing is kept of it."""
    payload = connection.scalar(_POSTERIOR, {"epoch": epoch})
    return None if payload is None else _posteriors.decode(payload)


class Held:
    """Items, relations, the posterior and the kill switch in memory.

    What it hands out is replaced by newer, never altered.
    """

    def __init__(self) -> None:
        self.posterior: Posterior | None = None
        self.offers_off = 0
        self.items = HeldItems()
        self.relations = HeldRelations()

    def refresh(self, connection: sa.Connection) -> None:
        """Read what was written since the last time."""
        epochs: dict[str, int] = dict(_EPOCHS.rows(connection, _HELD))
        self.offers_off = epochs.get("offers_off", 0)
        self.items.refresh(connection, epochs.get("items", 0))
        self.relations.refresh(connection, epochs.get("relations", 0))
        if (epoch := epochs.get("posterior", 0)) != (self.posterior.epoch if self.posterior else 0):
            self.posterior = read_posterior(connection, epoch)


class HeldItems:
    """The newest facts of every item."""

    def __init__(self) -> None:
        self.by_id: Mapping[str, Item] = {}
        self._epoch = 0

    def refresh(self, connection: sa.Connection, epoch: int) -> None:
        """Bring `by_id` to `epoch`."""
        if epoch == self._epoch:
            return
        changed = (_items.decode(fact) for fact in connection.scalars(_NEWEST, {"known": self._epoch}))
        # The very names that a model holds: a lookup then need not read what it compares.
        self.by_id = {**self.by_id, **{sys.intern(item.item_id): item for item in changed}}
        self._epoch = epoch


class HeldRelations:
    """Every relation that people set, by anchor, in order of rank."""

    def __init__(self) -> None:
        self.by_anchor: Mapping[str, Sequence[CuratedRelation]] = {}
        self._epoch = 0

    def refresh(self, connection: sa.Connection, epoch: int) -> None:
        """Bring `by_anchor` to `epoch`."""
        if epoch == self._epoch:
            return
        rows = connection.execute(_RELATIONS).mappings()
        found = sorted((CuratedRelation(**row) for row in rows), key=lambda r: (r.rank, r.item_id, r.relation))
        by_anchor: dict[str, list[CuratedRelation]] = {}
        for relation in found:
            by_anchor.setdefault(relation.anchor_id, []).append(relation)
        self.by_anchor, self._epoch = by_anchor, epoch

    def compare(self, relations: Iterable[CuratedRelation]) -> tuple[list[CuratedRelation], list[CuratedRelation]]:
        """Those of `relations` that are new or ranked anew, and those held that are not among them.

        Of two alike the last counts.
        """
        newest = {_identity(r): r for r in relations}
        held = [r for of_anchor in self.by_anchor.values() for r in of_anchor]
        known = set(held)
        gone = [r for r in held if _identity(r) not in newest]
        return [r for r in newest.values() if r not in known], gone


def _identity(relation: CuratedRelation) -> tuple[str, str, str]:
    return relation.anchor_id, relation.item_id, relation.relation
