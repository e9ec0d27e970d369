"""One shop for all that is told of its sellers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.advise.stores.counters import make_counter

from pairwell.shop.face import Shop


@pytest.fixture(scope="package")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """It takes some seconds to learn from; nothing changes it."""
    with make_counter(tmp_path_factory.mktemp("counter")) as shop:
        yield shop
