"""What of each total is given away or reserved: a number for all that was counted, and the rows that differ since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from pairwell.clock import to_micros
from pairwell.journal.standing import Total
from pairwell.operations.among import among
from pairwell.operations.prepared import Prepared
from pairwell.operations.schema import claims, totals

_FEW = 64  # rows that differ are looked at by each decision; more of them are counted
_UNDER_WAY = timedelta(seconds=30)  # an event that is being journaled may yet use or hold what lapsed just now
_KEY = (claims.c.cap, claims.c.decision_id, claims.c.offer_no)
_of_caps = among(claims.c.cap, "caps")
_before = claims.c.at < sa.bindparam("since")
_within = claims.c.at >= sa.bindparam("since")
_within_too = claims.c.at + 0 >= sa.bindparam("since")  # a sum, lest it be looked for by this instead of `lapses_at`
_lapsed = claims.c.lapses_at <= sa.bindparam("now")
_live = claims.c.lapses_at > sa.bindparam("now")


class Taken(msgspec.Struct, kw_only=True):
    """Offers of one total that are given away or reserved."""

    shown: int = 0
    ghosts: int = 0

    def add(self, number: int, *, shown: bool) -> None:
        """Take `number` more."""
        if shown:
            self.shown += number
        else:
            self.ghosts += number


class _Difference(NamedTuple):
    """Rows that are counted and do not count any more, or the other way round; each kind is found by an index."""

    counts: bool
    rows: sa.ColumnElement[bool]


_DIFFERENCES = (
    _Difference(counts=False, rows=_of_caps & claims.c.counted & claims.c.used & _before),
    _Difference(counts=False, rows=_of_caps & claims.c.counted & ~claims.c.used & _before),
    _Difference(counts=False, rows=_of_caps & claims.c.counted & ~claims.c.used & _lapsed & _within_too),
    _Difference(counts=True, rows=_of_caps & ~claims.c.counted & claims.c.used & _within),
    _Difference(counts=True, rows=_of_caps & ~claims.c.counted & ~claims.c.used & _live & _within_too),
)
# One statement, so that no claim is used up between two looks and missing in both.
_TAKEN = Prepared(
    sa.union_all(
        sa.select(totals.c.cap, totals.c.shown, totals.c.number, sa.literal_column("0")).where(
            among(totals.c.cap, "caps")
        ),
        *(
            sa.select(claims.c.cap, claims.c.shown, sa.func.count() * (1 if one.counts else -1), sa.func.count())
            .where(one.rows)
            .group_by(claims.c.cap, claims.c.shown)
            for one in _DIFFERENCES
        ),
    )
)
# What somebody uses up just now is counted the next time.
_COUNT = tuple(
    claims.update()
    .where(sa.tuple_(*_KEY).in_(sa.select(*_KEY).where(one.rows).with_for_update(skip_locked=True)))
    .values(counted=one.counts)
    .returning(claims.c.cap, claims.c.shown)
    for one in _DIFFERENCES
)


def _adding(insert: sqlite.Insert | postgresql.Insert) -> sa.Insert:
    number = totals.c.number + insert.excluded.number
    return insert.on_conflict_do_update(index_elements=["cap", "shown"], set_={"number": number})


_ADD = {"sqlite": _adding(sqlite.insert(totals)), "postgresql": _adding(postgresql.insert(totals))}


def read_taken(connection: sa.Connection, asked: Sequence[Total], *, now: datetime, alone: bool) -> dict[str, Taken]:
    """How much of each total is taken. `alone`: they are locked, so that what differs may be counted."""
    found = {total.name: Taken() for total in asked}
    for since, names in _by_start(asked).items():
        parameters = {"caps": names, "since": since, "now": to_micros(now - _UNDER_WAY)}
        differ = 0
        for cap, shown, number, differing in _TAKEN.rows(connection, parameters):
            found[cap].add(number, shown=shown)
            differ += differing
        if alone and differ > _FEW:
            _count(connection, parameters)
    return found


def _count(connection: sa.Connection, parameters: Mapping[str, Any]) -> None:
    changes: Counter[tuple[str, bool]] = Counter()
    for one, statement in zip(_DIFFERENCES, _COUNT, strict=True):
        for cap, shown in connection.execute(statement, parameters):
            changes[cap, shown] += 1 if one.counts else -1
    rows = [{"cap": cap, "shown": shown, "number": number} for (cap, shown), number in changes.items() if number]
    if rows:
        connection.execute(_ADD[connection.dialect.name], rows)


def _by_start(asked: Iterable[Total]) -> dict[int, list[str]]:
    """The names of totals by the moment since when they count."""
    starts: dict[int, list[str]] = {}
    for total in asked:
        starts.setdefault(0 if total.since is None else to_micros(total.since), []).append(total.name)
    return starts
