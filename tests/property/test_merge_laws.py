"""Merging in parts equals merging the whole, and merging again changes nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset, MergeResult
from pairwell.dataset.tables import TABLES

_NOW = datetime(2024, 5, 1, tzinfo=UTC)
_SOURCE = Source(name="law", files=(), at=_NOW, rows={})

Row = dict[str, Any]
Group = list[Row]  # the rows of one owner: all lines of an order, all revisions of an item


@contextmanager
def _dataset() -> Iterator[tuple[Dataset, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        dataset = Dataset(Workspace(Path(folder) / "shop"))
        yield dataset, Path(folder)
        dataset.engine.disconnect()


def _merge(place: tuple[Dataset, Path], table: str, groups: Sequence[Group]) -> MergeResult:
    dataset, folder = place
    rows = [row for group in groups for row in group]
    path = folder / "staged.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=TABLES[table].schema), path)
    return dataset.merge({table: path}, source=_SOURCE, now=_NOW)


def _rows(place: tuple[Dataset, Path], table: str) -> list[Row]:
    listed: list[Row] = place[0].history(table).order_by(*TABLES[table].key).to_pyarrow().to_pylist()
    return listed


def _lines(order: int, items: Sequence[tuple[str, int | None]]) -> Group:
    return [
        {
            "order_id": f"o{order}",
            "line_no": number,
            "item_id": item,
            "quantity": 1.0,
            "unit_price_minor": price,
            "discount_minor": 0,
        }
        for number, (item, price) in enumerate(items, 1)
    ]


def _revisions(item: int, titles: Sequence[str | None]) -> Group:
    return [
        {
            "item_id": f"i{item}",
            "valid_from": _NOW + timedelta(days=day),
            "derived": False,
            "title": title,
            "published": True,
        }
        for day, title in enumerate(titles)
    ]


_line = st.tuples(st.sampled_from("abc"), st.none() | st.integers(1, 3))
_orders = st.lists(st.lists(_line, min_size=1, max_size=3), min_size=1, max_size=6).map(
    lambda orders: ("order_lines", [_lines(number, items) for number, items in enumerate(orders)])
)
_items = st.lists(
    st.lists(st.none() | st.sampled_from(["Tent", "Mat"]), min_size=1, max_size=3), min_size=1, max_size=6
).map(lambda items: ("items", [_revisions(number, titles) for number, titles in enumerate(items)]))


@st.composite
def _parted(draw: st.DrawFn) -> tuple[str, list[Group], list[list[Group]]]:
    """A table, its groups, and the same groups shuffled and cut into batches."""
    table, groups = draw(_orders | _items)
    shuffled = draw(st.permutations(groups))
    cuts = sorted(draw(st.sets(st.integers(1, len(groups)), max_size=3)))
    return table, groups, [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(groups)], strict=True)]


@settings(max_examples=12, deadline=None)
@given(_parted())
def test_any_split_in_any_order_equals_the_whole(parted: tuple[str, list[Group], list[list[Group]]]) -> None:
    table, groups, batches = parted
    with _dataset() as whole, _dataset() as parts:
        _merge(whole, table, groups)
        stored = sum(_merge(parts, table, batch).stored[table] for batch in batches)
        assert _rows(parts, table) == _rows(whole, table)
        assert stored == sum(map(len, groups))


@settings(max_examples=10, deadline=None)
@given(_parted(), st.data())
def test_merging_anything_again_changes_nothing(
    parted: tuple[str, list[Group], list[list[Group]]], data: st.DataObject
) -> None:
    table, groups, batches = parted
    with _dataset() as place:
        for batch in batches:
            _merge(place, table, batch)
        before, snapshot = _rows(place, table), place[0].newest()
        again = data.draw(st.lists(st.sampled_from(groups), unique_by=str))
        assert _merge(place, table, again).stored == {table: 0}
        assert (_rows(place, table), place[0].newest()) == (before, snapshot)


@settings(max_examples=12, deadline=None)
@given(_orders, _orders)
def test_the_last_word_on_an_order_stands(old: tuple[str, list[Group]], new: tuple[str, list[Group]]) -> None:
    with _dataset() as place:
        _merge(place, *old)
        _merge(place, *new)
        said = {group[0]["order_id"]: group for _, groups in (old, new) for group in groups}
        expected = [row | _unsaid(row) for order_id in sorted(said) for row in said[order_id]]
        assert _rows(place, "order_lines") == expected


def _unsaid(row: Row) -> Row:
    return {name: None for name in TABLES["order_lines"].schema.names if name not in row}
