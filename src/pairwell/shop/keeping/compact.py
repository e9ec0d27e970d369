"""What the journal learned, carried into the dataset exactly once."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.config.turns import files_in_use
from pairwell.dataset.snapshots import Carried, Source
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import find_table
from pairwell.facts.order_state import OrderState, order_states
from pairwell.ingest.facts import write_facts
from pairwell.ingest.staging import staging_folder
from pairwell.journal.parts import order_id_of
from pairwell.journal.passing import Heard, Passed, events_of_orders, newest_event, read_events
from pairwell.shop.keeping.place import Place
from pairwell.shop.keeping.told import ItemsOf, Prices, Rows, once, rows_of, rows_of_order, usage_of

_EVENTS_AT_A_TIME = 100_000  # in memory, and in one snapshot
_MOST_WAITING = 10_000
_SOURCE = "journal"


class Compacted(msgspec.Struct, frozen=True, kw_only=True):
    """What was carried."""

    upto: int  # every event of the journal up to this number is in the dataset
    events: int  # read now
    stored: dict[str, int]  # rows sent to the dataset, by table
    snapshot: int
    waiting: int = 0  # orders of which only returns were told; they count once a file tells of the order


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    rows: Rows
    waiting: set[str]  # orders of which only returns are known


def compact(place: Place, *, now: datetime) -> Compacted:
    """Carry all events that are journaled by now into the dataset, and bring the facts up to it.

    The snapshot that says how far it is appears in one step: killed before, nothing happened; after, the next run goes
    on from there. Raises `StorageError` and `JournalError`.
    """
    with files_in_use(place.workspace.hidden):
        done = _carry(place, newest_event(place.database), now)
        if done.stored:
            write_facts(place.dataset, place.facts, timezone=place.settings.shop.timezone, now=now)
    return done


def _carry(place: Place, newest: Passed, now: datetime) -> Compacted:
    count, stored = 0, _carry_older_usage(place, newest, now)
    while (step := _next_step(place, newest)) is not None:
        part = list(
            itertools.islice(read_events(place.database, after=step.start, upto=newest.upto), _EVENTS_AT_A_TIME)
        )
        upto = part[-1].number if len(part) == _EVENTS_AT_A_TIME else newest.upto
        made = _rows(place, part, step.told)
        waiting = tuple(sorted((set(step.waiting) - set(step.told)) | made.waiting)[-_MOST_WAITING:])
        to = Carried(journal=newest.journal, upto=max(upto, step.start), waiting=waiting, usage=True)
        if not _store(place, made.rows, (step.after, to), now):
            continue  # another process was first: go on from where it came to
        count += len(part)
        for name, rows in made.rows.items():
            stored[name] = stored.get(name, 0) + len(rows)
    snapshot = place.dataset.newest()
    left = 0 if snapshot.carried is None else len(snapshot.carried.waiting)
    return Compacted(upto=newest.upto, events=count, stored=stored, snapshot=snapshot.number, waiting=left)


def _carry_older_usage(place: Place, newest: Passed, now: datetime) -> dict[str, int]:
    """Carry the usage that earlier versions left in the journal; the rows that were sent."""
    after = place.dataset.newest().carried
    if after is None or after.usage or after.journal != newest.journal:
        return {}
    heard = read_events(place.database, after=0, upto=after.upto, kind="usage")
    rows = [row for one in heard for _, row in usage_of(one.event)]
    made: Rows = {"usage": rows} if rows else {}
    done = _store(place, made, (after, msgspec.structs.replace(after, usage=True)), now)
    return {name: len(rows) for name in made} if done else {}


class _Step(msgspec.Struct, frozen=True, kw_only=True):
    after: Carried | None  # what the dataset says now
    start: int
    waiting: tuple[str, ...] = ()  # orders of which only returns were told
    told: tuple[str, ...] = ()  # those of them that a file told of since


def _next_step(place: Place, newest: Passed) -> _Step | None:
    """From where to go on; None where all of this journal is carried. Another journal's numbers mean nothing here."""
    after = place.dataset.newest().carried
    if after is None or after.journal != newest.journal:
        return _Step(after=after, start=0) if newest.upto else None
    told = tuple(_lines_of(place.dataset, after.waiting))
    if after.upto >= newest.upto and not told:
        return None
    return _Step(after=after, start=after.upto, waiting=after.waiting, told=told)


def _rows(place: Place, part: Sequence[Heard], told: Sequence[str]) -> _Part:
    rows: Rows = {}
    for heard in part:
        for name, row in rows_of(heard.event):
            rows.setdefault(name, []).append(row)
    ids = {order_id for heard in part if (order_id := order_id_of(heard.event)) is not None} | set(told)
    states = order_states(events_of_orders(place.database, ids)) if ids else {}
    known, prices = _known_lines(place.dataset, states), Prices(place.settings)
    for state in states.values():
        for name, row in rows_of_order(state, prices, known):
            rows.setdefault(name, []).append(row)
    rows |= _sold_items(place.dataset, states)
    made = {name: once(name, found, find_table(name).key) for name, found in rows.items() if found}
    met = {row["order_id"] for row in made.get("returns", ())}
    return _Part(rows=made, waiting={one for one, state in states.items() if state.returns and one not in met})


def _known_lines(dataset: Dataset, states: dict[str, OrderState]) -> ItemsOf:
    """The lines of orders that came back, as far as the dataset alone knows them."""
    return _lines_of(dataset, [one for one, state in states.items() if state.order is None and state.returns])


def _lines_of(dataset: Dataset, order_ids: Collection[str]) -> ItemsOf:
    if not order_ids:
        return {}
    lines = dataset.history("order_lines")
    found = lines.filter(lines.order_id.isin(sorted(order_ids))).select("order_id", "line_no", "item_id").to_pyarrow()
    known: dict[str, list[tuple[int, str]]] = {}
    for row in sorted(found.to_pylist(), key=lambda row: row["line_no"]):
        known.setdefault(row["order_id"], []).append((row["line_no"], row["item_id"]))
    return known


def _sold_items(dataset: Dataset, states: dict[str, OrderState]) -> Rows:
    """Items that no catalogue and no order named before, as sold."""
    sold: dict[str, datetime] = {}
    for state in states.values():
        if state.order is not None and state.order.order is not None:
            placed_at = state.placed_at or state.order.at
            for line in state.order.order.lines:
                sold[line.item_id] = min(sold.get(line.item_id, placed_at), placed_at)
    if not sold:
        return {}
    items = dataset.history("items")
    known = set(items.filter(items.item_id.isin(sorted(sold))).to_pyarrow()["item_id"].to_pylist())
    new = {item_id: at for item_id, at in sorted(sold.items()) if item_id not in known}
    shape = {"derived": True, "published": True}
    return {"items": [{"item_id": item_id, "valid_from": at, **shape} for item_id, at in new.items()]}


def _store(place: Place, rows: Rows, span: tuple[Carried | None, Carried], now: datetime) -> bool:
    source = Source(name=_SOURCE, files=(), at=now, rows={name: len(found) for name, found in rows.items()})
    with staging_folder(place.workspace, "journal", now=now) as folder:
        staged = dict(_stage(rows, folder))
        return place.dataset.carry(staged, source=source, after=span[0], to=span[1])


def _stage(rows: Rows, folder: Path) -> Iterator[tuple[str, Path]]:
    for name, found in rows.items():
        path = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(found, schema=find_table(name).schema), path)
        yield name, path
