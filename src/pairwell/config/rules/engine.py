"""CEL, the Common Expression Language: conditions compiled once and run many times."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any, Protocol


class Context(Protocol):
    """Values for programs; one thread's only."""

    def add_variable(self, name: str, value: object, /) -> None: ...


class Program(Protocol):
    """A compiled condition."""

    def execute(self, context: Context, /) -> object: ...

    def variables(self) -> list[str]: ...


class ConditionError(Exception):
    """A condition that cannot be worked out with the values it got."""


def compile_condition(source: str) -> Program:
    """The program of a condition. Raises `ValueError` with line and column where it is no CEL."""
    program: Program = _library().compile(source)
    return program


def make_context(values: Mapping[str, Any]) -> Context:
    """Values as programs take them; cheaper by far for plain values than for maps."""
    context: Context = _library().Context(values)
    return context


def run(program: Program, context: Context) -> bool:
    """What the condition says: true or false. Raises `ConditionError` where it says neither."""
    result = work_out(program, context)
    if result is not True and result is not False:
        raise ConditionError(f"it gives {type(result).__name__}, neither true nor false")
    return result


def work_out(program: Program, context: Context) -> object:
    """What the program gives. Raises `ConditionError` where it fails with these values."""
    try:
        return program.execute(context)
    except Exception as error:
        raise ConditionError(_plain(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # only the compiled library's own failure is a rule's failure
            raise
        raise ConditionError(str(error)) from error


def _plain(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"there is no {error}"
    return str(error).split(". ")[0].removesuffix(".")


@lru_cache(maxsize=1)
def _library() -> ModuleType:
    """The compiled part of the package `cel`: the package itself loads a command line with all that takes."""
    name = "cel.cel"
    if name in sys.modules:
        return sys.modules[name]
    package = find_spec("cel")
    places = None if package is None else package.submodule_search_locations
    spec = None if places is None else PathFinder.find_spec(name, places)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("common-expression-language is not installed", name=name)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[name] = module
    return module
