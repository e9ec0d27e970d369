"""What is known of customers depends on what happened, not on how and in what order it was told."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwell.clock import from_micros
from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import TABLES
from pairwell.events import EventLine, EventOrder, FeedbackKind, NeedSource, OrderStatus
from pairwell.facts.customer_state import Known, StoredCustomer, facts_of
from pairwell.facts.heard import (
    Feedback,
    Returned,
    a_feedback,
    a_need,
    a_return,
    a_status,
    an_order,
    consent,
    feedback_id,
)
from pairwell.ingest.customer_facts import read_told
from pairwell.ingest.telling import told_of_customers
from pairwell.records import CustomerFacts

_NOW = datetime(2024, 5, 1, tzinfo=UTC)
_CUSTOMERS = 40
_STATUSES: tuple[OrderStatus, ...] = ("completed", "cancelled")
_HOWS: tuple[NeedSource, ...] = ("said", "used", "bought")
_KINDS: tuple[FeedbackKind, ...] = ("csat", "nps", "complaint", "ticket_opened", "ticket_closed", "note")
_Row = dict[str, Any]


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened, as rows of the dataset and as what an event tells."""

    rows: dict[str, list[_Row]]
    heard: Known


def _moment(random: Random) -> datetime:
    return from_micros(10**15 + random.randrange(10**6))


def _order(random: Random, customer: str, number: int) -> Iterator[Happened]:
    at, order_id = _moment(random), f"{customer}-{number}"
    lines = [
        EventLine(item_id=random.choice("abc"), quantity=random.randint(1, 3), discount_minor=random.choice([0, 5]))
        for _ in range(random.randint(1, 3))
    ]
    stored = [
        {"order_id": order_id, "line_no": n, "item_id": line.item_id, "quantity": float(line.quantity)}
        | {"unit_price_minor": 100, "discount_minor": line.discount_minor}
        for n, line in enumerate(lines, 1)
    ]
    unsaid = {"discount_minor": 0, "shipping_minor": 0, "tax_minor": 0, "currency": "EUR", "rate": 1.0}
    head = {"order_id": order_id, "customer_id": customer, "placed_at": at} | unsaid
    told = an_order(EventOrder(order_id=order_id, lines=lines), at)
    yield Happened(rows={"orders": [head], "order_lines": stored}, heard=told)
    for _ in range(random.randint(0, 2)):
        status, since = random.choice(_STATUSES), _moment(random)
        row = {"order_id": order_id, "status": status, "at": since}
        yield Happened(rows={"order_status": [row]}, heard=a_status(order_id, status, since))
    if random.random() < 0.3:
        back = Returned(order_id=order_id, item_id=lines[0].item_id, units=1, at=_moment(random))
        row = {"order_id": order_id, "line_no": 1, "quantity": 1.0, "at": back.at}
        yield Happened(rows={"returns": [row]}, heard=a_return(back))


def _word(random: Random, customer: str) -> Happened:
    about, at = random.choice(["consent", "need", "feedback", "feedback"]), _moment(random)
    if about == "consent":
        channel, agreed = random.choice(["email", "sms"]), random.random() < 0.5
        row = {"customer_id": customer, "channel": channel, "given": agreed, "at": at}
        return Happened(rows={"consents": [row]}, heard=consent(channel, given=agreed, at=at))
    if about == "need":
        need, how = random.choice(["ski", "camp"]), random.choice(_HOWS)
        row = {"customer_id": customer, "need": need, "how": how, "since": at}
        return Happened(rows={"needs": [row]}, heard=a_need(need, how, at))
    kind = random.choice(_KINDS)
    score = float(random.randint(1, 5)) if kind in {"csat", "nps"} else None
    said = Feedback(kind=kind, at=at, score=score, text="x")
    row = {"feedback_id": feedback_id(customer, said), "customer_id": customer, "kind": kind, "at": at, "score": score}
    return Happened(rows={"feedback": [row | {"text": said.text}]}, heard=a_feedback(customer, said))


def _history(random: Random, customer: str, most_orders: int) -> list[Happened]:
    bought = [one for n in range(random.randint(0, most_orders)) for one in _order(random, customer, n)]
    happened = bought + [_word(random, customer) for _ in range(random.randint(0, 14))]
    random.shuffle(happened)
    return happened


def _crowd(seed: int, most_orders: int = 8) -> list[list[Happened]]:
    return [_history(Random(f"{seed}-{n}"), f"c{n}", most_orders) for n in range(_CUSTOMERS)]


@contextmanager
def _dataset() -> Iterator[tuple[Dataset, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        dataset = Dataset(Workspace(Path(folder) / "shop"))
        yield dataset, Path(folder)
        dataset.engine.disconnect()


def _ingested(crowd: Sequence[list[Happened]]) -> list[Known]:
    """What the dataset tells of each, as ingest would keep it: of two words at one moment the careful one."""
    rows: dict[str, dict[tuple[Any, ...], _Row]] = {}
    for one in itertools.chain(*crowd):
        for table, added in one.rows.items():
            for row in added:
                _keep(rows.setdefault(table, {}), tuple(row[name] for name in TABLES[table].key), row)
    with _dataset() as (dataset, folder):
        staged = {}
        for table, kept in rows.items():
            staged[table] = folder / f"{table}.parquet"
            pq.write_table(pa.Table.from_pylist(list(kept.values()), schema=TABLES[table].schema), staged[table])
        if staged:
            dataset.merge(staged, source=Source(name="law", files=(), at=_NOW, rows={}), now=_NOW)
        with told_of_customers(dataset, dataset.newest(), since=None) as everybody:
            told = {one.customer_id: one.told for one in read_told(everybody)}
    return [msgspec.json.decode(told.get(f"c{n}", b"{}"), type=Known) for n in range(_CUSTOMERS)]


def _keep(kept: dict[tuple[Any, ...], _Row], key: tuple[Any, ...], row: _Row) -> None:
    before = kept.get(key, row)
    careful = {"given": min, "status": min, "how": max}
    kept[key] = row | {name: choose(row[name], before[name]) for name, choose in careful.items() if name in row}


def _heard(happened: list[Happened]) -> Known:
    known = Known()
    for one in happened:
        known = known.joined(one.heard)
    return known


def _facts(told: Known, heard: Known) -> CustomerFacts:
    return facts_of(StoredCustomer(told=told, heard=heard), revision=0)


@pytest.mark.parametrize("most_orders", [8, 60])
def test_a_history_in_files_gives_the_facts_that_its_events_give(most_orders: int) -> None:
    crowd = _crowd(1, most_orders)
    for told, happened in zip(_ingested(crowd), crowd, strict=True):
        assert _facts(told, Known()) == _facts(Known(), _heard(happened))


def test_what_is_told_by_files_and_by_events_counts_once() -> None:
    crowd, random = _crowd(2), Random(3)
    in_files = [[one for one in happened if random.random() < 0.5] for happened in crowd]
    for told, happened in zip(_ingested(in_files), crowd, strict=True):
        heard = _heard(happened)
        assert _facts(told, heard) == _facts(Known(), heard)
        assert _facts(told, heard.beyond(told)) == _facts(Known(), heard)


@given(st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_joining_needs_no_order_and_no_care(seed: int) -> None:
    first, second, last = (_heard(_history(Random(f"{seed}-{n}"), "ann", 6)) for n in range(3))
    assert first.joined(second) == second.joined(first)
    assert first.joined(second).joined(last) == first.joined(second.joined(last))
    assert first.joined(first) == first


@given(st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_the_order_in_which_events_come_does_not_matter(seed: int) -> None:
    happened = _history(Random(seed), "ann", 12)
    again = [*happened, *happened]
    Random(seed + 1).shuffle(again)
    assert _facts(Known(), _heard(again)) == _facts(Known(), _heard(happened))
