"""The command that back-tests on held-out orders: evaluate."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from pairwell.cli.findings import print_evaluation
from pairwell.cli.output import AsJson, InWorkspace, print_json, progress_share
from pairwell.config.progress import Advance
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.backtest.judging import Evaluation
    from pairwell.config.settings import Settings
    from pairwell.shop.face import Shop

_SHARE = 0.2  # of the newest orders, where nothing else is said


class Protocol(StrEnum):
    """What is hidden and must be found again."""

    basket = "basket"
    next_basket = "next-basket"
    session = "session"


class _Source(NamedTuple):
    """Where the orders are: files, or a workspace and how its newest part is held out."""

    workspace: Path | None
    files: tuple[Path, Path] | None
    mapping: Path | None
    days: int | None
    share: float | None


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(evaluate)


def evaluate(
    *,
    protocol: Annotated[
        Protocol,
        typer.Option(
            help="basket: one item of each held-out order is hidden. next-basket: the next order of each customer. "
            "session: what a visitor comes to next."
        ),
    ] = Protocol.basket,
    test_days: Annotated[
        int | None, typer.Option(help="Hold out this many calendar days, the last order's included.")
    ] = None,
    test_share: Annotated[
        float | None, typer.Option(help="Hold out this share of the newest orders (default .2).")
    ] = None,
    train: Annotated[
        Path | None, typer.Option(help="Learn from this file of orders, or of events for sessions (with --test).")
    ] = None,
    test: Annotated[Path | None, typer.Option(help="Ask about this file (with --train).")] = None,
    mapping: Annotated[Path | None, typer.Option(help="Mapping of both files.")] = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Back-test on your own orders: hide what came last and ask for it, against simple methods."""
    files = _both(train, test, split=test_days is not None or test_share is not None)
    source = _Source(workspace, files, mapping, test_days, test_share)
    with progress_share(f"Evaluating {protocol.value}") as advance:
        found = _evaluate_files(source, protocol, advance) if files else _evaluate_held_out(source, protocol, advance)
    if as_json:
        print_json(found)
        return
    print_evaluation(found)


def _both(train: Path | None, test: Path | None, *, split: bool) -> tuple[Path, Path] | None:
    from pairwell.errors import RequestError

    if (train is None) != (test is None):
        raise RequestError("One of --train and --test is given.", hint="Give both files, or neither.", field="train")
    if train is None or test is None:
        return None
    if split:
        raise RequestError(
            "Two files are split already; --test-days and --test-share split a workspace.",
            hint="Leave them out, or leave --train and --test out.",
            field="test_days",
        )
    return train, test


def _evaluate_held_out(source: _Source, protocol: Protocol, advance: Advance) -> Evaluation:
    from pairwell import open as open_workspace
    from pairwell.backtest.splits import Split

    share = _SHARE if source.days is None and source.share is None else source.share
    with open_workspace(source.workspace) as shop:
        return shop.evaluate(Split(test_days=source.days, test_share=share), protocol.value, advance=advance)


def _evaluate_files(source: _Source, protocol: Protocol, advance: Advance) -> Evaluation:
    from tempfile import TemporaryDirectory

    from pairwell.shop.face import create_shop

    assert source.files is not None, "asked only where files are given"
    settings = _settings(source.workspace)
    table = "events" if protocol is Protocol.session else "orders"
    with TemporaryDirectory(prefix="pairwell-") as folder:
        root = Path(folder)
        with create_shop(root / "train", settings) as learned, create_shop(root / "test", settings) as asked:
            for shop, path in zip((learned, asked), source.files, strict=True):
                _ingest(shop, table, path, source.mapping)
            return learned.evaluate_against(asked, protocol.value, advance=advance)


def _settings(workspace: Path | None) -> Settings | None:
    """The workspace's, where one is named or stood in; the defaults need none."""
    from pairwell import open as open_workspace
    from pairwell.errors import WorkspaceError

    try:
        with open_workspace(workspace) as shop:
            return shop.published.settings
    except WorkspaceError:
        if workspace is not None:
            raise
        return None


def _ingest(shop: Shop, table: str, path: Path, mapping: Path | None) -> None:
    report = shop.ingest(table, path, mapping)
    # On stderr, as --json promises a single document on stdout.
    typer.echo(
        f"{path.name}: {counted(report.read, 'row')} read, {report.taken:,} taken, {report.merged:,} merged, "
        f"{report.refused:,} refused.",
        err=True,
    )
