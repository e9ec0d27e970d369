"""The command that writes what goes with what for shop systems: export."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, cast

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json
from pairwell.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pairwell.shop.exports.exporting import Exported, FeedExported

_PINS_NAMED = 20


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(export)


def export(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="shopify, woocommerce, magento, yml or csv.")],
    *,
    to: Annotated[Path | None, typer.Option(help="File to write; else it goes to stdout.")] = None,
    feed: Annotated[Path | None, typer.Option(help="The shop's own feed, that yml fills in.")] = None,
    n: Annotated[int | None, typer.Option("-n", help="So many of a kind beside a product, at most.")] = None,
    keep_pins: Annotated[bool, typer.Option("--keep-pins", help="Write pins that a guard holds back, too.")] = False,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Write complements and upgrades of every product as a file that a shop system imports."""
    from pairwell import open as open_workspace
    from pairwell.errors import RequestError
    from pairwell.shop.exports.exporting import Export, FeedExport, export_feed, export_lists

    if as_json and to is None:
        raise RequestError("Both the file and the summary would go to stdout.", hint="Add `--to FILE`.", field="to")
    if (target == "yml") != (feed is not None):
        raise RequestError(
            "A feed is filled in for yml, and only there.", hint="Run `pairwell export yml --feed FILE`.", field="feed"
        )
    exported: Exported | FeedExported
    with open_workspace(workspace) as shop, _writing(to) as stream:
        if feed is None:
            text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
            exported = export_lists(shop, Export(target=target, n=n, keep_pins=keep_pins), text)
            text.flush()
            text.detach()
        else:
            exported = export_feed(shop, FeedExport(feed=feed, n=n, keep_pins=keep_pins), stream)
    if as_json:
        print_json(exported)
    else:
        _tell(exported, to)


@contextmanager
def _writing(path: Path | None) -> Iterator[BinaryIO]:
    """The file, there whole or not at all; stdout where none is named."""
    if path is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        return
    from pairwell.errors import StorageError

    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("wb") as stream:
            yield stream
        draft.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.", hint="Name another file by --to.") from error
    finally:
        draft.unlink(missing_ok=True)


def _tell(exported: Exported | FeedExported, path: Path | None) -> None:
    _say(f"{_written(exported)}{'' if path is None else f' Written to {path}.'}")
    for reason, count in sorted(exported.left_out_by_reason.items(), key=lambda pair: (-pair[1], pair[0])):
        _say(f"  {count:>9,} left out: {reason}")
    pins = [left for left in exported.left_out if left.curated]
    for left in pins[:_PINS_NAMED]:
        _say(f"Pin left out: {left.item_id} beside {left.name} as {left.relation}, for {left.reason}")
    if len(pins) > _PINS_NAMED:
        _say(f"… and {len(pins) - _PINS_NAMED:,} pins more (--json names all, --keep-pins writes them all the same)")
    for note in exported.notes:
        _say(note)


def _written(exported: Exported | FeedExported) -> str:
    """What stands in the file."""
    if exported.target == "yml":
        feed = cast("FeedExported", exported).feed
        return f"{feed.lists:,} of {counted(feed.offers, 'offer')} got a list, with {feed.listed:,} entries in all."
    lists = cast("Exported", exported)
    shown = f"{counted(lists.complements, 'complement')} and {counted(lists.upgrades, 'upgrade')}"
    people = f", {lists.pinned:,} of them set by people" if lists.pinned else ""
    return f"{counted(lists.rows, 'row')}: {shown} of {counted(lists.products, 'product')}{people}."


def _say(line: str) -> None:
    typer.echo(line, err=True)
