"""The command that looks for dark patterns: fairness."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.fairness.finding import Checked, Fairness

_BLOCKED = 2  # the exit code of what the user has to mend


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(fairness)


def fairness(
    live: Annotated[bool, typer.Option("--live", help="Check what is published, instead of pairwell.toml.")] = False,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Look settings and own texts through for dark patterns, as publish does; exit code 2 where it would refuse."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.fairness(live=live)
    print_json(found) if as_json else print_lines(_lines(found, "What is live" if live else "pairwell.toml"))
    if found.blocked:
        raise typer.Exit(_BLOCKED)


def _lines(found: Fairness, of: str) -> Iterator[str]:
    texts = "; own texts cannot be read now" if found.texts is None else f" and {counted(found.texts, 'own text')}"
    yield f"{of}{texts}, looked through for dark patterns."
    for pattern in found.patterns:
        yield from ("", *_pattern_lines(pattern))
    yield ""
    yield from (f"The waiver {name!r} is of no words that stand anywhere: take it out." for name in found.idle)
    refused = "publish refuses" if of == "pairwell.toml" else "these must not stay live"
    yield f"{counted(len(found.blocking), 'finding')}: {refused}." if found.blocked else "Nothing that publish refuses."


def _pattern_lines(pattern: Checked) -> Iterator[str]:
    from pairwell.fairness.check import tell_finding

    yield f"{pattern.label} ({pattern.pattern}): {'' if pattern.findings else 'nothing found'}".rstrip(" ")
    for one in pattern.findings:
        mark = "waived" if one.waived is not None else "REFUSED" if one.blocks else "to know"
        first, *rest = tell_finding(one)
        yield f"  {mark}  {first}"
        yield from (f"    {line}" for line in rest)
    if not pattern.findings:
        yield f"  {pattern.about}"
        yield f"  against: {'; '.join(pattern.sources)}"
