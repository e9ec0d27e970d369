from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import TABLES

Tell = Callable[..., Dataset]


@pytest.fixture
def tell(workspace: Workspace, tmp_path: Path) -> Tell:
    """Merge whole rows, given by table name, into a dataset."""
    dataset, numbers = Dataset(workspace), count()

    def run(**tables: list[dict[str, Any]]) -> Dataset:
        now, incoming = datetime(2026, 1, 1, tzinfo=UTC), {}
        for name, rows in tables.items():
            incoming[name] = tmp_path / f"{name}-{next(numbers)}.parquet"
            pq.write_table(pa.Table.from_pylist(rows, schema=TABLES[name].schema), incoming[name])
        dataset.merge(incoming, source=Source(name="crm", files=("a.csv",), at=now, rows={}), now=now)
        return dataset

    return run
