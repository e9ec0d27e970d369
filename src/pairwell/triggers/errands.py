"""The talks of work lists on their way to whoever keeps tasks: each once in its period, and made once a day unasked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from pairwell.config.tasks import Tasks
from pairwell.errors import UserError
from pairwell.journal.intake import be_a_writer
from pairwell.journal.people import People, identity
from pairwell.operations.database import Database
from pairwell.operations.schema import triggered, triggers
from pairwell.triggers.bodies import name_errand
from pairwell.triggers.ledger import Ledger, row_of
from pairwell.triggers.records import Errand, Held


class Advises(Protocol):
    """Who knows what to say to which account, under the live settings."""

    def errands(
        self, receiver: Tasks, owner: str | None = None, capacity_minutes: int | None = None
    ) -> Sequence[Errand]:
        """The talks of a receiver's work list; `owner`, `capacity_minutes`: in place of its own."""
        ...

    def why_not_now(self, errand: Errand) -> str | None:
        """Why a talk is not to be held any more: the hold of its account, or "not_proposed"; None: it is."""
        ...


class Errands:
    """Adds errands to what waits to be sent. Every method raises `JournalError` where the database fails."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger
        self._book = People(database)

    def add(self, receiver: Tasks, found: Sequence[Errand], now: datetime) -> int:
        """Add what is new in its period, and what something spoke against before; how many these are."""
        with self._database.write() as connection:
            be_a_writer(connection)
            return self._add(connection, receiver, found, now)

    def make_daily(self, receiver: Tasks, advises: Advises, zone: str, now: datetime) -> int:
        """Make the list of a day whose hour has come, unless it was made; how many errands are new.

        Raises what `advises` does; where it is what cannot be helped now, the day is over for this receiver.
        """
        local = now.astimezone(ZoneInfo(zone))
        if receiver.daily_at is None or local.hour < receiver.daily_at:
            return 0
        today, mine = -local.date().toordinal(), triggers.c.name == receiver.name
        with self._database.read() as connection:
            before = connection.scalar(sa.select(triggers.c.upto).where(mine))
        if before is None or before == today:
            return 0
        move = triggers.update().where(mine, triggers.c.upto == before).values(upto=today)
        try:
            found = advises.errands(receiver)
        except UserError:
            with self._database.write() as connection:
                connection.execute(move)
            raise
        with self._database.write() as connection:
            be_a_writer(connection)
            # Of two processes that made it, one tells.
            return self._add(connection, receiver, found, now) if connection.execute(move).rowcount else 0

    def _add(self, connection: sa.Connection, receiver: Tasks, found: Sequence[Errand], now: datetime) -> int:
        met = self._book.meet(connection, [identity(one.account_id, None) for one in found])
        rows = [
            {
                **row_of(
                    name_errand(receiver.name, one),
                    receiver.name,
                    Held(errand=one, customer_id=one.account_id),
                    met[f"c:{one.account_id}"],
                    (now, now, one.until),
                ),
                "state": "waiting",
            }
            for one in found
        ]
        return self._ledger.add(connection, rows) + self._wake(connection, rows)

    def _wake(self, connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> int:
        """What was not told as something spoke against it, and is proposed again, is told after all, as it is now."""
        return sum(
            connection.execute(
                triggered.update()
                .where(triggered.c.trigger_id == row["trigger_id"], triggered.c.state == "silent")
                .values({name: row[name] for name in ("state", "next_at", "until", "payload")} | {"reason": None})
            ).rowcount
            for row in rows
        )
