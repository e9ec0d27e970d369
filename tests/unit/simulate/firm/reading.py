"""The files of a firm, read as anybody would who has nothing else."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

Row = dict[str, str]
Files = dict[str, list[Row]]


def read_files(paths: Mapping[str, Path]) -> Files:
    return {table: _read(path) for table, path in paths.items()}


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def accounts_with_a_trace(files: Files, end: str) -> set[str]:
    """Accounts of which a file says something that may speak against a pitch, as the history ends."""
    opened: Counter[str] = Counter()
    score: dict[str, float] = {}
    for row in sorted(files["feedback"], key=lambda row: row["at"]):
        opened[row["customer_id"]] += {"ticket_opened": 1, "ticket_closed": -1}.get(row["kind"], 0)
        if row["kind"] == "csat":
            score[row["customer_id"]] = float(row["score"])
    return {
        row["account_id"]
        for row in files["accounts"]
        if row["stage"] == "onboarding"
        or row["payment"] == "late"
        or row["champion"] == "left"
        or row["later_until"] > end
        or opened[row["account_id"]] > 0
        or score.get(row["account_id"], 5) <= 2
    }
