"""The commands that find items, show what stands around one, and say what it is to another: items, item, relate."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.items import item, items
from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines
from pairwell.cli.rollout import Author, author_of

if TYPE_CHECKING:
    from pairwell.shop.said import Said
    from pairwell.shop.today import Today


class Word(StrEnum):
    """What can be said of two items."""

    complement = "complement"
    substitute = "substitute"
    upgrade = "upgrade"
    variant = "variant"
    requires = "requires"
    never = "never"
    nothing = "nothing"


_MEANT = {
    "complement": "{item} is offered beside {anchor}",
    "substitute": "{item} stands for {anchor}: neither is offered beside the other",
    "upgrade": "{item} is offered instead of {anchor}, as a step up",
    "variant": "{item} is a variant of {anchor}: neither is offered beside the other",
    "requires": "{anchor} cannot work without {item}",
    "never": "{item} is never offered beside {anchor}",
    "nothing": "whatever was said of {item} beside {anchor} is taken back",
}
_AFTER = {
    "nothing": "The next decision obeys. What was learned of them stays: `--as never` keeps them apart.",
}


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    for command in (items, item, relate):
        app.command()(command)


def relate(
    anchor_id: Annotated[str, typer.Argument(metavar="ANCHOR", help="Id of the item that is looked at or bought.")],
    item_id: Annotated[str, typer.Argument(metavar="ITEM", help="Id of the item that relates to it.")],
    *,
    as_: Annotated[
        Word,
        typer.Option("--as", metavar="RELATION", help="What it is to the anchor; nothing takes back what was said."),
    ],
    rank: Annotated[
        int | None, typer.Option(min=0, max=10_000, help="Its place in the list, 0 first; else behind all others.")
    ] = None,
    author: Author = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Say what an item is to another, instead of whatever was said before; the next decision obeys."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        said = shop.curating.relate(anchor_id, item_id, as_.value, rank, author=author_of(author) or "somebody")
    if as_json:
        print_json(said)
    else:
        print_lines(_told(said))


def _told(said: Said) -> list[str]:
    meant = _MEANT[said.relation].format(anchor=said.anchor_id, item=said.item_id)
    place = "".join(f", at place {one.rank}" for one in said.counts if said.relation in {"complement", "upgrade"})
    after = _AFTER.get(said.relation, "The next decision obeys.") if said.today is None else _of_today(said.today)
    if not said.stored:
        return [f"So it is already: {meant}{place}.", *([after] if said.today else [])]
    replaced = f" It replaces “{', '.join(said.replaced)}”." if said.replaced and said.relation != "nothing" else ""
    return [f"Said: {meant}{place}.{replaced}", after]


def _of_today(today: Today) -> str:
    if today.place is not None:
        return f"The next decision shows it: in “{today.placement}”, place {today.place}."
    why = (today.why or "").rstrip(".")
    return (
        f"Today it is held back in “{today.placement}”: {why[:1].lower()}{why[1:]}. "
        "`pairwell decide --explain` has the numbers."
    )
