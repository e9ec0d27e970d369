"""The command that answers requests and shows pages: serve."""

from __future__ import annotations

from typing import Annotated

import typer

from pairwell.cli.output import InWorkspace

Port = Annotated[int, typer.Option(min=0, max=65535, help="Port of the online API.")]
PagesPort = Annotated[int, typer.Option(min=0, max=65535, help="Port of the pages for people.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(serve)


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Port = 8420,
    pages_port: PagesPort = 8421,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes of the online API; several need PostgreSQL.")
    ] = 1,
    shop_port: Annotated[int | None, typer.Option(min=0, max=65535, hidden=True)] = None,
    workspace: InWorkspace = None,
) -> None:
    """Answer decisions and take events over HTTP, and show reports as pages."""
    from pairwell.config.workspace import find_workspace
    from pairwell.serve.starting import Wanted
    from pairwell.serve.starting import serve as serve_on

    wanted = Wanted(host=host, port=port, pages_port=pages_port, workers=workers, shop_port=shop_port)
    serve_on(find_workspace(workspace), wanted)
