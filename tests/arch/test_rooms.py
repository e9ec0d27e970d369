"""The plan of the rooms, enforced where the import linter cannot see."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "pairwell"
INNER_INITS = sorted(p for p in SOURCE.rglob("__init__.py") if p.parent != SOURCE)
MODULES = sorted(p for p in SOURCE.rglob("*.py") if "migrations/versions" not in p.as_posix())

ROOMS = sorted({p.parent for p in MODULES if p.parent != SOURCE})

MOST_LINES_OF_A_MODULE = 400
MOST_LINES_OF_A_FUNCTION = 40


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module", autouse=True)
def _trees_are_let_go() -> Iterator[None]:
    yield
    tree.cache_clear()


def test_an_inner_init_is_a_docstring() -> None:
    more = [name(path) for path in INNER_INITS if len(tree(path).body) != 1 or not ast.get_docstring(tree(path))]
    assert more == [], "more than a docstring, or none; import from the module that owns a name"


def test_modules_and_functions_stay_within_their_budgets() -> None:
    long = {name(path): lines for path in MODULES if (lines := _lines(path)) > MOST_LINES_OF_A_MODULE}
    long |= {
        f"{name(path)}: {node.name}": _length(node)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > MOST_LINES_OF_A_FUNCTION
    }
    assert long == {}


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_every_module_says_what_it_is_for() -> None:
    assert [name(path) for path in MODULES if not ast.get_docstring(tree(path))] == []


def test_nothing_is_called_by_a_name_that_says_nothing() -> None:
    empty_words = {"utils", "util", "common", "helpers", "helper", "manager", "data", "info", "misc"}
    assert not [name(p) for p in MODULES if p.stem in empty_words or p.parent.name in empty_words]


def module(path: Path) -> str:
    return ".".join(("pairwell", *path.relative_to(SOURCE).with_suffix("").parts))


def imported(path: Path) -> set[str]:
    """Every module that `path` imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def cycle(imports: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_no_modules_of_a_room_import_each_other_in_a_circle() -> None:
    found = {name(room): circle for room in ROOMS if (circle := _circle(room))}
    assert found == {}


def _circle(room: Path) -> list[str]:
    modules = {module(path): path for path in room.glob("*.py") if path.name != "__init__.py"}
    return cycle({one: imported(path) & modules.keys() for one, path in modules.items()})


def test_a_circle_is_seen(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / f"{one}.py").write_text(f"def late():\n    from room.{other} import thing\n")
    assert cycle({f"room.{one}": imported(tmp_path / f"{one}.py") & {"room.a", "room.b", "room.c"} for one in "abc"})
