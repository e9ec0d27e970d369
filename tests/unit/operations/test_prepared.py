"""A prepared statement finds and writes what SQLAlchemy would, on every database, and fails as it does."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pairwell.errors import JournalError
from pairwell.operations.among import among
from pairwell.operations.database import Database
from pairwell.operations.prepared import Prepared
from pairwell.operations.schema import claims, people

_SELECT = sa.select(people.c.name, people.c.key, people.c.belongs_to).where(among(people.c.name, "names"))
_CLAIMS = sa.select(claims.c.offer_no, claims.c.used, claims.c.counted).where(claims.c.cap == sa.bindparam("cap"))
_USED = _CLAIMS.where(claims.c.outcome == "accept", claims.c.at + 1 > sa.bindparam("since"))
_ADD_PERSON = Prepared(people.insert(), columns=("name", "key"))
_ADD_CLAIM = Prepared(claims.insert())


def _claim(offer_no: int, *, used: bool, outcome: str = "accept") -> dict[str, object]:
    row = {"cap": "first 100", "decision_id": "d", "offer_no": offer_no, "outcome": outcome, "at": 5, "lapses_at": 9}
    return {**row, "used": used, "shown": True, "counted": not used}


def test_it_finds_what_sqlalchemy_finds(database: Database) -> None:
    with database.write() as connection:
        _ADD_PERSON.run_all(connection, [{"name": f"c:{name}", "key": b"\x00\xff"} for name in "ab\"'"])
        asked = {"names": ['c:"', "c:'", "c:a", "nobody"]}
        found = Prepared(_SELECT).rows(connection, asked)
        expected = connection.execute(_SELECT, asked).all()
    assert sorted(map(tuple, found)) == sorted(map(tuple, expected)) == [(f"c:{n}", b"\x00\xff", None) for n in "\"'a"]


def test_truth_comes_back_as_truth_and_own_values_are_kept(database: Database) -> None:
    with database.write() as connection:
        rows = [_claim(0, used=True), _claim(1, used=False), _claim(2, used=True, outcome="exposure")]
        _ADD_CLAIM.run_all(connection, rows)
        found = Prepared(_USED).rows(connection, {"cap": "first 100", "since": 5})
        later = Prepared(_USED).rows(connection, {"cap": "first 100", "since": 6})
    (first, second) = sorted(found)
    assert [*first] == [0, True, False]
    assert [*second] == [1, False, True]
    assert first[1] is True
    assert later == []


def test_what_was_written_is_undone_with_its_transaction(database: Database) -> None:
    with database.write() as connection:
        _ADD_PERSON.run_all(connection, [{"name": "c:a", "key": b"k"}])
        connection.rollback()
    with database.read() as connection:
        assert Prepared(_SELECT).rows(connection, {"names": ["c:a"]}) == []


def test_a_failure_is_one_of_the_journal_and_names_nobody(database: Database) -> None:
    twice = [{"name": "c:jane", "key": b"k"}] * 2
    with pytest.raises(JournalError) as raised, database.write() as connection:
        _ADD_PERSON.run_all(connection, twice)
    assert isinstance(raised.value.__cause__, sa.exc.IntegrityError)
    assert "jane" not in str(raised.value.__cause__.statement)
    broken = Prepared(sa.text("SELECT nothing FROM nowhere"))
    with pytest.raises(JournalError), database.read() as connection:
        broken.rows(connection, {})
    with database.read() as connection:  # and the next use finds a connection that works
        assert Prepared(_SELECT).rows(connection, {"names": ["c:jane"]}) == []
