"""What it takes that a file survives a power cut."""

from __future__ import annotations

import os
from pathlib import Path


def write_synced(path: Path, content: bytes) -> None:
    """Write `content` to `path` and return when the disk has it."""
    path.write_bytes(content)
    sync_file(path)


def sync_file(path: Path) -> None:
    """Return when the disk has the content of the file `path`."""
    _sync(path, os.O_RDWR)


def sync_folder(path: Path) -> None:
    """Return when the disk has the names in the folder `path`."""
    _sync(path, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
