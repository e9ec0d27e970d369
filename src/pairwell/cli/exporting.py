"""The command that writes what goes with what for shop systems: export."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json
from pairwell.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pairwell.shop.exports.exporting import Exported

_PINS_NAMED = 20


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(export)


def export(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="shopify, woocommerce, csv, …")],
    *,
    to: Annotated[Path | None, typer.Option(help="File to write; else it goes to stdout.")] = None,
    n: Annotated[int | None, typer.Option("-n", help="So many of a kind beside a product, at most.")] = None,
    keep_pins: Annotated[bool, typer.Option("--keep-pins", help="Write pins that a guard holds back, too.")] = False,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Write complements and upgrades of every product as a file that a shop system imports."""
    from pairwell import open as open_workspace
    from pairwell.errors import RequestError
    from pairwell.shop.exports.exporting import Export, export_lists

    if as_json and to is None:
        raise RequestError("Both the file and the summary would go to stdout.", hint="Add `--to FILE`.", field="to")
    with open_workspace(workspace) as shop, _writing(to) as stream:
        exported = export_lists(shop, Export(target=target, n=n, keep_pins=keep_pins), stream)
    if as_json:
        print_json(exported)
    else:
        _tell(exported, to)


@contextmanager
def _writing(path: Path | None) -> Iterator[TextIO]:
    """The file, there whole or not at all; stdout where none is named."""
    if path is None:
        sys.stdout.reconfigure(newline="")  # type: ignore[union-attr]
        yield sys.stdout
        return
    from pairwell.errors import StorageError

    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        draft.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.", hint="Name another file by --to.") from error
    finally:
        draft.unlink(missing_ok=True)


def _tell(exported: Exported, path: Path | None) -> None:
    where = "" if path is None else f" to {path}"
    shown = f"{counted(exported.complements, 'complement')} and {counted(exported.upgrades, 'upgrade')}"
    _say(f"Wrote {counted(exported.rows, 'row')}{where}: {shown} of {counted(exported.products, 'product')}.")
    if exported.pinned:
        _say(f"Set by people: {exported.pinned:,} of them; they lead.")
    for reason, count in sorted(exported.left_out_by_reason.items(), key=lambda pair: (-pair[1], pair[0])):
        _say(f"  {count:>9,} left out: {reason}")
    pins = [left for left in exported.left_out if left.curated]
    for left in pins[:_PINS_NAMED]:
        _say(f"Pin left out: {left.item_id} beside {left.name} as {left.relation}, for {left.reason}")
    if len(pins) > _PINS_NAMED:
        _say(f"… and {len(pins) - _PINS_NAMED:,} pins more (--json names all, --keep-pins writes them all the same)")
    for note in exported.notes:
        _say(note)


def _say(line: str) -> None:
    typer.echo(line, err=True)
