"""The models that are kept, which of them is live and for whom, and how that came about."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from pairwell.config.standing import Standing, read_log, read_standing
from pairwell.model.manifest import Manifest
from pairwell.model.store import ListedModel, list_models

_ENTRIES = 30  # of the log
_METRIC = "hr@10"


class KeptModel(msgspec.Struct, frozen=True, kw_only=True):
    """One model; one that cannot be used says its `problem`, and nothing else is known of it."""

    id: str
    problem: str | None
    live: bool  # for everybody
    first_share: float | None  # of the customers, who get it first; None: it is not being rolled out
    as_of: datetime | None = None  # nothing later was read
    created_by: str | None = None  # version of pairwell
    orders: int | None = None
    items: int | None = None
    pairs: int | None = None
    cases: int | None = None  # of the newest orders, hidden from a twin of the model
    hit_rate: float | None = None  # share of them found among the first ten
    hit_rate_ci: tuple[float, float] | None = None  # 95 %


class KeptModels(msgspec.Struct, frozen=True, kw_only=True):
    """All that are kept, newest first, and what is live of them."""

    timezone: str
    standing: Standing | None  # None: nothing was learned yet
    models: list[KeptModel]
    log: list[Standing]  # newest first


def describe_models(models: Path, timezone: str) -> KeptModels:
    """The models of a workspace. Raises `OSError`."""
    return KeptModels(
        timezone=timezone,
        standing=read_standing(models),
        models=[_kept(one) for one in list_models(models)],
        log=read_log(models)[::-1][:_ENTRIES],
    )


def _kept(one: ListedModel) -> KeptModel:
    known = {} if one.manifest is None else _told(one.manifest)
    return KeptModel(id=one.id, problem=one.problem, live=one.current, first_share=one.first_share, **known)


def _told(manifest: Manifest) -> dict[str, Any]:
    found = manifest.validation or {}
    metric = found.get(_METRIC, {})
    interval = metric.get("ci")
    return {
        "as_of": manifest.as_of,
        "created_by": manifest.created_by,
        "orders": manifest.orders,
        "items": manifest.items,
        "pairs": manifest.pairs,
        "cases": found.get("cases"),
        "hit_rate": metric.get("value"),
        "hit_rate_ci": None if interval is None else (interval[0], interval[1]),
    }
