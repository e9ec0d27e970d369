"""Commands for the kill switch: offers off, on, log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines, print_table, when
from pairwell.cli.rollout import Author, Why, author_of, off_lines

if TYPE_CHECKING:
    from pairwell.operations.switch import Switched

offers = typer.Typer(help="Silence every offer at once, or let them speak again.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.add_typer(offers, name="offers")


@offers.command("off")
def off(author: Author = None, reason: Why = None, workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """Offers nothing to anybody from the next decision on, in every process on every host; nothing is published."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        turned = shop.rollout.offers_off(author_of(author), reason)
        now = turned or shop.rollout.silenced_by()
    _tell(turned, now, as_json, already="They were off already; who put them off first is kept.")


@offers.command("on")
def on(author: Author = None, reason: Why = None, workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """Let offers be made again."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        turned = shop.rollout.offers_on(author_of(author), reason)
    _tell(turned, None, as_json, already="They were on already.")


@offers.command("log")
def log(workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """Say whether offers are on, and who put them off and on, when and why; newest first."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        turns = shop.rollout.turns()
    if as_json:
        print_json({"off": bool(turns) and turns[-1].off, "turns": turns})
        return
    now = turns[-1] if turns and turns[-1].off else None
    print_lines(off_lines(now) if now else ["Offers are on."])
    if turns:
        print_lines([""])
        print_table(
            ("turn", "when (UTC)", "offers", "by", "reason"),
            [
                (turn.number, when(turn.at), "off" if turn.off else "on", turn.author or None, turn.reason or None)
                for turn in reversed(turns)
            ],
            numeric=(0,),
        )


def _tell(turned: Switched | None, now: Switched | None, as_json: bool, *, already: str) -> None:
    if as_json:
        print_json({"off": now is not None, "turn": turned})
        return
    if turned is None:
        print_lines([already])
    print_lines(off_lines(now) if now else ["Offers are on."])
