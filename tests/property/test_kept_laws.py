"""Sums that grew with their files are those that are made at once."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwell.config.settings import Shop as ShopSettings
from pairwell.config.workspace import create_workspace
from pairwell.dataset.kept import FOLDER, Kept
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import TABLES
from pairwell.measure.sales import growing
from pairwell.measure.sales.lines import History
from pairwell.measure.sales.orders import kept_orders
from pairwell.measure.sales.visits import kept_visits

Rows = dict[str, list[dict[str, Any]]]
_START = datetime(2024, 5, 1, tzinfo=UTC)
_SOURCE = Source(name="test", files=("test",), at=_START, rows={})
_SHOP = ShopSettings(margin_rates={"pans": 0.6}, return_cost_minor=7)
_UNSAID: Mapping[str, Mapping[str, Any]] = {
    "items": {"derived": False, "published": True},
    "orders": {"shipping_minor": 0, "tax_minor": 0, "currency": "EUR", "rate": 1.0},
    "order_lines": {"unit_price_minor": 999},
}


@pytest.fixture(autouse=True)
def _grown_however_much_is_new(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(growing, "_MOST", 1e9)
    return iter(())


def _moment(drawn: Random) -> datetime:
    return _START + timedelta(minutes=10 * drawn.randrange(40))


def _events(drawn: Random, step: int) -> Rows:
    made = range(drawn.randint(1, 6))
    known = [("v1", "a"), ("v1", None), ("v2", "b"), ("v2", "c"), ("v2", None), ("v3", None), ("v3", "a"), (None, "b")]
    told = [drawn.choice(known) for _ in made]
    kinds = [drawn.choice(["view", "search", "add_to_cart"]) for _ in made]
    return {
        "events": [
            {
                "event_id": f"e{step}-{number}", "at": _moment(drawn), "type": kind, "visitor_id": one[0],
                "customer_id": one[1],
            }
            for number, one, kind in zip(made, told, kinds, strict=True)
        ]
    }  # fmt: skip


def _orders(drawn: Random, step: int) -> Rows:
    ids = [f"o{step}-{number}" for number in range(drawn.randint(1, 3))]
    orders = [
        {
            "order_id": one, "customer_id": drawn.choice(["a", "b", "c", "d", None]), "placed_at": _moment(drawn),
            "discount_minor": drawn.choice([0, 50]),
        }
        for one in ids
    ]  # fmt: skip
    lines = [
        {
            "order_id": one, "line_no": place, "item_id": drawn.choice("xyz"), "quantity": drawn.choice([1.0, 2.0]),
            "discount_minor": drawn.choice([0, 10]),
        }
        for one in ids
        for place in range(drawn.randint(0, 3))
    ]  # fmt: skip
    return {"orders": orders, "order_lines": lines}


def _of_older(drawn: Random, step: int, told: Sequence[str]) -> Rows:
    """Something of an order told before, or of an item."""
    at, kind = _START + timedelta(days=step), drawn.choice(["returns", "order_status", "items", "order_lines"])
    if kind == "items" or not told:
        item = {"item_id": drawn.choice("xyz"), "valid_from": at, "category": drawn.choice(["pans", "pots"])}
        return {"items": [item | {"cost_minor": drawn.choice([None, 300, 400])}]}
    row: dict[str, Any] = {"order_id": drawn.choice(told)}
    of_kind: dict[str, dict[str, Any]] = {
        "returns": {"line_no": 0, "quantity": 1.0, "at": at, "refund_minor": drawn.choice([None, 500])},
        "order_status": {"status": drawn.choice(["cancelled", "completed"]), "at": at},
        "order_lines": {"line_no": 0, "item_id": "x", "quantity": 3.0, "discount_minor": 0},
    }
    return {kind: [row | of_kind[kind]]}


def _merge(dataset: Dataset, folder: Path, rows: Rows) -> None:
    staged = {}
    for name in filter(rows.get, rows):
        staged[name] = folder / f"{name}.parquet"
        whole = [{**_UNSAID.get(name, {}), **row} for row in rows[name]]
        pq.write_table(pa.Table.from_pylist(whole, schema=TABLES[name].schema), staged[name])
    dataset.merge(staged, source=_SOURCE, now=_START)


def _told(rows: ibis.Table | None) -> Counter[Any]:
    """The rows, however customers are numbered; each number is of one customer and each customer has one."""
    if rows is None:
        return Counter()
    found = rows.drop("filename", *(["customer"] if "customer" not in rows.columns else [])).to_pyarrow().to_pylist()
    name = "unit" if "unit" in rows.columns else "customer_id"
    numbers: dict[int, set[Any]] = {}
    for row in found:
        numbers.setdefault(row.pop("customer"), set()).add(row[name])
    assert all(len(names) == 1 for names in numbers.values())
    named = [one for names in numbers.values() for one in names if one is not None]
    assert len(named) == len(set(named))
    assert len(numbers) - len(named) == sum(row[name] is None for row in found)
    return Counter(tuple(sorted(row.items(), key=lambda cell: cell[0])) for row in found)


def _read(dataset: Dataset) -> list[Counter[Any]]:
    history = History(dataset=dataset, snapshot=dataset.newest(), shop=_SHOP)
    return [_told(kept_orders(history, make=True)), _told(kept_visits(history))]


@settings(max_examples=8, deadline=None)
@given(drawn=st.randoms(use_true_random=False), steps=st.integers(3, 6))
def test_any_files_added_come_to_the_sums_made_at_once(drawn: Random, steps: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        dataset, told = Dataset(create_workspace(Path(name) / "shop")), list[str]()
        for step in range(steps):
            make = drawn.choice(["events", "orders", "older"])
            if make == "older":
                rows = _of_older(drawn, step, told)
            else:
                rows = _events(drawn, step) if make == "events" else _orders(drawn, step)
            told += [row["order_id"] for row in rows.get("orders", ())]
            _merge(dataset, Path(name), rows)
            if drawn.random() < 0.7:
                _read(dataset)
        grown = _read(dataset)
        shutil.rmtree(dataset.folder_for(FOLDER))
        assert grown == _read(dataset)


def test_a_new_event_works_out_nothing_but_the_visits_it_may_concern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, dataset = Random(3), Dataset(create_workspace(tmp_path / "shop"))
    for rows in (_orders(drawn, 0), _events(drawn, 1)):
        _merge(dataset, tmp_path, rows)
    _read(dataset)
    _merge(dataset, tmp_path, {"events": [{"event_id": "e", "at": _START, "type": "view", "customer_id": "z"}]})
    written = list[str]()
    write = Kept.write

    def count(kept: Kept, rows: ibis.Table) -> ibis.Table:
        written.append(kept.kind)
        return write(kept, rows)

    monkeypatch.setattr(Kept, "write", count)
    monkeypatch.setattr(growing, "_MOST", 0.9)
    history = History(dataset=dataset, snapshot=dataset.newest(), shop=_SHOP)
    visits = kept_visits(history)
    assert visits is not None
    assert ("c:z", 1) in Counter(visits.to_pyarrow()["unit"].to_pylist()).items()
    assert kept_orders(history, make=False) is not None
    assert written == ["visits"]


def test_who_asks_for_a_few_orders_does_not_wait_for_the_sums_of_all(tmp_path: Path) -> None:
    drawn, dataset = Random(3), Dataset(create_workspace(tmp_path / "shop"))
    _merge(dataset, tmp_path, _orders(drawn, 0))
    assert kept_orders(History(dataset=dataset, snapshot=dataset.newest(), shop=_SHOP), make=False) is None
    kept_orders(History(dataset=dataset, snapshot=dataset.newest(), shop=_SHOP), make=True)
    assert kept_orders(History(dataset=dataset, snapshot=dataset.newest(), shop=_SHOP), make=False) is not None
    _merge(dataset, tmp_path, _orders(drawn, 1))
    assert kept_orders(History(dataset=dataset, snapshot=dataset.newest(), shop=_SHOP), make=False) is None
