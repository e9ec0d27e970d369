"""What is said of rows dated later than now: they are taken, since a clock or a time zone may be off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import ibis

from pairwell.dataset.store import Dataset
from pairwell.wording import counted

_DATED: Final = {"orders": ("placed_at", "order"), "returns": ("at", "return"), "events": ("at", "event")}


def note_ahead(dataset: Dataset, incoming: Mapping[str, Path], now: datetime) -> Iterator[str]:
    """A sentence for each table with rows of the future, naming how many and the latest day."""
    for table, (column, one) in _DATED.items():
        if table in incoming:
            rows = dataset.engine.read_parquet(incoming[table])
            later = rows.filter(rows[column] > ibis.literal(now, type="timestamp('UTC', 6)"))
            found = later.aggregate(rows=later.count(), latest=later[column].max()).to_pyarrow().to_pylist()[0]
            if found["rows"]:
                verb = "is" if found["rows"] == 1 else "are"
                yield (
                    f"{counted(found['rows'], one)} {verb} dated later than now, up to {found['latest']:%Y-%m-%d}. "
                    "Taken all the same: check `dates` in the mapping, `shop.timezone`, and the file."
                )
