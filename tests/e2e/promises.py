"""What a server had acknowledged, and whether it is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from pairwell.config.workspace import Workspace
from pairwell.facts.store import FactStore
from pairwell.journal.store import Journal
from pairwell.operations.database import Database, open_database
from pairwell.operations.schema import contacts, decisions, events

_READ = 200  # of the decisions, and of the orders


def check_promises(
    workspace: Workspace, url: str, *, decided: Sequence[str], taken: Collection[str], bought: str = "mat"
) -> None:
    """All that was acknowledged is there, nothing twice; no offer without its reservation; orders are in effect.

    An order is of the customer `c-` and its event's id, who then owns what was `bought`.
    """
    database = open_database(workspace.operations_url(url), durability="process")
    try:
        _check_rows(database, set(decided), set(taken))
        journal, facts = Journal(database), FactStore(database)
        for name in decided[:: max(1, len(decided) // _READ)]:
            assert journal.read_decision(name).inputs.decision_id == name
        for name in _orders(database)[:_READ]:  # an event that is there is in effect, acknowledged or not
            assert facts.owned(f"c-{name}", [bought]) == {bought}
    finally:
        database.close()


def _check_rows(database: Database, decided: set[str], taken: set[str]) -> None:
    with database.read() as connection:
        stored = list(connection.scalars(sa.select(events.c.event_id)))
        names = set(connection.scalars(sa.select(decisions.c.decision_id)))
        offered = set(connection.scalars(sa.select(decisions.c.decision_id).where(decisions.c.silence.is_(None))))
        reserved = set(connection.scalars(sa.select(contacts.c.decision_id)))
    assert len(stored) == len(set(stored))
    assert taken <= set(stored), "an acknowledged event is lost"
    assert decided <= names, "an acknowledged decision is lost"
    assert offered <= reserved, "an offer without its reservation"


def _orders(database: Database) -> list[str]:
    with database.read() as connection:
        return sorted(connection.scalars(sa.select(events.c.event_id).where(events.c.type == "order")))
