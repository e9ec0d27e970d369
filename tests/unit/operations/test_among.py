"""A list in one parameter finds its rows by index, on every database."""

from __future__ import annotations

import sqlalchemy as sa

from pairwell.operations.among import among
from pairwell.operations.database import Database
from pairwell.operations.schema import people

_BY_NAME = sa.select(people.c.person).where(among(people.c.name, "names"))
_BY_ROOT = sa.select(people.c.name).where(among(people.c.belongs_to, "roots"))


def test_rows_are_found_by_texts_and_by_numbers(database: Database) -> None:
    rows = [{"name": f"c:{name}", "key": b"k", "belongs_to": 7 if name == "b" else None} for name in 'ab"']
    with database.write() as connection:
        connection.execute(people.insert(), rows)
        found = connection.execute(_BY_NAME, {"names": ['c:"', "c:b", "c:nobody"]}).all()
        roots = connection.execute(_BY_ROOT, {"roots": [7, 8]}).all()
        none = connection.execute(_BY_NAME, {"names": []}).all()
    assert (len(found), roots, none) == (2, [("c:b",)], [])


def test_an_index_is_used(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        return  # PostgreSQL plans by what the table holds
    text = str(_BY_NAME.compile(database.engine))
    with database.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ("[]",)).all()
    assert any("SEARCH people USING" in str(row) for row in plan), plan
