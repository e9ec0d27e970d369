from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from pairwell.config.durable import replace_synced


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_disk_has_the_content_before_the_name_and_the_name_before_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def watched_sync(descriptor: int) -> None:
        done.append("sync folder" if os.path.samestat(os.fstat(descriptor), tmp_path.stat()) else "sync file")
        sync(descriptor)

    def watched_replace(path: Path, target: Path) -> Path:
        done.append(f"take the name {target.name}")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", watched_sync)
    monkeypatch.setattr(Path, "replace", watched_replace)
    replace_synced(tmp_path / "current", b"new")
    assert done == ["sync file", "take the name current", "sync folder"]
    assert names(tmp_path) == ["current"]


def test_a_full_disk_leaves_what_was_there_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    replace_synced(tmp_path / "current", b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_synced(tmp_path / "current", b"new", draft=tmp_path / ".mine")
    assert (tmp_path / "current").read_bytes() == b"old"
    assert names(tmp_path) == ["current"]
