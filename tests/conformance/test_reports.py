"""Every report is the same document, whatever engine computed it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conformance.worlds import WORLDS, Shops, make_random

from pairwell.config.storing import Engine
from pairwell.dataset.kept import FOLDER
from pairwell.dataset.store import Dataset
from pairwell.report.reports import REPORTS
from pairwell.report.shown.json import render_json
from pairwell.shop.face import Shop

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("spark")]
_SLICED = [
    ("overview", "month"),
    ("overview", "customer.a/b~c"),
    ("overview", "brand"),
    ("categories", "item"),
    ("customers", "region"),
]


@contextmanager
def _computed_by(engine: str, shop: Shop) -> Iterator[None]:
    """Nothing that the other engine worked out is at hand."""
    shutil.rmtree(shop.dataset.folder_for(FOLDER), ignore_errors=True)
    shop.measured = Dataset(shop.workspace, Engine(name=engine))  # type: ignore[arg-type]
    yield
    del shop.measured


def _document(engine: str, shop: Shop, name: str, by: str | None) -> str:
    with _computed_by(engine, shop):
        return render_json(shop.report(name, by=by))


def _agree(shop: Shop, name: str, by: str | None = None) -> None:
    assert _document("spark", shop, name, by) == _document("duckdb", shop, name, by)


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("world", WORLDS)
def test_reports_are_the_same_on_every_engine(shops: Shops, world: str, name: str) -> None:
    _agree(shops[world], name)


@pytest.mark.parametrize(("name", "by"), _SLICED)
def test_so_are_their_slices(shops: Shops, name: str, by: str) -> None:
    _agree(shops["two currencies"], name, by)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False), orders=st.integers(1, 40))
def test_so_are_those_of_any_small_shop(random: Random, orders: int) -> None:
    with tempfile.TemporaryDirectory() as folder, make_random(Path(folder) / "shop", random, orders=orders) as shop:
        _agree(shop, "overview")
        _agree(shop, "categories", "item")
