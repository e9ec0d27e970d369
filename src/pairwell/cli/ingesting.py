"""The command that takes files in: ingest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines, print_table, progress
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.ingest.load import IngestReport

_ONE = {"stories": "story", "order_status": "order_status"}
_NAMED = 12  # ids in one line


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(ingest)


def ingest(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="orders, items, customers, consents, …")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV, TSV, JSON, Parquet, feeds; gzip too.")],
    *,
    mapping: Annotated[Path | None, typer.Option(help="A mapping as TOML, instead of the one found.")] = None,
    source: Annotated[
        str | None, typer.Option(help="Vendor whose export it is (docs/imports.md), or any name.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check everything, store nothing.")] = False,
    pseudonyms: Annotated[bool, typer.Option("--pseudonyms", help="Keep customers under pseudonyms.")] = False,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Take files into a table: find the columns, clean, load, and account for every row."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop, progress("Reading", sum(map(_size, files))) as advance:
        report = shop.ingest(
            table, files, mapping, source=source, dry_run=dry_run, pseudonyms=pseudonyms, advance=advance
        )
    if as_json:
        print_json(report)
        return
    _print_report(report, dry_run=dry_run)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # reading it will say what is wrong


def _print_report(report: IngestReport, *, dry_run: bool) -> None:
    print_table(
        ("field", "column", "sure"),
        [(field, column, f"{report.confidence.get(field, 1.0):.0%}") for field, column in report.columns.items()],
        numeric=(2,),
    )
    print_lines(["", *report.notes])
    print_lines([f"Read {_counts(report)}", *_rules(report)])
    if report.goods_excluded:
        more = " …" if len(report.goods_excluded) > _NAMED else ""
        print_lines([f"Not counted as goods: {', '.join(report.goods_excluded[:_NAMED])}{more}"])
    if dry_run:
        print_lines(["Nothing was stored (dry run)."])
        return
    stored = ", ".join(_counted(rows, name) for name, rows in report.stored.items() if rows)
    print_lines([f"Stored: {stored or 'nothing new'} (snapshot {report.snapshot})."])
    if report.mapping:
        print_lines([f"Mapping saved: {report.mapping} (edit it and pass it back with --mapping)"])
    if report.quarantine:
        print_lines([f"Refused rows kept: {report.quarantine}"])
    for told in report.beside:
        print_lines(["", f"Beside them, {told.table}: {_counts(told)}", *_rules(told)])
        if told.quarantine:
            print_lines([f"Refused rows kept: {told.quarantine}"])
        print_lines(told.notes)


def _counted(rows: int, table: str) -> str:
    if table == "usage":
        return f"{counted(rows, 'row')} of usage"
    return f"{rows:,} {table if rows != 1 else _ONE.get(table, table.removesuffix('s'))}"


def _counts(report: IngestReport) -> str:
    read = counted(report.read, "row")
    return f"{read}: {report.taken:,} taken, {report.merged:,} merged, {report.refused:,} refused."


def _rules(report: IngestReport) -> list[str]:
    merged = report.merged_by_rule if report.recognised else {}
    return [
        *_by(report.refused_by_reason, "refused"),
        *_by(merged, "merged"),
        *_by(report.changed_by_rule, "changed"),
        *_by(report.warned_by_rule, "warned"),
    ]


def _by(counts: dict[str, int], verb: str) -> list[str]:
    return [
        f"  {rows:>9,} {verb}: {name}" for name, rows in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
