"""Commands that keep a workspace safe, small and lawful: backup, restore, forget, compact."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines

if TYPE_CHECKING:
    from pairwell.shop.keeping.forget import Forgotten
    from pairwell.shop.keeping.search import Searched


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(backup)
    app.command()(restore)
    app.command()(forget)
    app.command()(compact)


def backup(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="File to make, a .tar.gz.")],
    *,
    models: Annotated[
        bool, typer.Option("--models/--no-models", help="Models that are live or that decisions name.")
    ] = True,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="Also the secret that turns pseudonyms into customers.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Make one file of operations, dataset, settings, mappings, quarantine and models, while all goes on."""
    from pairwell import open as open_workspace
    from pairwell.shop.keeping.backup import BackupOptions

    with open_workspace(workspace) as shop:
        made = shop.keeping.backup(path, BackupOptions(models=models, secrets=with_secrets, force=force))
    if as_json:
        print_json(made)
        return
    rows = ", ".join(f"{number:,} {name}" for name, number in made.rows.items() if number)
    print_lines(
        [
            f"Made {made.path}: {made.bytes:,} bytes, {made.files:,} files, snapshot {made.snapshot}.",
            f"Rows: {rows or 'none'}",
        ]
    )
    if not made.secrets:
        print_lines(["Without the secret of pseudonyms: keep that apart, or say --with-secrets."])


def restore(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="File that `pairwell backup` made.")],
    *,
    into: Annotated[
        Path, typer.Option(metavar="DIR", envvar="PAIRWELL_WORKSPACE", help="Folder to make the workspace in.")
    ] = Path(),
    force: Annotated[
        bool, typer.Option("--force", help="Replace the workspace and the operations database there.")
    ] = False,
    operations: Annotated[
        str | None, typer.Option(help="URL of another operations database; empty: SQLite in the workspace.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a workspace of a backup, after checking every file of it."""
    from pairwell.shop.keeping.restore import RestoreOptions, restore_backup

    made = restore_backup(path, into, options=RestoreOptions(force=force, operations=operations))
    if as_json:
        print_json(made)
        return
    rows = ", ".join(f"{number:,} {name}" for name, number in made.rows.items() if number)
    print_lines(
        [
            f"Restored {made.workspace} as it was on {made.made_at:%Y-%m-%d %H:%M} UTC, snapshot {made.snapshot}.",
            f"Rows: {rows or 'none'}",
            "Whoever was forgotten since is in it again: run `pairwell forget` for them once more.",
        ]
    )


def forget(
    customer_id: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer, as the shop calls them.")],
    *,
    visitor: Annotated[bool, typer.Option("--visitor", help="It is the id of a visitor.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only search; exit code 1 unless found nowhere.")] = False,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Make a customer unknown everywhere, and prove it by a search of every file and page."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        if check:
            searched = shop.keeping.search(customer_id, visitor=visitor)
            print_json(searched) if as_json else print_lines(_search_lines(searched))
            raise typer.Exit(0 if searched.proven else 1)
        done = shop.keeping.forget(customer_id, visitor=visitor)
    print_json(done) if as_json else print_lines(_forgotten_lines(done))
    if not done.searched.proven:
        raise typer.Exit(1)


def _forgotten_lines(done: Forgotten) -> Iterator[str]:
    yield "Removed:" if done.removed else "Nothing was known of them."
    for name, count in done.removed.items():
        yield f"  {count:,} {name}"
    if done.visitors:
        yield f"Visitors who were nobody else: {done.visitors:,}"
    yield from _search_lines(done.searched)
    for backup in done.backups:
        there = "still holds them" if Path(backup.path).exists() else "is not there any more; was it moved?"
        yield f"The backup {backup.path} of {backup.made_at:%Y-%m-%d %H:%M} UTC {there}"
    yield from done.notes


def _search_lines(searched: Searched) -> Iterator[str]:
    blurred = "row by row; bytes do not tell an id that is short, or stands for something else, too"
    how = "byte by byte" if searched.bytewise else blurred
    yield f"Searched {searched.files:,} files and the database, {how}: " + (
        "found nowhere." if not searched.found else "found in"
    )
    for place in searched.found:
        yield f"  {place}"
    if searched.alike:
        yield "The same letters stand for something else, such as items and orders of others, in"
    for place in searched.alike:
        yield f"  {place}"
    if searched.unsearched:
        yield (
            "Not searched, as Spark packs what it spills: end the processes whose numbers these folders begin with, "
            "and run `pairwell forget` again."
        )
    for place in searched.unsearched:
        yield f"  {place}"


def compact(workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """Carry what the journal learned into the dataset, exactly once, and remove what [retention] no longer keeps."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        done, tidied = shop.keeping.compact(), shop.keeping.tidy()
    if as_json:
        print_json({"carried": done, "removed": tidied})
        return
    rows = ", ".join(f"{number:,} {name}" for name, number in sorted(done.stored.items()))
    print_lines([f"Carried {done.events:,} events into snapshot {done.snapshot}: {rows or 'nothing new'}."])
    if done.waiting:
        print_lines([f"Orders of which only returns were told, waiting for the order: {done.waiting:,}"])
    gone = [f"{number:,} {name}" for name, number in tidied.rows.items() if number]
    gone += [f"{tidied.snapshots:,} snapshots"] if tidied.snapshots else []
    gone += [f"{tidied.files:,} files of the dataset"] if tidied.files else []
    gone += [f"{len(tidied.models):,} models"] if tidied.models else []
    print_lines([f"Removed: {', '.join(gone) or 'nothing'}."])
    if tidied.busy:
        print_lines(["Files are in use, so none was removed."])
