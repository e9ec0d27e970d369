"""The command that answers requests: serve."""

from __future__ import annotations

from typing import Annotated

import typer

from pairwell.cli.output import InWorkspace


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the online API.")] = 8420,
    workspace: InWorkspace = None,
) -> None:
    """Answer decisions and take events over HTTP."""
    from pairwell.config.workspace import find_workspace
    from pairwell.serve.online.process import run

    run(find_workspace(workspace), host=host, port=port)
