from __future__ import annotations

from typing import Any

import pytest

from pairwell.journal.owners import owners_of
from pairwell.operations import schema
from pairwell.operations.database import Database

PEOPLE: list[dict[str, Any]] = [
    {"person": 1, "name": "c:17", "key": b"", "belongs_to": None},
    {"person": 2, "name": "v:9", "key": b"", "belongs_to": 1},
    {"person": 3, "name": "v:8", "key": b"", "belongs_to": None},
    {"person": 4, "name": None, "key": None, "belongs_to": None},
]
DECISIONS = {"customer": 1, "visitor": 3, "forgotten": 4, "nobody": None}


@pytest.fixture
def journal(database: Database) -> Database:
    """Decisions of a customer with a visitor of theirs, of another visitor, of somebody forgotten, of nobody."""
    rest = {
        "arm": "treated", "shown": True, "decided_at": 0, "placement": "cart", "settings": "", "epoch": 0,
        "payload": b"",
    }  # fmt: skip
    rows = [{"decision_id": name, "person": person, **rest} for name, person in DECISIONS.items()]
    with database.write() as connection:
        connection.execute(schema.people.insert(), PEOPLE)
        connection.execute(schema.decisions.insert(), rows)
    return database


def test_a_decision_is_of_its_person_and_of_the_visitors_named_who_belong_to_it(journal: Database) -> None:
    found = owners_of(journal, ["customer", "visitor", "none"], visitors=["v:9", "v:8", "v:7"])
    assert found == {"customer": {"c:17", "v:9"}, "visitor": {"v:8"}}
    assert owners_of(journal, ["customer"], visitors=[]) == {"customer": {"c:17"}}


def test_a_decision_of_nobody_is_everybodys_and_one_of_somebody_forgotten_nobodys(journal: Database) -> None:
    found = owners_of(journal, ["nobody", "forgotten"], visitors=["v:9"])
    assert found["nobody"] == frozenset()
    assert found["forgotten"].isdisjoint({"c:17", "v:9", None})
    assert found["forgotten"]


def test_there_may_be_more_names_than_one_question_takes(journal: Database) -> None:
    names = [f"d{number}" for number in range(1_200)]
    assert owners_of(journal, [*names, "visitor"], visitors=[f"v:{n}" for n in range(1_200)]) == {"visitor": {"v:8"}}
