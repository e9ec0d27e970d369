"""The `pairwell` command: its groups, and what a failure prints."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pairwell import __version__
from pairwell.cli import (
    accounts,
    associations,
    customers,
    deciding,
    demo,
    evaluation,
    experimenting,
    exporting,
    fairness,
    holding,
    ingesting,
    keeping,
    keys,
    learning,
    loyalty,
    offers,
    playing,
    relating,
    reporting,
    sellers,
    serving,
    setup,
    simulating,
    triggering,
    users,
    workspace,
)
from pairwell.cli.unforeseen import tell_unforeseen
from pairwell.clock import system_clock
from pairwell.errors import PairwellError, exit_code


class _Commands(TyperGroup):
    """The commands; a value that is none of those an option takes is told in words of the command line alone."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - a context of click, and what a command gives
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise


app = typer.Typer(
    name="pairwell",
    cls=_Commands,
    help="Learn from your orders what to offer beside a purchase, decide whether to offer it, and say why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pairwell {__version__}")
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options that stand before the command."""


for group in (
    demo,
    workspace,
    ingesting,
    holding,
    customers,
    learning,
    associations,
    relating,
    deciding,
    playing,
    evaluation,
    experimenting,
    simulating,
    reporting,
    accounts,
    sellers,
    loyalty,
    serving,
    offers,
    setup,
    fairness,
    exporting,
    triggering,
    keys,
    users,
    keeping,
):
    group.register(app)


def run() -> None:
    """Run the command line; a failure is told on stderr and by the exit code."""
    try:
        app()
    except PairwellError as error:
        _tell(error)
        sys.exit(exit_code(error))
    except BrokenPipeError:
        # The reader of our output went away (`| head`); there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the last door: whatever comes here is told, and its trace is kept
        for line in tell_unforeseen(error, system_clock(), sys.argv[1:]):
            typer.echo(line, err=True)
        sys.exit(1)


def _tell(error: PairwellError) -> None:
    typer.echo(f"Error: {error.message}", err=True)
    if error.hint:
        typer.echo(f"  {error.hint}", err=True)
