from __future__ import annotations

import logging
import random
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.orders import LATER, START, Order, fill, random_orders, stage

from pairwell.config.settings import Learn, Settings
from pairwell.config.workspace import Workspace, create_workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.errors import StorageError
from pairwell.learn.encoded import kept
from pairwell.learn.encoded.files import encode_heads, encode_lines
from pairwell.learn.encoded.rows import gather_rows, settle_rows
from pairwell.learn.fit import fit
from pairwell.learn.history import History, forget_files, read_history

_DAYS = 3


def _same(one: History, other: History) -> bool:
    arrays = [(h.baskets.offsets, h.baskets.items, h.baskets.placed_at, h.customers) for h in (one, other)]
    texts = [(list(h.order_ids), list(h.customer_ids), h.baskets.item_ids, h.listings) for h in (one, other)]
    marks = [None if h.baskets.offered is None else h.baskets.offered.tolist() for h in (one, other)]
    return (
        all(np.array_equal(left, right) for left, right in zip(*arrays, strict=True))
        and texts[0] == texts[1]
        and marks[0] == marks[1]
    )


def _kept(workspace: Workspace) -> list[Path]:
    return sorted((workspace.hidden / "learning").iterdir())


def _read(workspace: Workspace) -> History:
    dataset = Dataset(workspace)
    return read_history(dataset, dataset.newest())


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that tests of a later day start from, to be copied: making it is most of their time."""
    workspace = create_workspace(tmp_path_factory.mktemp("made") / "shop")
    fill(workspace, random_orders(random.Random(1), orders=60))
    _read(workspace)
    fill(workspace, [Order("late", ("i000", "new"), START + timedelta(hours=5), "c99")])
    return workspace.root


@pytest.fixture
def later_day(made_once: Path, tmp_path: Path) -> Workspace:
    """A workspace with orders of two merges, the first of which has been read."""
    return Workspace(shutil.copytree(made_once, tmp_path / "copied"))


# --- one day after the other -----------------------------------------------------------------------


def _days(seed: int) -> Iterator[tuple[list[Order], list[str]]]:
    """Orders by day of arrival, and the ids cancelled on it: late ones, replaced ones, new items."""
    rng = random.Random(seed)
    orders = random_orders(rng, orders=rng.randint(4, 40), items=rng.randint(2, 12))
    for day in range(_DAYS):
        mine = [order for order in orders if rng.random() < 0.5]
        changed = [Order(o.order_id, (*o.items, f"new{day}"), o.placed_at, o.customer_id) for o in mine[:2]]
        yield [*mine[2:], *changed], [order.order_id for order in orders if rng.random() < 0.1]


@settings(max_examples=2, derandomize=True, deadline=None, database=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_reading_day_by_day_equals_reading_all_at_once(seed: int) -> None:
    with TemporaryDirectory() as folder:
        workspace = create_workspace(Path(folder) / "shop")
        for orders, cancelled in _days(seed):
            fill(workspace, orders)
            _cancel(workspace, cancelled)
            daily = _read(workspace)
        shutil.rmtree(workspace.hidden / "learning")

        assert _same(daily, _read(workspace))


@settings(max_examples=1, derandomize=True, deadline=None, database=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_learning_day_by_day_gives_the_model_of_a_full_run(seed: int) -> None:
    with TemporaryDirectory() as folder:
        workspace = create_workspace(Path(folder) / "shop")
        for number, start in enumerate(range(0, 120, 40)):
            days = random_orders(random.Random(seed), orders=120)[start : start + 40]
            fill(workspace, [Order(o.order_id, (*o.items, f"day{number}"), o.placed_at, o.customer_id) for o in days])
            daily = fit(Dataset(workspace), _SETTINGS, models=workspace.models, now=LATER).model
        shutil.rmtree(workspace.hidden / "learning")

        assert fit(Dataset(workspace), _SETTINGS, models=workspace.models, now=LATER).model == daily


_SETTINGS = Settings(learn=Learn(min_together=2))


def _cancel(workspace: Workspace, order_ids: list[str]) -> None:
    path = workspace.root / "cancelled.parquet"
    pq.write_table(pa.table({"order_id": pa.array(order_ids, pa.string())}), path)
    source = Source(name="test", files=("test",), at=START, rows={})
    Dataset(workspace).merge({}, source=source, now=START, cancelled=path)


def test_orders_of_one_moment_go_by_id_whatever_file_they_came_in(workspace: Workspace) -> None:
    for name in ("m", "z", "a"):
        fill(workspace, [Order(name, (name,)), Order(f"{name}2", ("x",), START - timedelta(days=1))])

    assert list(_read(workspace).order_ids) == ["a2", "m2", "z2", "a", "m", "z"]


def test_nothing_later_than_asked_is_there(later_day: Workspace) -> None:
    dataset = Dataset(later_day)

    history = read_history(dataset, dataset.newest(), as_of=START + timedelta(hours=12))

    assert list(history.order_ids) == ["o00000", "late", "o00001", "o00002"]
    assert "c99" in list(history.customer_ids)
    assert len(history.customer_ids) <= len(history.order_ids)
    assert {listing.item_id for listing in history.listings} == {
        history.baskets.item_ids[code] for code in history.baskets.items.tolist()
    }


# --- what is kept ----------------------------------------------------------------------------------


def test_a_file_is_encoded_once(later_day: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[str] = []

    def count(plain: Callable[[Path], object]) -> Callable[[Path], object]:
        def counted(path: Path) -> object:
            encoded.append(path.name)
            return plain(path)

        return counted

    monkeypatch.setattr(kept, "encode_heads", count(encode_heads))
    monkeypatch.setattr(kept, "encode_lines", count(encode_lines))
    first = _read(later_day)

    assert len(encoded) == 2  # the files of the second merge
    assert _same(_read(later_day), first)
    assert len(encoded) == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "another's"])
def test_what_is_damaged_is_read_anew_and_said(
    later_day: Workspace, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    whole = _read(later_day)
    paths = _kept(later_day)
    for path, content in zip(paths, [path.read_bytes() for path in paths], strict=True):
        flipped = bytes([*content[:200], content[200] ^ 1, *content[201:]])
        other = paths[(paths.index(path) + 1) % len(paths)].read_bytes()
        path.write_bytes({"cut": content[:-100], "flipped": flipped, "empty": b"", "another's": other}[damage])
    with caplog.at_level(logging.WARNING):
        again = _read(later_day)

    assert _same(again, whole)
    assert caplog.text.count("made anew") >= len(paths) - 1
    caplog.clear()
    assert _same(_read(later_day), whole)
    assert not caplog.text


def test_where_nothing_can_be_kept_learning_goes_on(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    fill(workspace, random_orders(random.Random(1), orders=20))
    (workspace.hidden / "learning").write_text("no folder")
    with caplog.at_level(logging.WARNING):
        history = _read(workspace)

    assert history.baskets.n_orders == 20
    assert "could not be kept" in caplog.text


def test_what_no_snapshot_needs_is_removed(later_day: Workspace) -> None:
    _read(later_day)
    before = _kept(later_day)
    _cancel(later_day, ["late"])
    dataset = Dataset(later_day)
    fresh = later_day.hidden / "learning" / "half-1-aa.draft"
    fresh.write_bytes(b"of a run that goes on")
    _read(later_day)

    forget_files(dataset, dataset.newest())

    tables = dataset.newest().tables
    names = {Path(name).stem for name in (*tables["orders"], *tables["order_lines"])}
    assert {path.name.partition(".")[0] for path in _kept(later_day)} == {*names, "half-1-aa"}
    assert not set(before) <= set(_kept(later_day))


def test_a_lost_file_of_the_dataset_is_an_error(later_day: Workspace) -> None:
    for path in later_day.dataset.glob("order_lines-*"):
        path.unlink()
    shutil.rmtree(later_day.hidden / "learning")

    with pytest.raises(StorageError):
        _read(later_day)


# --- what came from our own offers -----------------------------------------------------------------


def test_an_item_is_offered_where_every_line_of_it_in_the_order_was(workspace: Workspace) -> None:
    dataset = fill(workspace, [Order("x", ("a",))])
    lines = [
        {"order_id": "y", "line_no": number, "item_id": item_id, "decision_id": decision}
        for number, (item_id, decision) in enumerate([("b", "d1"), ("a", None), ("b", "d2"), ("c", "d1"), ("c", None)])
    ]
    heads = [{"order_id": "y", "placed_at": START + timedelta(days=1)}]
    staged = {
        "orders": stage(workspace.root, "orders", heads),
        "order_lines": stage(workspace.root, "order_lines", lines),
    }
    dataset.merge(staged, source=Source(name="test", files=("test",), at=START, rows={}), now=START)

    baskets = _read(workspace).baskets

    assert baskets.offered is not None
    assert baskets.items.tolist() == [0, 0, 1, 2]
    assert baskets.offered.tolist() == [False, False, True, False]


def test_without_offers_no_line_is_marked(later_day: Workspace) -> None:
    assert _read(later_day).baskets.offered is None


# --- rows ------------------------------------------------------------------------------------------


def test_rows_are_sorted_and_distinct_whatever_their_length() -> None:
    rng = np.random.default_rng(0)
    sizes = np.array([0, 1, 3, 200, 24, 25, 1_000])
    items, offered = rng.integers(0, 300, sizes.sum()).astype(np.int32), rng.random(sizes.sum()) < 0.3
    offsets = np.concatenate(([0], np.cumsum(sizes)))

    found_sizes, found, marked = settle_rows(offsets, items, offered)

    bounds = np.concatenate(([0], np.cumsum(found_sizes)))
    for row in range(sizes.size):
        mine, flags = items[offsets[row] : offsets[row + 1]], offered[offsets[row] : offsets[row + 1]]
        expected = np.unique(mine)
        assert found[bounds[row] : bounds[row + 1]].tolist() == expected.tolist()
        assert marked[bounds[row] : bounds[row + 1]].tolist() == [bool(flags[mine == item].all()) for item in expected]


def test_rows_are_gathered_in_the_order_asked_for() -> None:
    rows = gather_rows(np.array([3, 0]), np.array([2, 1]), np.array([7, 8, 9, 1, 2], dtype=np.int32))

    assert rows.tolist() == [1, 2, 7]
