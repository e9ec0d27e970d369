"""Rows of what was triggered: added once, claimed by one, and settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.errors import StorageError
from pairwell.journal.people import Person
from pairwell.journal.sealing import seal, unseal
from pairwell.operations.database import Database
from pairwell.operations.schema import contacts, people, triggered
from pairwell.triggers.records import Held, State, Task

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Held)
_READY = (
    sa.select(triggered, people.c.key)
    .join_from(triggered, people, triggered.c.person == people.c.person)
    .where(
        triggered.c.state == sa.bindparam("state"),
        triggered.c.name == sa.bindparam("name"),
        triggered.c.next_at <= sa.bindparam("now"),
        triggered.c.until > sa.bindparam("now"),
        people.c.key.is_not(None),
    )
    .order_by(triggered.c.next_at, triggered.c.trigger_id)
    .limit(sa.bindparam("most"))
)
_CLAIM = (
    triggered.update()
    .where(
        triggered.c.trigger_id == sa.bindparam("of_id"),
        triggered.c.state == sa.bindparam("of_state"),
        triggered.c.next_at == sa.bindparam("seen"),
    )
    .values(next_at=sa.bindparam("leased"))
)


class Ledger:
    """What was triggered, in the operations database. Every method raises `JournalError` where that fails."""

    def __init__(self, database: Database, *, lease_s: float) -> None:
        """`lease_s`: after so long what somebody claimed is anybody's again; longer than any work on it takes."""
        self._database = database
        self._lease = timedelta(seconds=lease_s)
        add = database.insert(triggered).on_conflict_do_nothing(index_elements=["trigger_id"])
        self._add = add.returning(triggered.c.trigger_id)

    def add(self, connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Add what is new; how many that are. Rows come from `row_of`."""
        return len(connection.execute(self._add, list(rows)).all()) if rows else 0

    def claim(self, name: str, state: State, *, now: datetime, most: int) -> list[Task]:
        """What is to be done now of a trigger, at most so many; nobody else gets it until the lease is over."""
        asked = {"name": name, "state": state, "now": to_micros(now), "most": most}
        with self._database.read() as connection:
            rows = connection.execute(_READY, asked).all()
        if not rows:
            return []
        claim = {"of_state": state, "leased": to_micros(now + self._lease)}
        with self._database.write() as connection:
            mine = [
                row
                for row in rows
                if connection.execute(_CLAIM, {**claim, "of_id": row.trigger_id, "seen": row.next_at}).rowcount
            ]
        found = [(row, _task(row)) for row in mine]
        self._bury([row.trigger_id for row, task in found if task is None])
        return [task for _, task in found if task is not None]

    def _bury(self, damaged: Sequence[str]) -> None:
        """Let rows that cannot be read hold up nobody."""
        if damaged:
            with self._database.write() as connection:
                these = triggered.c.trigger_id.in_(damaged)
                connection.execute(triggered.update().where(these).values(state="dead", reason="damaged"))

    def settle(self, task: Task, before: State, **values: Any) -> bool:  # noqa: ANN401 - values of columns
        """Write what became of it; False where somebody else did, or its person was forgotten meanwhile."""
        if "held" in values:
            values["payload"] = seal(_encoder.encode(values.pop("held")), task.key, name=task.trigger_id)
        told = {name: to_micros(value) if isinstance(value, datetime) else value for name, value in values.items()}
        mine = (triggered.c.trigger_id == task.trigger_id) & (triggered.c.state == before)
        with self._database.write() as connection:
            return bool(connection.execute(triggered.update().where(mine).values(**told)).rowcount)

    def deliver(self, task: Task, **values: Any) -> bool:  # noqa: ANN401 - values of columns
        """It is with whoever tells the customer: it counts for caps as seen from now on, whether or not they say so."""
        if (answer := task.held.answer) is not None:
            bits = sum(1 << offer.offer_no for offer in answer.offers)
            mine = contacts.c.decision_id == answer.decision_id
            with self._database.write() as connection:
                connection.execute(contacts.update().where(mine).values(seen=contacts.c.seen.bitwise_or(bits)))
        return self.settle(task, "waiting", state="delivered", reason=None, **values)

    def expire(self, now: datetime) -> int:
        """End what came too late: events to decide on are silent, offers to send are dead. How many offers."""
        over = triggered.c.until <= to_micros(now)
        with self._database.read() as connection:
            late = sa.select(sa.exists().where(triggered.c.state.in_(("due", "waiting")), over))
            if not connection.scalar(late):
                return 0
        with self._database.write() as connection:
            silent = triggered.update().where(triggered.c.state == "due", over)
            connection.execute(silent.values(state="silent", reason="too_late"))
            dead = triggered.update().where(triggered.c.state == "waiting", over)
            return connection.execute(dead.values(state="dead", reason="expired")).rowcount


def row_of(trigger_id: str, name: str, held: Held, person: Person, moments: tuple[datetime, datetime, datetime]) -> Any:  # noqa: ANN401 - a row
    """A row of something to be decided; `moments`: now, when to decide, and when it is too late."""
    at, next_at, until = (to_micros(one) for one in moments)
    return {
        "trigger_id": trigger_id,
        "name": name,
        "person": person.number,
        "state": "due",
        "at": at,
        "next_at": next_at,
        "until": until,
        "tries": 0,
        "payload": seal(_encoder.encode(held), person.key, name=trigger_id),
    }


def _task(row: Any) -> Task | None:  # noqa: ANN401 - a row of `_READY`
    """None where what is stored is damaged."""
    try:
        held = _decoder.decode(unseal(row.payload, row.key, name=row.trigger_id))
    except (StorageError, msgspec.MsgspecError):
        return None
    return Task(
        trigger_id=row.trigger_id,
        name=row.name,
        held=held,
        key=row.key,
        tries=row.tries,
        until=from_micros(row.until),
    )
