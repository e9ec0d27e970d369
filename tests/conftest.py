"""What every test may ask for."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

from pairwell.config.workspace import Workspace, create_workspace

_ROOT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Search for garbage more seldom, and not among modules and tests, which stay: an eighth of the time went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data sets; the test is skipped where it is absent."""
    folder = Path(os.environ.get("PAIRWELL_DATA") or _ROOT.parent / "shared" / "data").resolve()
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set PAIRWELL_DATA to the folder that holds it")
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A new workspace with default settings, nothing published."""
    return create_workspace(tmp_path / "shop")
