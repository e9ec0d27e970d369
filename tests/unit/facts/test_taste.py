from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from pairwell.facts import taste as module
from pairwell.facts.taste import Generation, Repeat, Taste, TasteStore
from pairwell.operations import schema
from pairwell.operations.database import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(database: Database) -> TasteStore:
    return TasteStore(database)


def taste(*items: str) -> Taste:
    return Taste(items=[(item_id, 1_000 - place) for place, item_id in enumerate(items)])


def write(store: TasteStore, tastes: dict[str, Taste], model: str = "m1") -> int:
    return store.write(tastes.items, Generation(model=model, learned_at=NOW, weights={"popularity": 0.5}))


def rows(database: Database) -> list[tuple[str, int]]:
    statement = sa.select(schema.taste.c.customer_id, schema.taste.c.generation)
    with database.read() as connection:
        return sorted((row.customer_id, row.generation) for row in connection.execute(statement))


def test_what_was_written_is_read(store: TasteStore) -> None:
    repeat = Repeat(
        item_id="milk",
        due_at=NOW,
        due_from=NOW - timedelta(days=2),
        due_until=NOW + timedelta(days=3),
        probability=0.25,
        typical_gap_days=6.5,
        last_bought_at=NOW - timedelta(days=6),
        times=4,
    )
    anna = Taste(items=[("milk", 1), ("zażółć", 0)], repeats=[repeat])

    assert store.generation() is None
    assert write(store, {"anna": anna, "zoë": taste("a")}) == 2
    assert store.read(["anna", "nobody", "anna", "zoë"]) == {"anna": anna, "zoë": taste("a")}
    assert store.generation() == Generation(model="m1", learned_at=NOW, weights={"popularity": 0.5})


def test_only_what_changed_is_written_again(store: TasteStore, database: Database) -> None:
    write(store, {"a": taste("x"), "b": taste("x"), "c": taste("x")})

    assert write(store, {"a": taste("x"), "b": taste("y"), "d": taste("z")}, "m2") == 2

    assert store.read(["a", "b", "c", "d"]) == {"a": taste("x"), "b": taste("y"), "d": taste("z")}
    assert rows(database) == [("a", 1), ("b", 2), ("d", 2)]


def test_readers_see_the_old_tastes_until_the_new_ones_are_whole(
    store: TasteStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AT_A_TIME", 1)
    write(store, {"a": taste("old"), "b": taste("old")})
    reader = TasteStore(database)
    seen = []

    def tastes() -> Iterator[tuple[str, Taste]]:
        yield "a", taste("new")
        yield "b", taste("new")
        seen.append(reader.read(["a", "b"]))

    store.write(tastes, Generation(model="m2", learned_at=NOW))

    assert seen == [{"a": taste("old"), "b": taste("old")}]
    assert reader.read(["a", "b"]) == {"a": taste("new"), "b": taste("new")}


class BrokenOffError(Exception):
    pass


def breaking_off(tastes: dict[str, Taste]) -> Iterator[tuple[str, Taste]]:
    yield from tastes.items()
    raise BrokenOffError


def test_what_a_broken_off_run_left_never_appears(
    store: TasteStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AT_A_TIME", 1)
    write(store, {"a": taste("x"), "b": taste("x")})
    with pytest.raises(BrokenOffError):
        store.write(
            lambda: breaking_off({"a": taste("half"), "ghost": taste("half")}), Generation(model="m2", learned_at=NOW)
        )
    assert store.read(["a", "ghost"]) == {"a": taste("x")}

    write(store, {"a": taste("x"), "b": taste("y")}, "m3")

    assert store.read(["a", "b", "ghost"]) == {"a": taste("x"), "b": taste("y")}
    assert rows(database) == [("a", 1), ("b", 3)]


def test_who_is_overtaken_begins_again(store: TasteStore, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AT_A_TIME", 1)
    write(store, {"a": taste("x"), "b": taste("x")})
    faster = TasteStore(database)
    runs = []

    def tastes() -> Iterable[tuple[str, Taste]]:
        runs.append(1)
        yield "a", taste("mine")
        if len(runs) == 1:
            write(faster, {"a": taste("theirs"), "b": taste("theirs"), "c": taste("theirs")}, "m2")
        yield "b", taste("x")

    store.write(tastes, Generation(model="m3", learned_at=NOW))

    assert len(runs) == 2
    assert store.read(["a", "b", "c"]) == {"a": taste("mine"), "b": taste("x")}
    generation = store.generation()
    assert generation is not None
    assert generation.model == "m3"
    assert len(rows(database)) == 2


def test_nothing_at_all_takes_everything_away(store: TasteStore, database: Database) -> None:
    write(store, {"a": taste("x")})

    assert write(store, {}, "m2") == 0

    assert store.read(["a"]) == {}
    assert rows(database) == []


def test_many_customers_are_written_and_read_in_parts(
    store: TasteStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AT_A_TIME", 3)
    many = {f"c{number}": taste(f"i{number}") for number in range(20)}

    write(store, many)
    write(store, {name: taste("z") for name in list(many)[5:]}, "m2")

    assert store.read(list(many)) == {name: taste("z") for name in list(many)[5:]}
    assert len(rows(database)) == 15
