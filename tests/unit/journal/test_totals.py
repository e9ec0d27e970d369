"""However claims are counted, what is taken of a total is what its rows say."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from tests.unit.journal.test_store import NOW

from pairwell.clock import to_micros
from pairwell.journal import totals as counting
from pairwell.journal.standing import Total
from pairwell.journal.totals import read_taken
from pairwell.operations.database import Database
from pairwell.operations.schema import claims, totals

CAPS = ("ever", "a day")


def _by_hand(connection: sa.Connection, now: datetime, since: datetime | None) -> Counter[tuple[str, bool]]:
    found: Counter[tuple[str, bool]] = Counter()
    lapsed = to_micros(now - counting._UNDER_WAY)
    for row in connection.execute(claims.select()):
        within = since is None or row.at >= to_micros(since) or row.cap == "ever"
        found[row.cap, row.shown] += within and (row.used or row.lapses_at > lapsed)
    return found


def _claim(name: str, rng: random.Random, now: datetime) -> dict[str, object]:
    return {
        "cap": rng.choice(CAPS),
        "decision_id": name,
        "offer_no": 0,
        "outcome": "accept",
        "at": to_micros(now),
        "lapses_at": to_micros(now + timedelta(hours=rng.choice((1, 5, 40)))),
        "used": False,
        "shown": rng.random() < 0.8,
        "counted": False,
    }


def _touch_some(connection: sa.Connection, rng: random.Random, now: datetime) -> None:
    """Use up some and hold others for longer."""
    ids = list(connection.scalars(sa.select(claims.c.decision_id).order_by(claims.c.decision_id)))
    some = rng.sample(ids, min(len(ids), rng.randrange(4)))  # live, lapsed and used ones
    connection.execute(claims.update().where(claims.c.decision_id.in_(some)).values(used=True))
    seen = claims.c.decision_id.in_(rng.sample(ids, min(len(ids), rng.randrange(4))))
    held = {"lapses_at": to_micros(now + timedelta(hours=30))}
    connection.execute(claims.update().where(seen, claims.c.lapses_at > to_micros(now)).values(held))


@pytest.mark.parametrize("few", [0, 3, 10**9])
def test_what_is_taken_is_what_the_rows_say(database: Database, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(counting, "_FEW", few)
    rng, now = random.Random(few), NOW
    for step in range(120):
        now += timedelta(hours=rng.choice((0, 0, 1, 3, 20, -2)))  # clocks of two servers differ, too
        window = timedelta(hours=rng.choice((24, 24, 24, 48)))  # people change their settings
        asked = [Total(name="ever", since=None), Total(name="a day", since=now - window)]
        with database.write() as connection:
            rows = [_claim(f"d-{step}-{n}", rng, now) for n in range(rng.randint(1, 5))]
            connection.execute(claims.insert(), rows)
            _touch_some(connection, rng, now)
            found = read_taken(connection, asked, now=now, alone=rng.random() < 0.7)
            expected = _by_hand(connection, now, now - window)
        assert {(cap, True): taken.shown for cap, taken in found.items()} == {
            (cap, True): expected[cap, True] for cap in CAPS
        }
        assert [found[cap].ghosts for cap in CAPS] == [expected[cap, False] for cap in CAPS]


def test_much_that_differs_is_counted_once(database: Database) -> None:
    rng = random.Random(1)
    rows = [_claim(f"d-{n}", rng, NOW) | {"cap": "ever", "shown": True} for n in range(100)]
    asked = [Total(name="ever", since=None)]
    with database.write() as connection:
        connection.execute(claims.insert(), rows)
        for _ in range(2):
            assert read_taken(connection, asked, now=NOW, alone=True)["ever"].shown == 100
            assert connection.scalar(sa.select(totals.c.number)) == 100
            assert connection.scalar(sa.select(sa.func.count()).where(claims.c.counted)) == 100


@pytest.mark.parametrize("place", range(len(counting._DIFFERENCES)))
def test_what_differs_is_found_by_an_index(database: Database, place: int) -> None:
    if database.engine.dialect.name != "sqlite":
        return  # PostgreSQL plans by what the table holds
    rows = counting._DIFFERENCES[place].rows
    text = str(sa.select(claims.c.cap).where(rows).compile(database.engine))
    with database.read() as connection:
        (plan, *_) = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {text}", ("[]",) + (0,) * (text.count("?") - 1)
        ).all()
    moment = "lapses_at" if "lapses_at" in text else "at"
    assert f"ix_claims_cap_counted_used_{moment} (cap=? AND counted=? AND used=? AND {moment}" in str(plan)
