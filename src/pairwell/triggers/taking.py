"""Events that triggers wait for, taken from the journal in the order in which they were committed, each once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pairwell.clock import to_micros
from pairwell.config.rules.trigger import Trigger
from pairwell.events import Event
from pairwell.journal.intake import be_a_writer
from pairwell.journal.passing import Heard, newest_event, read_events
from pairwell.journal.people import People, identity
from pairwell.operations.database import Database
from pairwell.operations.schema import events, people, triggers
from pairwell.triggers.bodies import name_triggered
from pairwell.triggers.conditions import condition_of
from pairwell.triggers.ledger import Ledger, row_of
from pairwell.triggers.records import Held, Tell, unheard

NO_DAY = -1  # in place of an event's number, of a receiver that no list was made for yet
_AT_A_TIME = 500  # a short lock each, so that decisions pass between
_KNOWN = sa.select(people.c.person).where(
    people.c.person.in_(sa.bindparam("persons", expanding=True)), people.c.key.is_not(None)
)


class _Overtaken(Exception):  # noqa: N818  (control flow inside this module, never seen outside)
    """Another process has moved on already."""


class Taker:
    """Moves each trigger forward through the journal; what it waits for becomes a row in the same transaction."""

    def __init__(self, database: Database, ledger: Ledger, *, tell: Tell = unheard) -> None:
        self._tell = tell
        self._database = database
        self._ledger = ledger
        self._book = People(database)

    def begin(self, names: Sequence[str], receivers: Sequence[str] = ()) -> None:
        """Let triggers that are new begin behind the newest event, and forget those that are gone.

        Nothing follows what was before a trigger, nor what was between its removal and its return. A receiver of tasks
        is told of no event; what was last made for it stands below 0, so that nobody takes it for a trigger's.
        """
        with self._database.read() as connection:
            known = {row.name: row.upto < 0 for row in connection.execute(sa.select(triggers.c.name, triggers.c.upto))}
        wanted = dict.fromkeys(names, False) | dict.fromkeys(receivers, True)
        if gone := sorted(name for name, is_receiver in known.items() if wanted.get(name) is not is_receiver):
            with self._database.write() as connection:
                connection.execute(triggers.delete().where(triggers.c.name.in_(gone)))
        missing = sorted(wanted.keys() - (known.keys() - set(gone)))
        if not missing:
            return
        upto = newest_event(self._database).upto
        add = self._database.insert(triggers).on_conflict_do_nothing(index_elements=["name"])
        with self._database.write() as connection:
            connection.execute(add, [{"name": name, "upto": NO_DAY if wanted[name] else upto} for name in missing])

    def take(self, trigger: Trigger, now: datetime) -> int:
        """Take what the trigger waits for and has not looked at yet; how many events it is to decide on."""
        with self._database.read() as connection:
            start = connection.scalar(sa.select(triggers.c.upto).where(triggers.c.name == trigger.name))
            if start is None or (connection.scalar(sa.select(sa.func.max(events.c.number))) or 0) <= start:
                return 0
        upto = newest_event(self._database).upto
        heard = read_events(self._database, after=start, upto=upto, kind=trigger.on, damaged=self._tell_damaged)
        taken = 0
        try:
            while part := list(itertools.islice(heard, _AT_A_TIME)):
                taken += self._take_part(trigger, part, (start, part[-1].number), now)
                start = part[-1].number
            self._take_part(trigger, [], (start, upto), now)
        except _Overtaken:
            return 0
        return taken

    def _tell_damaged(self, event_id: str) -> None:
        self._tell("error", "event_damaged", f"Event {event_id!r} cannot be read: no trigger follows it.")

    def _take_part(self, trigger: Trigger, part: Sequence[Heard], step: tuple[int, int], now: datetime) -> int:
        condition = condition_of(trigger)
        # What cannot be told of an event is told where it is decided, so that somebody sees it.
        wanted = [
            one
            for one in part
            if not _is_late(trigger, one.event, now) and condition.objection(one.event, now) != "condition"
        ]
        with self._database.write() as connection:
            be_a_writer(connection)
            self._move(connection, trigger.name, step)
            return self._ledger.add(connection, self._rows(connection, trigger, wanted, now))

    def _move(self, connection: sa.Connection, name: str, step: tuple[int, int]) -> None:
        mine = (triggers.c.name == name) & (triggers.c.upto == step[0])
        if not connection.execute(triggers.update().where(mine).values(upto=step[1])).rowcount:
            raise _Overtaken

    def _rows(
        self, connection: sa.Connection, trigger: Trigger, wanted: Sequence[Heard], now: datetime
    ) -> list[dict[str, Any]]:
        # Who was forgotten since the events were read is not to be remembered by them.
        persons = sorted({one.person for one in wanted if one.person is not None})
        known = set(connection.scalars(_KNOWN, {"persons": persons})) if persons else set()
        named = [
            (one.event, customer_id)
            for one in wanted
            if (one.person is None or one.person in known) and (customer_id := customer_of(one.event)) is not None
        ]
        met = self._book.meet(connection, [identity(customer_id, None) for _, customer_id in named])
        return [
            row_of(
                name_triggered(trigger, event),
                trigger.name,
                Held(event=event, customer_id=customer_id),
                met[f"c:{customer_id}"],
                (now, due_at(trigger, event), _too_late_at(trigger, event)),
            )
            for event, customer_id in named
        ]


def customer_of(event: Event) -> str | None:
    """Whom an event is about: its customer, else the account whose usage it tells."""
    return event.customer_id or (None if event.usage is None else event.usage.account_id)


def due_at(trigger: Trigger, event: Event) -> datetime:
    """When it is to be decided: an order counts from when it was placed, however late it is told."""
    placed_at = None if event.order is None else event.order.placed_at
    return (placed_at or event.at) + timedelta(minutes=trigger.delay_minutes)


def skip_to_newest(database: Database, name: str) -> None:
    """Let a trigger begin anew behind the newest event."""
    upto = newest_event(database).upto
    with database.write() as connection:
        connection.execute(triggers.update().where(triggers.c.name == name).values(upto=upto))


def _too_late_at(trigger: Trigger, event: Event) -> datetime:
    return due_at(trigger, event) + timedelta(minutes=trigger.within_minutes)


def _is_late(trigger: Trigger, event: Event, now: datetime) -> bool:
    return to_micros(_too_late_at(trigger, event)) <= to_micros(now)
