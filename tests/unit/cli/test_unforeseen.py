from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from pairwell import create
from pairwell.cli.main import run
from pairwell.shop.face import Shop


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A workspace in which `pairwell status` meets a fault of ours."""

    def fail(_: Shop) -> None:
        raise ZeroDivisionError("division by zero")

    create(tmp_path / "shop").close()
    monkeypatch.setattr(Shop, "status", fail)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / "shop"


def ended(monkeypatch: pytest.MonkeyPatch, *words: str) -> object:
    monkeypatch.setattr(sys, "argv", ["pairwell", *words])
    with pytest.raises(SystemExit) as ended:
        run()
    return ended.value.code


@pytest.mark.parametrize("words", [("--workspace", "{}"), ("--workspace={}",)])
def test_a_fault_of_ours_is_one_clear_line_and_its_trace_is_kept(
    failing: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert ended(monkeypatch, "status", *(word.format(failing) for word in words)) == 1
    told = capsys.readouterr()
    (kept,) = (failing / ".pairwell" / "faults").iterdir()
    first, second = told.err.splitlines()
    assert first.startswith("Error: Pairwell itself failed")
    assert "ZeroDivisionError: division by zero" in first
    assert str(kept) in second
    assert "Traceback" not in told.err
    assert "Traceback (most recent call last)" in kept.read_text(encoding="utf-8")
    assert not told.out


def test_without_a_workspace_the_trace_is_a_temporary_file(
    failing: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("spam")

    monkeypatch.setattr("pairwell.cli.workspace.print_lines", fail)
    ended(monkeypatch, "init", str(failing.parent / "other"))
    (kept,) = failing.parent.glob("pairwell-*.txt")
    assert str(kept) in capsys.readouterr().err


def test_the_trace_is_said_where_it_is_asked_for_or_cannot_be_kept(
    failing: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAIRWELL_DEBUG", "1")
    ended(monkeypatch, "status", "--workspace", str(failing))
    assert "Traceback" in capsys.readouterr().err
    monkeypatch.delenv("PAIRWELL_DEBUG")
    monkeypatch.setattr(Path, "write_text", _full)
    ended(monkeypatch, "status", "--workspace", str(failing))
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert "could not be written" in told


def _full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")
