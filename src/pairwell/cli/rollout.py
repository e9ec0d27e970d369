"""What the commands that change what is live have in common: who, why, and how it is told."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import print_table, when

if TYPE_CHECKING:
    from datetime import datetime

    from pairwell.config.standing import Standing
    from pairwell.operations.switch import Switched

Author = Annotated[str | None, typer.Option(help="Who does it; else who is logged in.")]
Why = Annotated[str | None, typer.Option("--reason", help="Why, for those who look later.")]
Share = Annotated[
    float | None, typer.Option(help="Only for this share of the customers, 0.1 for a tenth; the same ones stay in it.")
]
_DID = {"published": "everybody", "withdrawn": "withdrawn", "rolled_back": "everybody, back"}


def author_of(author: str | None) -> str | None:
    """Who does it: as said, else who is logged in; None where the machine does not know."""
    if author is not None:
        return author
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None


def rollout_lines(first: Standing | None, what: str, finish: str, end: str) -> Iterator[str]:
    """A roll-out that is under way; nothing where none is."""
    if first is None:
        return
    if first.experiment is not None:
        name = first.experiment.name
        yield f"Experiment {name}: {what} {first.canary} for {percent(first.share)} of the customers{told_by(first)}."
        yield f"  `pairwell experiment read {name}` says what it shows, `pairwell experiment stop {name}` ends it"
        return
    yield f"Roll-out: {what} {first.canary} for {percent(first.share)} of the customers{told_by(first)}."
    yield f"  `{finish}` makes it everybody's, `{end}` ends it"


def off_lines(off: Switched | None) -> Iterator[str]:
    """That nobody gets offers; nothing where they are on."""
    if off is not None:
        yield f"OFFERS ARE OFF for everybody{told_by(off)}."
        yield "  `pairwell offers on` ends that"


def told_by(said: Standing | Switched) -> str:
    """Since when, by whom and why, as far as that was said."""
    since = "" if said.at is None else f" since {when(said.at)} UTC"
    by = f" by {said.author}" if said.author else ""
    return f"{since}{by}{f': {said.reason}' if said.reason else ''}"


def print_log(log: Sequence[Standing], what: str) -> None:
    """Everything that was made live, newest first."""
    print_table(
        ("when (UTC)", what, "for", "by", "reason"),
        [(_moment(one.at), one.what, _for_whom(one), one.author, one.reason) for one in reversed(log)],
    )


def percent(share: float) -> str:
    """A share in per cent, without zeros that say nothing."""
    return f"{100 * share:.3g}%"


def _for_whom(one: Standing) -> str:
    return percent(one.share) if one.did == "shared" else _DID[one.did]


def _moment(at: datetime | None) -> str | None:
    return None if at is None else when(at)
