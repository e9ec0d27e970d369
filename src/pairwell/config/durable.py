"""What it takes that a file survives a power cut."""

from __future__ import annotations

import os
from pathlib import Path


def write_synced(path: Path, content: bytes) -> None:
    """Write `content` to `path` and return when the disk has it."""
    path.write_bytes(content)
    sync_file(path)


def replace_synced(path: Path, content: bytes, *, draft: Path | None = None) -> None:
    """Make `content` that of `path`, whole or not at all whatever happens, and return when the disk has it.

    `draft` is the file in the same folder that holds it until then, for who sweeps what a kill leaves behind.
    """
    draft = draft or path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}")
    try:
        write_synced(draft, content)  # before it takes the name: else a power cut leaves the name of an empty file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


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
