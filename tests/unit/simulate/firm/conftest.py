"""Firms that the tests look at; nothing in a firm changes, so that one serves all."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairwell.simulate.firm.exports import write_firm
from pairwell.simulate.firm.size import FirmSize
from pairwell.simulate.firm.truth import Truth, find_truth
from pairwell.simulate.firm.world import Firm, make_firm

from .reading import Files, read_files

SMALL = FirmSize(accounts=90, months=12)


@pytest.fixture(scope="session")
def little() -> Firm:
    return make_firm(3, size=SMALL)


@pytest.fixture(scope="session")
def little_files(little: Firm, tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder: Path = tmp_path_factory.mktemp("firm")
    return read_files(write_firm(little, folder))


@pytest.fixture(scope="session")
def firm() -> Firm:
    """The default firm of seed 1."""
    return make_firm(1)


@pytest.fixture(scope="session")
def truth(firm: Firm) -> Truth:
    return find_truth(firm)
