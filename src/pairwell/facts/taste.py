"""What learning says of each customer: the next basket, and what is due again."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from pairwell.clock import from_micros, to_micros
from pairwell.facts.held import read_epoch
from pairwell.habits import Repeat
from pairwell.operations import schema
from pairwell.operations.database import Database

NOBODY = ""  # no id is empty: the taste of a customer of whom nothing is known
BUCKETS = 16_384
_CUSTOMERS_AT_A_TIME = 2_000  # in a transaction, so that decisions pass between
_ROWS_AT_A_TIME = 500
_Row = TypeVar("_Row")
Array = NDArray[Any]
REPEAT = np.dtype(
    [(name, "<i8") for name in ("due_at", "due_from", "due_until", "last_bought_at")]  # microseconds since 1970
    + [("probability", "<f4"), ("gap", "<f4"), ("item", "<i4"), ("times", "<i4")]
)


class Taste(msgspec.Struct, frozen=True, kw_only=True):
    """One customer's next basket, best first, with scores, and what the customer buys regularly."""

    items: list[tuple[str, float]] = []
    repeats: list[Repeat] = []


class Bucket(NamedTuple):
    """The tastes of all customers with the same `bucket_of`; items are numbers."""

    number: int
    customer_ids: list[str]
    items: Array  # int32, customers x width, best first; -1 ends a short row
    scores: Array  # float32, customers x width
    ends: Array  # int32: where the repeats of each customer end, and those of the next begin
    repeats: Array  # of `REPEAT`, soonest due first


class _Stored(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The same without names, numbers as bytes: what is kept of a million customers is read and written as a whole."""

    customer_ids: list[str]
    items: bytes
    scores: bytes
    ends: bytes
    repeats: bytes


class Generation(msgspec.Struct, frozen=True, kw_only=True):
    """What the tastes were learned with: the model of the same run, when, and what each part of the score weighed."""

    model: str
    learned_at: datetime
    weights: dict[str, float] = {}


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """All tastes of one run of learning: each bucket once, empty ones left out."""

    item_ids: Sequence[str]  # by number
    buckets: Iterable[Bucket]
    generation: Generation


def bucket_of(customer_id: str) -> int:
    """Which of the 16,384 rows of a generation a customer is in."""
    return zlib.crc32(customer_id.encode()) % BUCKETS


class TasteStore:
    """Tastes by customer. Safe to share between threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._names: tuple[int, list[str]] = (0, [])  # of the items of a generation; replaced, never altered

    def generation(self) -> Generation | None:
        """What readers see now was learned with; None before the first."""
        table = schema.taste_generations
        statement = sa.select(table.c.model, table.c.learned_at, table.c.weights).where(table.c.generation == _VISIBLE)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            return None
        weights = _weights.decode(row.weights)
        return Generation(model=row.model, learned_at=from_micros(row.learned_at), weights=weights)

    def read(self, customer_ids: Sequence[str]) -> dict[str, Taste]:
        """The tastes of those of `customer_ids` that have one."""
        tastes: dict[str, Taste] = {}
        for part in _slices(sorted({bucket_of(customer_id) for customer_id in customer_ids})):
            here = frozenset(part)
            asked = [customer_id for customer_id in customer_ids if bucket_of(customer_id) in here]
            with self._database.read() as connection:
                tastes |= self.read_within(connection, asked)
        return tastes

    def read_within(self, connection: sa.Connection, customer_ids: Sequence[str]) -> dict[str, Taste]:
        """The same for a few customers, in the transaction of `connection`."""
        wanted: dict[int, list[str]] = {}
        for customer_id in dict.fromkeys(customer_ids):
            wanted.setdefault(bucket_of(customer_id), []).append(customer_id)
        names, rows = self._read_buckets(connection, list(wanted)) if wanted else ([], [])
        tastes: dict[str, Taste] = {}
        for row in rows:
            tastes |= _unpack(row.payload, wanted[row.bucket], names)
        return tastes

    def _read_buckets(
        self, connection: sa.Connection, numbers: Sequence[int]
    ) -> tuple[list[str], Sequence[sa.Row[Any]]]:
        """The rows of these buckets, all of one generation, and the names of its items."""
        while True:
            rows = connection.execute(_READ, {"buckets": numbers}).all()
            names = self._read_names(connection, rows[0].generation) if rows else []
            if names is not None:
                return names, rows

    def _read_names(self, connection: sa.Connection, generation: int) -> list[str] | None:
        """The item ids of a generation; None where another has come in its place meanwhile."""
        known, names = self._names
        if known != generation:
            stored = connection.scalar(_NAMES, {"generation": generation})
            if stored is None:
                return None
            names = _texts.decode(stored)
            self._names = (generation, names)
        return names

    def write(self, learned: Learned) -> None:
        """Make what was learned all there is; readers see the tastes before until it is whole.

        Where a run that began later is whole already, its tastes stay and these are dropped.
        """
        with self._database.write() as connection:
            own = max(read_epoch(connection, "taste_reserved", lock=True), read_epoch(connection, "taste")) + 1
            connection.execute(_MOVE, {"epoch": "taste_reserved", "to": own})
        self._insert(own, learned.buckets)
        self._sweep(self._show(own, learned), own)

    def _insert(self, own: int, buckets: Iterable[Bucket]) -> None:
        """Write each part while the next one is put together."""

        def insert(rows: list[dict[str, Any]]) -> None:
            with self._database.write() as connection:
                connection.execute(_taste.insert(), rows)

        with ThreadPoolExecutor(1) as beside:
            before: Future[None] | None = None
            for part in _parts(buckets):
                rows = [{"generation": own, "bucket": bucket.number, "payload": _pack(bucket)} for bucket in part]
                if before is not None:
                    before.result()
                before = beside.submit(insert, rows)
            if before is not None:
                before.result()

    def _show(self, own: int, learned: Learned) -> int:
        """Show this generation, unless a newer one is shown; returns the one shown then."""
        table, generation = schema.taste_generations, learned.generation
        row = {
            "generation": own,
            "model": generation.model,
            "learned_at": to_micros(generation.learned_at),
            "weights": _encoder.encode(generation.weights),
            "item_ids": _encoder.encode(list(learned.item_ids)),
        }
        with self._database.write() as connection:
            shown = read_epoch(connection, "taste", lock=True)
            if shown > own:
                return shown
            connection.execute(table.delete())
            connection.execute(table.insert(), row)
            connection.execute(_MOVE, {"epoch": "taste", "to": own})
        return own

    def _sweep(self, shown: int, own: int) -> None:
        """Delete what is older than what is shown, also what runs that broke off left; and what was dropped."""
        with self._database.read() as connection:
            rows = connection.execute(_KEYS, {"shown": shown, "own": own}).all()
        for part in _slices(rows):
            doomed = [{"old": row.generation, "number": row.bucket} for row in part]
            with self._database.write() as connection:
                connection.execute(_DELETE, doomed)


def _slices(rows: Sequence[_Row]) -> Iterator[Sequence[_Row]]:
    return (rows[start : start + _ROWS_AT_A_TIME] for start in range(0, len(rows), _ROWS_AT_A_TIME))


def _parts(buckets: Iterable[Bucket]) -> Iterator[list[Bucket]]:
    """Buckets by so many as hold about two thousand customers, at least one."""
    part: list[Bucket] = []
    customers = 0
    for bucket in buckets:
        part.append(bucket)
        customers += len(bucket.customer_ids)
        if customers >= _CUSTOMERS_AT_A_TIME:
            yield part
            part, customers = [], 0
    if part:
        yield part


def _pack(bucket: Bucket) -> bytes:
    return _encoder.encode(
        _Stored(
            customer_ids=bucket.customer_ids,
            items=bucket.items.astype("<i4").tobytes(),
            scores=bucket.scores.astype("<f4").tobytes(),
            ends=bucket.ends.astype("<i4").tobytes(),
            repeats=bucket.repeats.astype(REPEAT).tobytes(),
        )
    )


def _unpack(payload: bytes, customer_ids: Iterable[str], names: list[str]) -> dict[str, Taste]:
    """The tastes of those of `customer_ids` that are in a bucket."""
    stored = _decoder.decode(payload)
    places = {customer_id: place for place, customer_id in enumerate(stored.customer_ids)}
    shape = (len(places), -1 if stored.items else 0)
    items, scores = (
        np.frombuffer(stored.items, "<i4").reshape(shape),
        np.frombuffer(stored.scores, "<f4").reshape(shape),
    )
    starts = [0, *np.frombuffer(stored.ends, "<i4").tolist()]
    repeats = np.frombuffer(stored.repeats, REPEAT)
    tastes = {}
    for customer_id in customer_ids:
        place = places.get(customer_id)
        if place is not None:
            ranked = zip(items[place].tolist(), scores[place].tolist(), strict=True)
            tastes[customer_id] = Taste(
                items=[(names[item], score) for item, score in ranked if item >= 0],
                repeats=[_repeat(row, names) for row in repeats[starts[place] : starts[place + 1]].tolist()],
            )
    return tastes


def without_customers(payload: bytes, customer_ids: Collection[str]) -> bytes:
    """A stored bucket without these customers; the same bytes where it has none of them."""
    stored = _decoder.decode(payload)
    kept = np.array([one not in customer_ids for one in stored.customer_ids], bool)
    if kept.all():
        return payload
    shape = (len(kept), -1 if stored.items else 0)
    ends = np.frombuffer(stored.ends, "<i4")
    lengths = np.diff(ends, prepend=np.int32(0))
    left = _Stored(
        customer_ids=[one for one in stored.customer_ids if one not in customer_ids],
        items=np.frombuffer(stored.items, "<i4").reshape(shape)[kept].tobytes(),
        scores=np.frombuffer(stored.scores, "<f4").reshape(shape)[kept].tobytes(),
        ends=np.cumsum(lengths[kept]).astype("<i4").tobytes(),
        repeats=np.frombuffer(stored.repeats, REPEAT)[np.repeat(kept, lengths)].tobytes(),
    )
    return _encoder.encode(left)


def _repeat(row: tuple[Any, ...], names: list[str]) -> Repeat:
    due_at, due_from, due_until, last_bought_at = map(from_micros, row[:4])
    probability, gap, item, times = row[4:]
    return Repeat(
        item_id=names[item],
        due_at=due_at,
        due_from=due_from,
        due_until=due_until,
        probability=round(probability, 4),
        typical_gap_days=round(gap, 1),
        last_bought_at=last_bought_at,
        times=times,
    )


_encoder, _decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(_Stored)
_weights, _texts = msgspec.msgpack.Decoder(dict[str, float]), msgspec.msgpack.Decoder(list[str])
_taste, _generations = schema.taste, schema.taste_generations
_VISIBLE = sa.select(schema.epochs.c.number).where(schema.epochs.c.name == "taste").scalar_subquery()
_READ = sa.select(_taste).where(
    _taste.c.generation == _VISIBLE, _taste.c.bucket.in_(sa.bindparam("buckets", expanding=True))
)
_NAMES = sa.select(_generations.c.item_ids).where(_generations.c.generation == sa.bindparam("generation"))
_KEYS = sa.select(_taste.c.generation, _taste.c.bucket).where(
    sa.or_(
        _taste.c.generation < sa.bindparam("shown"),
        sa.and_(_taste.c.generation == sa.bindparam("own"), _taste.c.generation != sa.bindparam("shown")),
    )
)
_DELETE = _taste.delete().where(_taste.c.generation == sa.bindparam("old"), _taste.c.bucket == sa.bindparam("number"))
_MOVE = schema.epochs.update().where(schema.epochs.c.name == sa.bindparam("epoch")).values(number=sa.bindparam("to"))
