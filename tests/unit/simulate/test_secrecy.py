"""The simulated shop knows nothing of the rooms that it tests, and they nothing of it."""

from __future__ import annotations

import ast
from pathlib import Path

import pairwell.errors

_SOURCE = Path(pairwell.errors.__file__).parent
_MAY_IMPORT = {"simulate", "events", "plans", "records", "clock", "errors"}
_MAY_KNOW = {"simulate", "backtest", "shop", "cli"}


def test_simulate_imports_no_room_that_it_tests() -> None:
    for path in (_SOURCE / "simulate").rglob("*.py"):
        assert rooms_imported_by(path) <= _MAY_IMPORT, path.name


def test_no_room_under_test_imports_the_truth() -> None:
    for path in _SOURCE.rglob("*.py"):
        if path.relative_to(_SOURCE).parts[0].removesuffix(".py") not in _MAY_KNOW:
            assert "simulate" not in rooms_imported_by(path), path.name


def rooms_imported_by(path: Path) -> set[str]:
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    modules = [node.module for node in tree if isinstance(node, ast.ImportFrom) and node.module]
    return {module.split(".")[1] for module in modules if module.startswith("pairwell.")}
