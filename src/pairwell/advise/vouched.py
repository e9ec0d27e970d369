"""What the business vouches for: what features and units of use save, and the stories of customers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from pairwell.advise.billing.case import Benefit
from pairwell.advise.moves.terms import Told
from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures


def read_benefits(dataset: Dataset, *, snapshot: Snapshot | None = None) -> tuple[Benefit, ...]:
    """All of them, by feature and meter."""
    with storage_failures():
        rows = dataset.table("benefits", snapshot=snapshot).order_by("feature", "meter").to_pyarrow().to_pylist()
    return tuple(map(_benefit, rows))


def read_stories(dataset: Dataset, *, snapshot: Snapshot | None = None) -> tuple[Told, ...]:
    """All of them in every language, by id."""
    with storage_failures():
        rows = dataset.table("stories", snapshot=snapshot).order_by("story_id", "locale").to_pyarrow().to_pylist()
    return tuple(msgspec.convert(row, Told) for row in rows)


def _benefit(row: dict[str, Any]) -> Benefit:
    return Benefit(
        feature=row["feature"] or None,
        meter=row["meter"] or None,
        money_minor=None if row["money_minor"] is None else Decimal(row["money_minor"]),
        minutes=None if row["minutes"] is None else Decimal(f"{row['minutes']:.12g}"),
        text=row["text"],
    )
