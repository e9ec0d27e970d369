"""What learning says of each customer: the next basket, and what is due again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.facts.held import read_epoch
from pairwell.operations import schema
from pairwell.operations.database import Database

NOBODY = ""  # no id is empty: the taste of a customer of whom nothing is known
_AT_A_TIME = 2_000  # customers a transaction, so that decisions pass between
_Thing = TypeVar("_Thing")
_Row = tuple[str, int, int, int, float, float, int, int]  # a `Repeat`, field by field


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """An item that a customer buys regularly, and when it is due again.

    `probability` is the chance that it is bought between `due_from` and `due_until`, as seen from the newest order.
    """

    item_id: str
    due_at: datetime
    due_from: datetime
    due_until: datetime
    probability: float
    typical_gap_days: float
    last_bought_at: datetime
    times: int  # days on which it was bought


class Taste(msgspec.Struct, frozen=True, kw_only=True):
    """One customer's next basket, best first, scores in millionths, and what the customer buys regularly."""

    items: list[tuple[str, int]] = []
    repeats: list[Repeat] = []


class _Stored(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The same without names, moments in microseconds: a million of them are kept."""

    items: list[tuple[str, int]]
    repeats: list[_Row]


class Generation(msgspec.Struct, frozen=True, kw_only=True):
    """What the tastes were learned with: the model of the same run, when, and what each part of the score weighed."""

    model: str
    learned_at: datetime
    weights: dict[str, float] = {}


Tastes = Callable[[], Iterable[tuple[str, Taste]]]  # anew at each call: customers, each once, with their tastes


class _Overtaken(Exception):  # noqa: N818 - no failure: another run of learning was faster
    """Another writer made its generation visible meanwhile."""


class TasteStore:
    """Tastes by customer. Safe to share between threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def generation(self) -> Generation | None:
        """What readers see now was learned with; None before the first."""
        table = schema.taste_generations
        statement = sa.select(table).where(table.c.generation == _VISIBLE)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            return None
        weights = _weights.decode(row.weights)
        return Generation(model=row.model, learned_at=from_micros(row.learned_at), weights=weights)

    def read(self, customer_ids: Sequence[str]) -> dict[str, Taste]:
        """The tastes of those of `customer_ids` that have one."""
        with self._database.read() as connection:
            return {
                customer_id: _unpack(payload)
                for part in _parts(dict.fromkeys(customer_ids))
                for customer_id, payload in connection.execute(_READ, {"customers": part})
            }

    def write(self, tastes: Tastes, generation: Generation) -> int:
        """Make `tastes` all there are; returns for how many customers something changed.

        Readers see the tastes before until these are whole. Where another writer is faster, this one begins again on
        what that one wrote.
        """
        while True:
            try:
                return self._write(tastes, generation)
            except _Overtaken:
                continue

    def _write(self, tastes: Tastes, generation: Generation) -> int:
        base, own = self._reserve()
        if own > base + 1:  # somebody began and did not end: those rows must not appear with ours
            self._sweep(lambda _customer, generations: [g for g in generations if base < g < own])
        customers: set[str] = set()
        changed = 0
        for part in _parts(tastes()):
            customers.update(customer_id for customer_id, _ in part)
            changed += self._write_part(part, base, own)
        self._show(base, own, generation)
        self._sweep(lambda customer, generations: _outdated(generations, own, gone=customer not in customers))
        return changed

    def _reserve(self) -> tuple[int, int]:
        with self._database.write() as connection:
            own = max(read_epoch(connection, "taste_reserved", lock=True), read_epoch(connection, "taste")) + 1
            connection.execute(_MOVE, {"epoch": "taste_reserved", "to": own})
            return read_epoch(connection, "taste"), own

    def _write_part(self, part: list[tuple[str, Taste]], base: int, own: int) -> int:
        with self._database.read() as connection:
            rows = connection.execute(_READ, {"customers": [customer for customer, _ in part]}).all()
        known = {row.customer_id: row.payload for row in rows}
        encoded = ((customer, _pack(taste)) for customer, taste in part)
        changed = [
            {"customer_id": customer, "generation": own, "payload": payload}
            for customer, payload in encoded
            if known.get(customer) != payload
        ]
        with self._database.write() as connection:
            _stay_first(connection, base)
            if changed:
                connection.execute(schema.taste.insert(), changed)
        return len(changed)

    def _show(self, base: int, own: int, generation: Generation) -> None:
        table = schema.taste_generations
        row = {
            "generation": own,
            "model": generation.model,
            "learned_at": to_micros(generation.learned_at),
            "weights": _encoder.encode(generation.weights),
        }
        with self._database.write() as connection:
            _stay_first(connection, base)
            connection.execute(table.delete())
            connection.execute(table.insert(), row)
            connection.execute(_MOVE, {"epoch": "taste", "to": own})

    def _sweep(self, doomed: Callable[[str, list[int]], list[int]]) -> None:
        """Delete the generations of each customer that `doomed` names."""
        for page in self._pages():
            rows = [
                {"customer": customer, "number": number}
                for customer, generations in page.items()
                for number in doomed(customer, generations)
            ]
            if rows:
                with self._database.write() as connection:
                    connection.execute(_DELETE, rows)

    def _pages(self) -> Iterator[dict[str, list[int]]]:
        """The generations of every customer, some customers at a time."""
        after = ""
        while True:
            with self._database.read() as connection:
                rows = connection.execute(_KEYS, {"after": after}).all()
            page: dict[str, list[int]] = {}
            for customer, generation in rows:
                page.setdefault(customer, []).append(generation)
            yield page
            if len(page) < _AT_A_TIME:
                return
            after = rows[-1].customer_id


def _outdated(generations: list[int], shown: int, *, gone: bool) -> list[int]:
    # What is newer than the one shown belongs to another writer, who will see to it.
    past = [generation for generation in generations if generation <= shown]
    return past if gone else sorted(past)[:-1]


def _stay_first(connection: sa.Connection, base: int) -> None:
    if read_epoch(connection, "taste", lock=True) != base:
        raise _Overtaken


def _parts(things: Iterable[_Thing]) -> Iterator[list[_Thing]]:
    rest = iter(things)
    while part := list(islice(rest, _AT_A_TIME)):
        yield part


def _pack(taste: Taste) -> bytes:
    repeats = [_row(repeat) for repeat in taste.repeats]
    return _encoder.encode(_Stored(items=taste.items, repeats=repeats))


def _unpack(payload: bytes) -> Taste:
    stored = _decoder.decode(payload)
    return Taste(items=stored.items, repeats=[_repeat(row) for row in stored.repeats])


def _row(repeat: Repeat) -> _Row:
    return (
        repeat.item_id,
        to_micros(repeat.due_at),
        to_micros(repeat.due_from),
        to_micros(repeat.due_until),
        repeat.probability,
        repeat.typical_gap_days,
        to_micros(repeat.last_bought_at),
        repeat.times,
    )


def _repeat(row: _Row) -> Repeat:
    due_at, due_from, due_until, last_bought_at = map(from_micros, (*row[1:4], row[6]))
    return Repeat(
        item_id=row[0],
        due_at=due_at,
        due_from=due_from,
        due_until=due_until,
        probability=row[4],
        typical_gap_days=row[5],
        last_bought_at=last_bought_at,
        times=row[7],
    )


_encoder, _decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(_Stored)
_weights = msgspec.msgpack.Decoder(dict[str, float])
_taste, _newer = schema.taste, schema.taste.alias("newer")
_VISIBLE = sa.select(schema.epochs.c.number).where(schema.epochs.c.name == "taste").scalar_subquery()
_NEWEST = (
    sa.select(sa.func.max(_newer.c.generation))
    .where(_newer.c.customer_id == _taste.c.customer_id, _newer.c.generation <= _VISIBLE)
    .scalar_subquery()
)
_READ = sa.select(_taste.c.customer_id, _taste.c.payload).where(
    _taste.c.customer_id.in_(sa.bindparam("customers", expanding=True)), _taste.c.generation == _NEWEST
)
_PAGE = (
    sa.select(_taste.c.customer_id)
    .where(_taste.c.customer_id > sa.bindparam("after"))
    .distinct()
    .order_by(_taste.c.customer_id)
    .limit(_AT_A_TIME)
)
_KEYS = (
    sa.select(_taste.c.customer_id, _taste.c.generation)
    .where(_taste.c.customer_id.in_(_PAGE))
    .order_by(_taste.c.customer_id)
)
_DELETE = _taste.delete().where(
    _taste.c.customer_id == sa.bindparam("customer"), _taste.c.generation == sa.bindparam("number")
)
_MOVE = schema.epochs.update().where(schema.epochs.c.name == sa.bindparam("epoch")).values(number=sa.bindparam("to"))
