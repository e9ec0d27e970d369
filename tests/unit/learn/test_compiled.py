from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pairwell.learn import compiled
from pairwell.learn.compiled import tight

_DAY = 86_400


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of sources, and a home."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folder = tmp_path / "room"
    folder.mkdir()
    (folder / "loops.py").write_text("def loop(): pass\n")
    return folder


def _folder(room: Path) -> str | None:
    return compiled._folder.__wrapped__(room)


def test_another_state_of_the_sources_has_another_folder(room: Path) -> None:
    before = _folder(room)
    (room / "other.py").write_text("changed = True")

    assert before != _folder(room)


def test_a_new_folder_removes_those_unused_for_a_week_and_no_others(room: Path) -> None:
    unused, used, foreign = (room / "__pycache__" / name for name in ("loops-old", "loops-used", "other"))
    for folder, days in ((unused, 8), (used, 6), (foreign, 8)):
        folder.mkdir(parents=True)
        past = folder.stat().st_mtime - days * _DAY
        os.utime(folder, (past, past))

    _folder(room)

    assert (unused.exists(), used.exists(), foreign.exists()) == (False, True, True)


def test_a_room_that_cannot_be_written_gives_its_place_to_the_home(room: Path) -> None:
    (room / "__pycache__").write_text("no folder")

    assert Path(str(_folder(room))).parent == Path.home() / ".cache" / "pairwell"


def test_where_nothing_can_be_written_loops_are_compiled_in_memory(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (room / "__pycache__").write_text("no folder")
    Path.home().write_text("no folder")
    assert _folder(room) is None

    monkeypatch.setattr(compiled, "_folder", lambda _: None)

    assert tight(_twice)(4) == 8


def _twice(number: int) -> int:
    return 2 * number


def test_processes_that_start_at_once_agree(room: Path) -> None:
    code = "import sys, pathlib, pairwell.learn.compiled as c; print(c._folder(pathlib.Path(sys.argv[1])))"
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(room)], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]

    assert len({one.communicate()[0] for one in started}) == 1
