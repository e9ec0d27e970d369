"""Events with as little said as a test of visits needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

import pyarrow as pa
import pyarrow.parquet as pq
from tests.orders import START

from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import TABLES
from pairwell.events import Behaviour

_TYPES = {"v": "view", "c": "add_to_cart", "r": "remove_from_cart", "s": "search"}


def visits_of(*ways: str, hours_apart: float = 24.0, customer: str | None = None) -> list[Behaviour]:
    """Events from words such as "va vb cb": a view of a, a view of b, b put into the cart; one minute a step.

    Each word is a visit of a visitor of its own, one every `hours_apart` hours.
    """
    names = count()
    return [
        _event(
            f"e{next(names):06}", step, START + timedelta(hours=number * hours_apart, minutes=place), number, customer
        )
        for number, way in enumerate(ways)
        for place, step in enumerate(way.split())
    ]


def add_events(workspace: Workspace, events: Sequence[Behaviour]) -> Dataset:
    """The dataset of the workspace with these events in it."""
    rows = [{name: getattr(event, name) for name in event.__struct_fields__} for event in events]
    path = workspace.root / "staged-events.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=TABLES["events"].schema), path)
    dataset = Dataset(workspace)
    dataset.merge({"events": path}, source=Source(name="log", files=("log",), at=START, rows={}), now=START)
    return dataset


def _event(name: str, step: str, at: datetime, visit: int, customer: str | None) -> Behaviour:
    return Behaviour(
        event_id=name,
        at=at,
        type=_TYPES[step[0]],  # type: ignore[arg-type]
        customer_id=customer,
        visitor_id=f"v{visit:05}",
        item_id=step[1:] or None,
    )
