"""The command that back-tests on held-out orders: evaluate."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines, print_table, progress_share
from pairwell.config.progress import Advance

if TYPE_CHECKING:
    from pairwell.backtest.judging import Estimate, Evaluation
    from pairwell.config.settings import Settings
    from pairwell.shop.face import Shop

_SHARE = 0.2  # of the newest orders, where nothing else is said


class Protocol(StrEnum):
    """What is hidden and must be found again."""

    basket = "basket"


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(evaluate)


def evaluate(
    *,
    protocol: Annotated[
        Protocol, typer.Option(help="basket: one item of each held-out basket is hidden and must be found.")
    ] = Protocol.basket,
    test_days: Annotated[
        int | None, typer.Option(help="Hold out this many calendar days, the last order's included.")
    ] = None,
    test_share: Annotated[
        float | None, typer.Option(help="Hold out this share of the newest orders (default .2).")
    ] = None,
    train: Annotated[Path | None, typer.Option(help="Learn from this file of orders (with --test).")] = None,
    test: Annotated[Path | None, typer.Option(help="Hide items in this file's baskets (with --train).")] = None,
    mapping: Annotated[Path | None, typer.Option(help="Mapping of both files.")] = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Back-test on your own orders, against popularity, summed cosine and summed confidence."""
    from pairwell.errors import RequestError

    if (train is None) != (test is None):
        raise RequestError("One of --train and --test is given.", hint="Give both files, or neither.", field="train")
    if train is not None and (test_days is not None or test_share is not None):
        raise RequestError(
            "Two files are split already; --test-days and --test-share split a workspace.",
            hint="Leave them out, or leave --train and --test out.",
            field="test_days",
        )
    with progress_share(f"Evaluating {protocol.value}") as advance:
        if train is not None and test is not None:
            found = _evaluate_files((train, test), mapping, workspace, advance)
        else:
            found = _evaluate_workspace(workspace, test_days, test_share, advance)
    if as_json:
        print_json(found)
        return
    _print(found)


def _evaluate_workspace(workspace: Path | None, days: int | None, share: float | None, advance: Advance) -> Evaluation:
    from pairwell import open as open_workspace
    from pairwell.backtest.splits import Split

    if days is None and share is None:
        share = _SHARE
    with open_workspace(workspace) as shop:
        return shop.evaluate(Split(test_days=days, test_share=share), advance=advance)


def _evaluate_files(
    files: tuple[Path, Path], mapping: Path | None, workspace: Path | None, advance: Advance
) -> Evaluation:
    from tempfile import TemporaryDirectory

    from pairwell.shop.face import create_shop

    settings = _settings(workspace)
    with TemporaryDirectory(prefix="pairwell-") as folder:
        root = Path(folder)
        with create_shop(root / "train", settings) as learned, create_shop(root / "test", settings) as asked:
            for shop, path in zip((learned, asked), files, strict=True):
                _ingest(shop, path, mapping)
            return learned.evaluate_against(asked, advance=advance)


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


def _ingest(shop: Shop, path: Path, mapping: Path | None) -> None:
    report = shop.ingest("orders", path, mapping)
    # On stderr, as --json promises a single document on stdout.
    typer.echo(
        f"{path.name}: {report.read:,} rows read, {report.taken:,} taken, {report.merged:,} merged, "
        f"{report.refused:,} refused.",
        err=True,
    )


def _print(found: Evaluation) -> None:
    print_lines([f"{found.cases:,} baskets with one item hidden; {found.unseen:,} of those were never sold before."])
    print_lines([f"Learned from {found.trained_orders:,} orders of {found.trained_items:,} items.", ""])
    print_table(
        (
            "method",
            "found in top 5",
            "top 10",
            "95 % interval",
            "top 20",
            "mean reciprocal rank",
            "by revenue",
            "items shown",
        ),
        [
            (
                name,
                s.hit_rate_at_5.value,
                s.hit_rate_at_10.value,
                _interval(s.hit_rate_at_10),
                s.hit_rate_at_20.value,
                s.mrr_at_10.value,
                s.revenue_hit_rate_at_10.value if s.revenue_hit_rate_at_10 else None,
                f"{s.coverage_at_10:.0%}",
            )
            for name, s in found.methods.items()
        ],
        numeric=(1, 2, 3, 4, 5, 6, 7),
    )


def _interval(estimate: Estimate) -> str:
    low, high = estimate.ci
    return f"{low:.4f} to {high:.4f}"
