"""Commands that keep a workspace safe, small and lawful: backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(backup)
    app.command()(restore)


def backup(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="File to make, a .tar.gz.")],
    *,
    models: Annotated[
        bool, typer.Option("--models/--no-models", help="Models that are live or that decisions name.")
    ] = True,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="Also the secret that turns pseudonyms into customers.")
    ] = False,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Make one file of operations, dataset, settings, mappings, quarantine and models, while all goes on."""
    from pairwell import open as open_workspace
    from pairwell.shop.keeping.backup import BackupOptions

    with open_workspace(workspace) as shop:
        made = shop.keeping.backup(path, BackupOptions(models=models, secrets=with_secrets))
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
