from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from pairwell.clock import to_micros
from pairwell.errors import JournalError
from pairwell.facts import taste as module
from pairwell.facts.taste import REPEAT, Bucket, Generation, Learned, Taste, TasteStore, bucket_of
from pairwell.habits import Repeat
from pairwell.operations import schema
from pairwell.operations.database import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(database: Database) -> TasteStore:
    return TasteStore(database)


ITEMS = ["a", "b", "half", "mine", "new", "old", "theirs", "x", "y", "z", "zażółć"]


def taste(*items: str) -> Taste:
    return Taste(items=[(item_id, 1.0 - place / 4) for place, item_id in enumerate(items)])


def buckets_of(tastes: dict[str, Taste], item_ids: Sequence[str] = ITEMS) -> Iterator[Bucket]:
    for number in sorted({bucket_of(customer_id) for customer_id in tastes}):
        names = [customer_id for customer_id in tastes if bucket_of(customer_id) == number]
        width = max(len(tastes[name].items) for name in names)
        ranked = [[*tastes[name].items, *[("", 0.0)] * width][:width] for name in names]
        repeats = [row_of(repeat, item_ids) for name in names for repeat in tastes[name].repeats]
        yield Bucket(
            number=number,
            customer_ids=names,
            items=np.array([[item_ids.index(item) if item else -1 for item, _ in row] for row in ranked]),
            scores=np.array([[score for _, score in row] for row in ranked]),
            ends=np.cumsum([len(tastes[name].repeats) for name in names]),
            repeats=np.array(repeats, dtype=REPEAT),
        )


def row_of(repeat: Repeat, item_ids: Sequence[str]) -> tuple[float, ...]:
    moments = (repeat.due_at, repeat.due_from, repeat.due_until, repeat.last_bought_at)
    rest = (repeat.probability, repeat.typical_gap_days, item_ids.index(repeat.item_id), repeat.times)
    return (*map(to_micros, moments), *rest)


def learned(buckets: Iterable[Bucket], model: str, item_ids: Sequence[str] = ITEMS) -> Learned:
    generation = Generation(model=model, learned_at=NOW, weights={"popularity": 0.5})
    return Learned(item_ids=item_ids, buckets=buckets, generation=generation)


def write(store: TasteStore, tastes: dict[str, Taste], model: str = "m1") -> None:
    store.write(learned(buckets_of(tastes), model))


def rows(database: Database) -> list[tuple[int, int]]:
    statement = sa.select(schema.taste.c.generation, schema.taste.c.bucket)
    with database.read() as connection:
        return sorted((row.generation, row.bucket) for row in connection.execute(statement))


def kept(generation: int, *customer_ids: str) -> list[tuple[int, int]]:
    return sorted({(generation, bucket_of(customer_id)) for customer_id in customer_ids})


def test_what_was_written_is_read(store: TasteStore) -> None:
    repeat = Repeat(
        item_id="x",
        due_at=NOW,
        due_from=NOW - timedelta(days=2),
        due_until=NOW + timedelta(days=3),
        probability=0.2513,
        typical_gap_days=6.1,
        last_bought_at=NOW - timedelta(days=6),
        times=4,
    )
    anna = Taste(items=[("x", 1.0), ("zażółć", 0.0)], repeats=[repeat, repeat])

    assert store.generation() is None
    assert store.read(["anna"]) == {}
    write(store, {"anna": anna, "zoë": taste("a"), "": taste()})

    assert store.read(["anna", "nobody", "anna", "zoë", ""]) == {"anna": anna, "zoë": taste("a"), "": taste()}
    assert store.generation() == Generation(model="m1", learned_at=NOW, weights={"popularity": 0.5})


def test_customers_of_one_bucket_are_told_apart(store: TasteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUCKETS", 3)
    repeat = Repeat(
        item_id="y",
        due_at=NOW,
        due_from=NOW,
        due_until=NOW,
        probability=0.5,
        typical_gap_days=7.0,
        last_bought_at=NOW,
        times=3,
    )
    repeats = {number: [repeat] * (number % 3) for number in range(30)}
    many = {f"c{n}": Taste(items=taste(*ITEMS[n % 5 : n % 7 + 3]).items, repeats=repeats[n]) for n in range(30)}

    write(store, many)

    assert store.read([*many, "c30"]) == many
    assert store.read(["c17"]) == {"c17": many["c17"]}


def test_items_may_have_other_numbers_in_the_next_run(store: TasteStore) -> None:
    write(store, {"anna": taste("x")})
    assert store.read(["anna"]) == {"anna": taste("x")}

    store.write(learned(buckets_of({"anna": taste("x")}, ["w", "x"]), "m2", ["w", "x"]))

    assert store.read(["anna"]) == {"anna": taste("x")}


def test_readers_see_the_old_tastes_until_the_new_ones_are_whole(
    store: TasteStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CUSTOMERS_AT_A_TIME", 1)
    write(store, {"a": taste("old"), "b": taste("old")})
    reader = TasteStore(database)
    seen = []

    def buckets() -> Iterator[Bucket]:
        yield from buckets_of({"a": taste("new"), "b": taste("new")})
        seen.append(reader.read(["a", "b"]))

    store.write(learned(buckets(), "m2"))

    assert seen == [{"a": taste("old"), "b": taste("old")}]
    assert reader.read(["a", "b"]) == {"a": taste("new"), "b": taste("new")}
    assert rows(database) == kept(2, "a", "b")


class BrokenOffError(Exception):
    pass


def breaking_off(tastes: dict[str, Taste]) -> Iterator[Bucket]:
    yield from buckets_of(tastes)
    raise BrokenOffError


def test_what_a_broken_off_run_left_never_appears(
    store: TasteStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CUSTOMERS_AT_A_TIME", 1)
    write(store, {"a": taste("x"), "b": taste("x")})
    with pytest.raises(BrokenOffError):
        store.write(learned(breaking_off({"a": taste("half"), "ghost": taste("half")}), "m2"))
    assert store.read(["a", "ghost"]) == {"a": taste("x")}

    write(store, {"a": taste("x"), "b": taste("y")}, "m3")

    assert store.read(["a", "b", "ghost"]) == {"a": taste("x"), "b": taste("y")}
    assert rows(database) == kept(3, "a", "b")


def test_a_write_that_fails_is_told_and_leaves_the_older_generation(
    store: TasteStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CUSTOMERS_AT_A_TIME", 1)
    write(store, {"a": taste("x"), "b": taste("x")})

    def buckets() -> Iterator[Bucket]:
        for bucket in buckets_of({name: taste("half") for name in "abcdef"}):
            yield bucket
            yield bucket  # the same row twice: the database refuses it while the next is put together

    with pytest.raises(JournalError, match="failed"):
        store.write(learned(buckets(), "m2"))

    assert store.read(["a", "b", "c"]) == {"a": taste("x"), "b": taste("x")}
    write(store, {"b": taste("y")}, "m3")
    assert store.read(["a", "b", "c"]) == {"b": taste("y")}
    assert rows(database) == kept(3, "b")


def test_of_two_runs_at_once_the_one_that_began_later_counts(
    store: TasteStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CUSTOMERS_AT_A_TIME", 1)
    write(store, {"a": taste("x"), "b": taste("x")})

    def buckets() -> Iterator[Bucket]:
        first, *rest = buckets_of({"a": taste("mine"), "b": taste("x")})
        yield first
        write(TasteStore(database), {"a": taste("theirs"), "c": taste("theirs")}, "m2")
        yield from rest

    store.write(learned(buckets(), "m3"))

    assert store.read(["a", "b", "c"]) == {"a": taste("theirs"), "c": taste("theirs")}
    generation = store.generation()
    assert generation is not None
    assert generation.model == "m2"
    assert rows(database) == kept(3, "a", "c")


def test_nothing_at_all_takes_everything_away(store: TasteStore, database: Database) -> None:
    write(store, {"a": taste("x")})

    write(store, {}, "m2")

    assert store.read(["a"]) == {}
    assert rows(database) == []


def test_many_customers_are_written_and_read_in_parts(
    store: TasteStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CUSTOMERS_AT_A_TIME", 3)
    monkeypatch.setattr(module, "_ROWS_AT_A_TIME", 4)
    many = {f"c{number}": taste(ITEMS[number % 11]) for number in range(20)}

    write(store, many)
    write(store, {name: taste("z") for name in list(many)[5:]}, "m2")

    assert store.read(list(many)) == {name: taste("z") for name in list(many)[5:]}
    assert rows(database) == kept(2, *list(many)[5:])


def test_a_reader_between_two_generations_reads_again(
    store: TasteStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, {"a": taste("old")})
    reader, read_names = TasteStore(database), TasteStore._read_names

    def slow(self: TasteStore, connection: sa.Connection, generation: int) -> list[str] | None:
        monkeypatch.undo()
        write(store, {"a": taste("new")}, "m2")
        return read_names(self, connection, generation)

    monkeypatch.setattr(TasteStore, "_read_names", slow)

    assert reader.read(["a"]) == {"a": taste("new")}
