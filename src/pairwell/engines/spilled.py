"""The folders where Spark spills, one for each process that started it."""

from __future__ import annotations

import os
from pathlib import Path


def spilled_beside(spill: Path) -> Path:
    """Where they lie: beside `spill`, which is swept of what is old: Spark lives for as long as a server does."""
    return spill.with_name("spark")


def folders_of(spilled: Path) -> list[Path]:
    """All of them, by name."""
    return sorted(spilled.iterdir()) if spilled.is_dir() else []


def folders_left(spilled: Path) -> list[Path]:
    """Those of processes that have ended, which could not take theirs away."""
    return [folder for folder in folders_of(spilled) if not _lives(folder.name.partition("-")[0])]


def _lives(process: str) -> bool:
    if os.name != "posix":
        return True  # elsewhere to ask is to end it
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        pass
    return True
