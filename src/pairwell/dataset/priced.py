"""The price list: what every plan cost and gave, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.errors import StorageError
from pairwell.plans import Meter, Plan

_LISTS: Final[dict[str, Any]] = {"meters": tuple[Meter, ...], "features": tuple[str, ...], "requires": tuple[str, ...]}


class PricedFrom(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as it was from a moment on, until its next revision."""

    valid_from: datetime
    plan: Plan


class PriceList(msgspec.Struct, frozen=True, kw_only=True):
    """Every revision of every plan, by plan and moment."""

    revisions: Sequence[PricedFrom]

    def at(self, moment: datetime) -> dict[str, Plan]:
        """By its id each plan that there was at `moment`, as it was then."""
        return {one.plan.plan_id: one.plan for one in self.revisions if one.valid_from <= moment}


def read_price_list(dataset: Dataset, *, snapshot: Snapshot | None = None) -> PriceList:
    """All that is known of plans, for bills of months that are over.

    Raises `StorageError` naming the plan and its moment where a row is damaged.
    """
    with storage_failures():
        rows = dataset.history("plans", snapshot=snapshot).order_by("plan_id", "valid_from").to_pyarrow().to_pylist()
    return PriceList(revisions=[PricedFrom(valid_from=row["valid_from"], plan=_plan(row)) for row in rows])


def read_plans(dataset: Dataset, *, snapshot: Snapshot | None = None, as_of: datetime | None = None) -> dict[str, Plan]:
    """The plans by their ids, as they were at `as_of` (default: all that is known). Raises as `read_price_list`."""
    with storage_failures():
        rows = dataset.table("plans", snapshot=snapshot, as_of=as_of).order_by("plan_id").to_pyarrow().to_pylist()
    return {row["plan_id"]: _plan(row) for row in rows}


def _plan(row: dict[str, Any]) -> Plan:
    try:
        lists = {name: msgspec.json.decode(row[name], type=kind) for name, kind in _LISTS.items()}
        return msgspec.convert({**row, **lists}, Plan, strict=True)
    except (msgspec.MsgspecError, TypeError) as error:
        raise StorageError(
            f"Plan {row['plan_id']!r}, valid from {row['valid_from']:%Y-%m-%d %H:%M}, cannot be read: {error}.",
            hint="Ingest the price list again, or restore the workspace from a backup.",
        ) from error
