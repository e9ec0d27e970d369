"""Before against after says the same, whatever engine added up the days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import ibis
import msgspec
import pytest
from tests.conformance.worlds import NOW, Shops

from pairwell.config.storing import Engine
from pairwell.dataset.store import Dataset
from pairwell.measure.before.records import Change
from pairwell.measure.before.rows import Who, daily_sums, early_returns, metric_names, newest_return
from pairwell.measure.period import Period
from pairwell.measure.sales.lines import History
from pairwell.measure.sales.segments import find_segment
from pairwell.shop.face import Shop

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("spark")]
_ENGINES = ("duckdb", "spark")
_EVER = Period(NOW - timedelta(days=900), NOW + timedelta(days=1))
_WITHIN = 37  # days: of the world's autumn, some goods come back sooner, some later


def _history(shop: Shop, engine: str) -> History:
    dataset = Dataset(shop.workspace, Engine(name=engine))  # type: ignore[arg-type]
    return History(dataset=dataset, snapshot=dataset.newest(), shop=shop.published.settings.shop)


def _rows(found: ibis.Table) -> list[dict[str, Any]]:
    """By day and group; real quantities to nine digits, as the order in which they are added is the engine's own."""
    rows = [{name: _nine(value) for name, value in row.items()} for row in found.to_pyarrow().to_pylist()]
    return sorted(rows, key=lambda row: [str(row[name]) for name in ("day", "group")])


def _nine(value: object) -> object:
    return float(f"{value:.9g}") if isinstance(value, float) and not value.is_integer() else value


def _days(shop: Shop, engine: str, metric: str, of: str | None) -> list[dict[str, Any]]:
    history = _history(shop, engine)
    segment = None if of is None else find_segment(of, history)
    returns = early_returns(history, _WITHIN)
    return _rows(daily_sums(history, history.orders(_EVER), metric, segment, returns=returns))


@pytest.mark.parametrize("metric", metric_names(None))
def test_sums_of_days_are_the_same_on_every_engine(shops: Shops, metric: str) -> None:
    found = [_days(shops["two currencies"], engine, metric, "channel") for engine in _ENGINES]

    assert len(found[0]) > 2
    assert found[0] == found[1]


@pytest.mark.parametrize("of", [None, "category", "region"])
def test_so_are_those_of_every_kind_of_segment(shops: Shops, of: str | None) -> None:
    found = [_days(shops["two currencies"], engine, "margin", of) for engine in _ENGINES]

    assert len(found[0]) > 2
    assert found[0] == found[1]


def test_so_is_what_came_back_in_time(shops: Shops) -> None:
    histories = [_history(shops["two currencies"], engine) for engine in _ENGINES]
    early = [early_returns(history, _WITHIN).count().to_pyarrow().as_py() for history in histories]
    every = histories[0].dataset.history("returns", snapshot=histories[0].snapshot).count().to_pyarrow().as_py()

    assert early[0] == early[1]
    assert 0 < early[0] < every
    assert newest_return(histories[0]) == newest_return(histories[1]) == NOW


def test_so_is_the_answer(shops: Shops) -> None:
    shop = shops["simulated"]
    newest = shop.dataset.table("orders").placed_at.max().to_pyarrow().as_py()
    change = Change(at=(newest - timedelta(days=50)).date(), metric="margin", grain="week")
    documents = []
    for engine in _ENGINES:
        shop.measured = Dataset(shop.workspace, Engine(name=engine))  # type: ignore[arg-type]
        found = shop.before_after(change, Who(group="new_or_returning", touched=["new"]))
        documents.append(msgspec.json.encode(found))
        del shop.measured

    assert documents[0] == documents[1]
    assert msgspec.json.decode(documents[0])["mean_after"] is not None
