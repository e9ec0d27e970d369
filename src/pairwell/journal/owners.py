"""Of whom the decisions are that somebody speaks of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from pairwell.operations.database import Database
from pairwell.operations.schema import decisions, people

_AT_A_TIME = 500
_NOBODY_ELSE = ""  # no unit is called so
_DECISIONS = (
    sa.select(decisions.c.decision_id, decisions.c.person, people.c.name)
    .join_from(decisions, people, decisions.c.person == people.c.person, isouter=True)
    .where(decisions.c.decision_id.in_(sa.bindparam("ids", expanding=True)))
)
_BELONGING = sa.select(people.c.belongs_to, people.c.name).where(
    people.c.name.in_(sa.bindparam("ids", expanding=True)), people.c.belongs_to.is_not(None)
)


def owners_of(
    database: Database, decision_ids: Collection[str], *, visitors: Collection[str]
) -> Mapping[str, frozenset[str]]:
    """By decision the units ("c:ID", "v:ID") that it is of: its own, and those of `visitors` ("v:ID") who belong to it.

    Empty where it names nobody. A decision that is not there is not in the result.
    """
    belonging: dict[int, set[str]] = {}
    for person, name in _read(database, _BELONGING, visitors):
        belonging.setdefault(person, set()).add(name)
    return {
        decision_id: frozenset() if person is None else _named(name, belonging.get(person, set()))
        for decision_id, person, name in _read(database, _DECISIONS, decision_ids)
    }


def _named(name: str | None, visitors: Collection[str]) -> frozenset[str]:
    """Who a decision is of; one of somebody forgotten is nobody's."""
    return frozenset([_NOBODY_ELSE]) if name is None else frozenset([name, *visitors])


def _read(database: Database, statement: sa.Select[Any], names: Collection[str]) -> list[Any]:
    wanted = sorted(set(names))
    rows: list[Any] = []
    for start in range(0, len(wanted), _AT_A_TIME):
        with database.read() as connection:
            rows += connection.execute(statement, {"ids": wanted[start : start + _AT_A_TIME]}).all()
    return rows
