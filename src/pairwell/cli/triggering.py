"""Commands for what follows events unasked: triggers list, dead, resend, test, on, off, run, emails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines, print_table, when
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.triggers.records import Pinged, Resent, Standing, Worked

_group = typer.Typer(help="Offers that follow an event unasked, by webhook or e-mail.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a trigger, as `triggers list` shows it.")]
Format = Literal["csv", "jsonl"]


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.add_typer(_group, name="triggers")


@_group.command(name="list")
def list_triggers(workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """List the live triggers, and how each is doing."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.triggers.list()
    if as_json:
        print_json({"triggers": found})
    elif found:
        heads = ("trigger", "on", "to", "is", "waiting", "delivered", "dead", "silent")
        print_table(heads, [_row(one) for one in found], numeric=(4, 5, 6, 7))
        print_lines(_more(found))
    else:
        print_lines(["No triggers: write [[triggers]] in pairwell.toml and run `pairwell publish`; docs/triggers.md."])


@_group.command()
def dead(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Of this trigger only.")] = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """List the offers that could not be delivered, and why."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.triggers.dead(name)
    if as_json:
        print_json({"dead": found})
    elif found:
        heads = ("id", "trigger", "reason", "tries", "last try", "valid until", "error")
        rows = [
            (
                one.id,
                one.trigger,
                one.reason,
                one.tries,
                None if one.tried_at is None else when(one.tried_at),
                when(one.valid_until),
                one.error,
            )
            for one in found
        ]
        print_table(heads, rows, numeric=(3,))
    else:
        print_lines(["No dead letters."])


@_group.command()
def resend(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID…", help="As `triggers dead` lists them.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that are still valid.")] = False,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Let dead letters be sent again; never an offer that is over."""
    from pairwell import open as open_workspace

    if bool(ids) == everything:
        raise typer.BadParameter("Name ids, as `triggers dead` lists them, or say --all.")
    with open_workspace(workspace) as shop:
        done = shop.triggers.resend(ids or None)
    if as_json:
        print_json(done)
        return
    print_lines(_resent_lines(done))


@_group.command(name="test")
def ping(name: Name, workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """Send a signed ping to a trigger's webhook, and say what came back."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        came = shop.triggers.test(name)
    if as_json:
        print_json(came)
    else:
        print_lines(_ping_lines(came))
    if not came.delivered:
        raise typer.Exit(2)


@_group.command(name="on")
def switch_on(name: Name, workspace: InWorkspace = None) -> None:
    """Let a trigger work again; what happened while it was off triggers nothing."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        changed = shop.triggers.switch_on(name)
    print_lines([f"{name} is on{'' if changed else ', as it was'}."])


@_group.command(name="off")
def switch_off(name: Name, workspace: InWorkspace = None) -> None:
    """Let a trigger rest: it decides nothing, and what waits is not sent."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        changed = shop.triggers.switch_off(name)
    print_lines([f"{name} is off{'' if changed else ', as it was'}. `pairwell triggers on {name}` ends that."])


@_group.command()
def run(
    once: Annotated[bool, typer.Option("--once", help="Do what is due, and end.")] = False,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Work on triggers without `serve`: until Ctrl-C, or once, as from cron."""
    from pairwell import open as open_workspace

    if not once:
        from pairwell.config.workspace import find_workspace
        from pairwell.serve.triggering import run as run_on

        run_on(find_workspace(workspace))
        return
    with open_workspace(workspace) as shop:
        done = shop.triggers.run_once()
    if as_json:
        print_json(done._asdict())
        return
    print_lines([_worked(done)])


@_group.command()
def emails(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write; there is none yet.")],
    *,
    form: Annotated[Format, typer.Option("--format", help="csv or jsonl.")] = "csv",
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Write the offers that wait for an e-mail, in the columns of `export email`; each is taken once."""
    from pairwell import open as open_workspace
    from pairwell.errors import UserError
    from pairwell.shop.exports.mailing import write_messages
    from pairwell.shop.exports.writing import as_text, writing

    if file.exists():
        said = f"There is a file {file} already, and its rows are nowhere else: each is taken once."
        raise UserError(said, hint="Name another file, as with the date in it.", field="file")
    with open_workspace(workspace) as shop:
        rows = shop.triggers.emails()
        spoken = [(row.customer_id, row.answer) for row in rows]
        with writing(file, private=True) as stream, as_text(stream) as text:
            written, offers = write_messages(text, spoken, shop.published.settings.slots.max, form)
        shop.triggers.emailed(rows)  # only now: where the disk refused, they still wait
    if as_json:
        print_json({"rows": written, "offers": offers, "file": str(file)})
        return
    print_lines([f"{counted(written, 'row')} with {counted(offers, 'offer')}, written to {file}."])


def _row(one: Standing) -> tuple[object, ...]:
    state = "off" if one.off_since else "stuck" if one.problem else "on"
    silent = sum(one.silent_by_reason.values())
    return one.name, one.on, one.to, state, one.due + one.waiting, one.delivered, one.dead, silent


def _more(found: list[Standing]) -> Iterator[str]:
    for one in found:
        if one.off_since is not None:
            yield f"{one.name} is off since {when(one.off_since)}. {one.problem}"
        elif one.problem is not None:
            yield f"{one.name} cannot work: {one.problem}"
        for reason, number in sorted(one.silent_by_reason.items(), key=lambda pair: (-pair[1], pair[0])):
            yield f"  {number:>9,} silent: {reason}"
        if one.last_error is not None:
            yield f"  {one.name}, last error: {one.last_error}"
        if one.next_try_at is not None:
            yield f"  {one.name}, next try: {when(one.next_try_at)}"
        if one.dead:
            yield f"  `pairwell triggers dead {one.name}` lists what could not be delivered"


def _resent_lines(done: Resent) -> Iterator[str]:
    yield f"{counted(len(done.resent), 'offer')} will be sent again."
    for one, why in done.refused.items():
        yield f"  {one} is not: {why}"


def _ping_lines(came: Pinged) -> Iterator[str]:
    if came.delivered:
        yield f"{came.url} took the ping: {came.status}, after {came.seconds:.2f} s."
    else:
        yield f"{came.url} did not take the ping: {came.error}, after {came.seconds:.2f} s."
    if came.said:
        yield f"  It said: {came.said}"


def _worked(done: Worked) -> str:
    return (
        f"{counted(done.taken, 'event')} taken, {counted(done.offers, 'offer')} made, {done.silent:,} silent; "
        f"{done.delivered:,} delivered, {done.failed:,} failed, {done.dead:,} dead."
    )
