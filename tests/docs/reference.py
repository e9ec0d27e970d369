"""Writes docs/reference.md from the code: `python -m tests.docs.reference`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from pairwell import errors
from pairwell.cli.main import app
from pairwell.cli.unforeseen import DEBUG_NAME
from pairwell.config.document import render_settings
from pairwell.config.settings import Settings
from pairwell.errors import PairwellError, exit_code, http_status

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference.md"


def render_reference() -> str:
    """The whole page."""
    return "\n".join([*_head(), *_commands(), "", *_settings(), "", *_errors(), ""])


def _head() -> Iterator[str]:
    yield "# Reference"
    yield ""
    yield "Written from the code by `python -m tests.docs.reference`; a test holds the two equal."
    yield ""


def _commands() -> Iterator[str]:
    yield "## Commands"
    yield ""
    yield "Exit codes: 0 done, 1 our fault, 2 the input's or the user's. `--json` prints one document and nothing else."
    yield "The trace of a failure that nobody foresaw is kept in `.pairwell/faults` (without a workspace, among the"
    yield f"machine's temporary files), and printed too where `{DEBUG_NAME}` is set."
    yield ""
    yield "| command | does |"
    yield "|---|---|"
    root: Any = typer.main.get_command(app)
    for name, command in _leaves(root, "pairwell"):
        options = " ".join(_option(parameter) for parameter in command.params if parameter.name != "help")
        yield f"| `{name} {options}`".rstrip() + f" | {(command.help or '').strip()} |"


def _leaves(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _leaves(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _option(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return parameter.metavar or parameter.name.upper()  # type: ignore[no-any-return]
    name = max(parameter.opts, key=len)
    return f"[{name}]" if parameter.is_flag else f"[{name} {parameter.name.upper()}]"


def _settings() -> Iterator[str]:
    yield "## Settings"
    yield ""
    yield "`pairwell init` writes this file. A change counts after `pairwell publish`; any other name is an error."
    yield ""
    yield "```toml"
    yield render_settings(Settings()).strip()
    yield "```"


def _errors() -> Iterator[str]:
    yield "## Errors"
    yield ""
    yield "| code | HTTP status | exit code | error |"
    yield "|---|---|---|---|"
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, PairwellError):
            error = kind("spark") if kind is errors.MissingExtraError else kind("")
            yield f"| `{kind.code}` | {http_status(error)} | {exit_code(error)} | `{kind.__name__}` |"


if __name__ == "__main__":
    PAGE.write_text(render_reference(), encoding="utf-8")
