"""Series of touched and untouched groups whose truth is known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from pairwell.measure.before.panel import Panel
from pairwell.measure.before.records import Change

FIRST = date(2025, 1, 6)


def series(seed: int, groups: int = 2, days: int = 210, noise: float = 0.05) -> Any:
    """Daily sums of groups that share their growth, their week and their strays."""
    rng = np.random.default_rng(seed)
    at = np.arange(days)
    common = 1 + at / 1_000 + 0.2 * np.sin(2 * np.pi * at / 7) + rng.normal(0, 0.05, days)
    own = 1 + rng.normal(0, noise, (groups, days))
    return np.linspace(300, 900, groups)[:, None] * common * own


def panel(values: Any, touched: int = 1, **more: Any) -> Panel:
    """The first `touched` groups are touched; every day has rows."""
    return Panel(
        first=FIRST,
        names=[f"g{place}" for place in range(len(values))],
        touched=np.arange(len(values)) < touched,
        **{"rows": np.ones(values.shape, dtype=np.int64), "above": values, **more},
    )


def change(before: int = 182, **more: Any) -> Change:
    return Change(**{"at": FIRST + timedelta(days=before), "metric": "revenue", **more})
