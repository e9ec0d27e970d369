"""Files of experiments with two arms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pairwell.measure.comparing.experiment import Design, Metric
from pairwell.shop.experimenting import Columns

BY_CUSTOMER = Columns(arm="arm", unit="customer")


def write(path: Path, rows: Sequence[Sequence[object]], header: str = "customer,arm,spend") -> Path:
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def two_arms(n: int = 40) -> list[list[object]]:
    """Every second customer in the control; spend of 0..4, one more in the other arm."""
    return [[f"c{k:03}", ("control", "offers")[k % 2], k // 2 % 5 + k % 2] for k in range(2 * n)]


def design(*names: str, **more: Any) -> Design:
    metrics = []
    for name in names:
        above, _, below = name.partition("/")
        metrics.append(Metric(name=name, above=above, below=below or None))
    return Design(metrics=metrics, **more)
