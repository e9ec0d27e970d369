"""The plan of the rooms, enforced where the import linter cannot see."""

from __future__ import annotations

import ast
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


@pytest.mark.parametrize("path", INNER_INITS, ids=name)
def test_an_inner_init_is_a_docstring(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert len(body) == 1, f"{name(path)} holds more than its docstring; import from the module that owns a name"
    assert isinstance(body[0], ast.Expr)
    assert isinstance(body[0].value, ast.Constant)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_stays_within_its_budget(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES_OF_A_MODULE
    long = [
        f"{node.name} ({_length(node)} lines)"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > MOST_LINES_OF_A_FUNCTION
    ]
    assert not long


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_nothing_is_called_by_a_name_that_says_nothing() -> None:
    empty_words = {"utils", "util", "common", "helpers", "helper", "manager", "data", "info", "misc"}
    assert not [name(p) for p in MODULES if p.stem in empty_words or p.parent.name in empty_words]


def module(path: Path) -> str:
    return ".".join(("pairwell", *path.relative_to(SOURCE).with_suffix("").parts))


def imported(path: Path) -> set[str]:
    """Every module that `path` imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
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


@pytest.mark.parametrize("room", ROOMS, ids=name)
def test_no_modules_of_a_room_import_each_other_in_a_circle(room: Path) -> None:
    modules = {module(path): path for path in room.glob("*.py") if path.name != "__init__.py"}
    assert cycle({one: imported(path) & modules.keys() for one, path in modules.items()}) == []


def test_a_circle_is_seen(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / f"{one}.py").write_text(f"def late():\n    from room.{other} import thing\n")
    assert cycle({f"room.{one}": imported(tmp_path / f"{one}.py") & {"room.a", "room.b", "room.c"} for one in "abc"})
