from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from pairwell.cli.demo import _serve


def test_the_demo_goes_on_as_the_command_that_serves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, words: became.append(words))
    _serve(tmp_path, 18_420, 0, 18_422)
    ports = ["--port", "18420", "--pages-port", "0", "--shop-port", "18422"]
    assert became[0][-8:] == ["--workspace", str(tmp_path), *ports]
    told = subprocess.run(became[0], capture_output=True, text=True, check=False)
    assert told.returncode == 2  # there is no workspace, which the command itself says
    assert "Error:" in told.stderr
    assert str(tmp_path) in told.stderr
