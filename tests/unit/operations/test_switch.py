from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from pairwell.facts.store import FactStore
from pairwell.operations.database import Database, open_database
from pairwell.operations.switch import KillSwitch, Switched

NOW = datetime(2026, 11, 22, 9, 30, 0, 5, tzinfo=UTC)


def _turn(switch: KillSwitch, *, off: bool, author: str = "Anna", minutes: int = 0) -> Switched | None:
    return switch.turn(off=off, author=author, reason="prices", at=NOW + timedelta(minutes=minutes))


def test_offers_are_on_until_somebody_puts_them_off(database: Database) -> None:
    switch = KillSwitch(database)
    assert (switch.newest(), switch.turns()) == (None, [])
    assert _turn(switch, off=False) is None


def test_every_turn_is_kept_with_its_author_and_reason(database: Database) -> None:
    switch = KillSwitch(database)
    off, on = _turn(switch, off=True), _turn(switch, off=False, author="Ben", minutes=5)
    assert off == Switched(number=1, off=True, at=NOW, author="Anna", reason="prices")
    assert switch.turns() == [off, on]
    assert switch.newest() == on


def test_who_put_them_off_first_is_kept(database: Database) -> None:
    switch = KillSwitch(database)
    first = _turn(switch, off=True)
    assert _turn(switch, off=True, author="Ben") is None
    assert switch.turns() == [first]


def test_another_process_sees_it_at_its_next_reading(database_url: str) -> None:
    one, other = (open_database(database_url, durability="process") for _ in range(2))
    facts, switch = FactStore(other), KillSwitch(one)
    seen = []
    for off in (True, False, True):
        _turn(switch, off=off)
        with other.read() as connection:
            seen.append(facts.view(connection).offers_off)
    assert seen == [1, 0, 3]
    one.close()
    other.close()


def test_of_many_at_once_one_turns_it(database: Database) -> None:
    switch = KillSwitch(database)
    with ThreadPoolExecutor(4) as pool:
        turned = list(pool.map(lambda name: _turn(switch, off=True, author=name), "abcdefgh"))
    assert [one for one in turned if one is not None] == switch.turns()
    assert len(switch.turns()) == 1
