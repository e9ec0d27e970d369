"""The command that writes what goes with what for shop systems, and offers for messages: export."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal, NamedTuple, cast

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json
from pairwell.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pairwell.shop.exports.exporting import Exported, FeedExported
    from pairwell.shop.exports.mailing import Mailed
    from pairwell.shop.face import Shop

_PINS_NAMED = 20

Format = Literal["csv", "jsonl"]


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(export)


def export(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="shopify, woocommerce, magento, yml, csv or email.")],
    *,
    to: Annotated[Path | None, typer.Option(help="File to write; else it goes to stdout.")] = None,
    feed: Annotated[Path | None, typer.Option(help="yml: the shop's own feed, which is filled in.")] = None,
    n: Annotated[int | None, typer.Option("-n", help="So many of a kind beside a product, or in a message.")] = None,
    keep_pins: Annotated[bool, typer.Option("--keep-pins", help="Write pins that a guard holds back, too.")] = False,
    placement: Annotated[str, typer.Option(help="email: where the message goes out.")] = "email",
    customers: Annotated[Path | None, typer.Option(help="email: who is asked about, one id a line.")] = None,
    locale: Annotated[str, typer.Option(help="email: language of the texts.")] = "en",
    form: Annotated[Format, typer.Option("--format", help="email: csv or jsonl.")] = "csv",
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Write what goes with what as a file that a shop system imports, or offers for messages, a row a customer."""
    from pairwell import open as open_workspace
    from pairwell.errors import RequestError

    if as_json and to is None:
        raise RequestError("Both the file and the summary would go to stdout.", hint="Add `--to FILE`.", field="to")
    if (target == "yml") != (feed is not None):
        raise RequestError(
            "A feed is filled in for yml, and only there.", hint="Run `pairwell export yml --feed FILE`.", field="feed"
        )
    exported: Exported | FeedExported | Mailed
    with open_workspace(workspace) as shop, _writing(to, private=target == "email") as stream:
        if target == "email":
            exported = _write_messages(shop, _Message(placement, customers, n, locale, form), stream)
        elif feed is None:
            exported = _write_lists(shop, target, n, keep_pins, stream)
        else:
            exported = _fill_feed(shop, feed, n, keep_pins, stream)
    if as_json:
        print_json(exported)
    else:
        _tell(exported, to)


class _Message(NamedTuple):
    placement: str
    customers: Path | None
    n: int | None
    locale: str
    form: Format


def _write_messages(shop: Shop, asked: _Message, stream: BinaryIO) -> Mailed:
    from pairwell.clock import system_clock
    from pairwell.shop.exports.mailing import Mailing, export_messages
    from pairwell.shop.exports.writing import as_text

    mailing = Mailing(
        placement=asked.placement,
        customers=None if asked.customers is None else _read_ids(asked.customers),
        n=asked.n,
        locale=asked.locale,
        format=asked.form,
    )
    with as_text(stream) as text:
        return export_messages(shop, mailing, text, now=system_clock())


def _write_lists(shop: Shop, target: str, n: int | None, keep_pins: bool, stream: BinaryIO) -> Exported:
    from pairwell.shop.exports.exporting import Export, export_lists
    from pairwell.shop.exports.writing import as_text

    with as_text(stream) as text:
        return export_lists(shop, Export(target=target, n=n, keep_pins=keep_pins), text)


def _fill_feed(shop: Shop, feed: Path, n: int | None, keep_pins: bool, stream: BinaryIO) -> FeedExported:
    from pairwell.shop.exports.exporting import FeedExport, export_feed

    return export_feed(shop, FeedExport(feed=feed, n=n, keep_pins=keep_pins), stream)


def _read_ids(path: Path) -> list[str]:
    from pairwell.errors import SourceError

    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read: {error}.", hint="Write one id a line, in UTF-8.") from error
    return [line.strip() for line in lines if line.strip()]


@contextmanager
def _writing(path: Path | None, *, private: bool) -> Iterator[BinaryIO]:
    """The file, there whole or not at all; stdout where none is named."""
    if path is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        return
    from pairwell.shop.exports.writing import writing

    with writing(path, private=private) as stream:
        yield stream


def _tell(exported: Exported | FeedExported | Mailed, path: Path | None) -> None:
    _say(f"{_written(exported)}{'' if path is None else f' Written to {path}.'}")
    if exported.target == "email":
        silent = cast("Mailed", exported).silent_by_reason
        for reason, count in sorted(silent.items(), key=lambda pair: (-pair[1], pair[0])):
            _say(f"  {count:>9,} silent: {reason}")
    else:
        _tell_left_out(cast("Exported | FeedExported", exported))
    for note in exported.notes:
        _say(note)


def _tell_left_out(exported: Exported | FeedExported) -> None:
    for reason, count in sorted(exported.left_out_by_reason.items(), key=lambda pair: (-pair[1], pair[0])):
        _say(f"  {count:>9,} left out: {reason}")
    pins = [left for left in exported.left_out if left.curated]
    for left in pins[:_PINS_NAMED]:
        _say(f"Pin left out: {left.item_id} beside {left.name} as {left.relation}, for {left.reason}")
    if len(pins) > _PINS_NAMED:
        _say(f"… and {len(pins) - _PINS_NAMED:,} pins more (--json names all, --keep-pins writes them all the same)")


def _written(exported: Exported | FeedExported | Mailed) -> str:
    """What stands in the file."""
    if exported.target == "email":
        mailed = cast("Mailed", exported)
        asked = counted(mailed.customers, "customer")
        return f"{counted(mailed.rows, 'row')} with {counted(mailed.offers, 'offer')}, of {asked} asked about."
    if exported.target == "yml":
        feed = cast("FeedExported", exported).feed
        return f"{feed.lists:,} of {counted(feed.offers, 'offer')} got a list, with {feed.listed:,} entries in all."
    lists = cast("Exported", exported)
    shown = f"{counted(lists.complements, 'complement')} and {counted(lists.upgrades, 'upgrade')}"
    people = f", {lists.pinned:,} of them set by people" if lists.pinned else ""
    return f"{counted(lists.rows, 'row')}: {shown} of {counted(lists.products, 'product')}{people}."


def _say(line: str) -> None:
    typer.echo(line, err=True)
