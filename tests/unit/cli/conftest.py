"""A small simulated shop that was ingested and learned from once, and a way to run commands in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pairwell import create
from pairwell.cli.main import app
from pairwell.simulate.exports import Exported, write_exports
from pairwell.simulate.size import ShopSize
from pairwell.simulate.world import make_shop

Command = Callable[..., Result]
SMALL = ShopSize(items=60, customers=300, orders=3_000, days=400)


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Three files as a shop would export them."""
    return write_exports(make_shop(3, size=SMALL), tmp_path_factory.mktemp("exports"))


@pytest.fixture(scope="session")
def learned_once(exports: Exported, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learned") / "shop"
    with create(folder) as shop:
        for table, path in (("items", exports.items), ("customers", exports.customers), ("orders", exports.orders)):
            shop.ingest(table, path)
        shop.learn()
    return folder


@pytest.fixture
def learned(learned_once: Path, tmp_path: Path) -> Path:
    """A copy of the learned workspace, for one test to change."""
    return Path(shutil.copytree(learned_once, tmp_path / "learned"))


@pytest.fixture
def pairwell() -> Command:
    """Run a command; an error of ours comes back as `result.exception`."""
    runner = CliRunner()

    def run(*words: object) -> Result:
        return runner.invoke(app, [str(word) for word in words])

    return run
