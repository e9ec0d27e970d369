"""Commands that look for items, and show what stands around one: items, item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, amount, print_json, print_lines, print_table
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.shop.surroundings import Listed, Surroundings

_FIRST = 3  # of each relation, in one line


def items(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD]...", help="Of id, title, category, brand.")
    ] = None,
    n: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 20,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Look for items that hold all the words; the most bought first."""
    from pairwell import open as open_workspace
    from pairwell.shop.surroundings import search_items

    with open_workspace(workspace) as shop:
        found, currency = search_items(shop, " ".join(words or []), n), shop.published.settings.shop.currency
    if as_json:
        print_json({"items": found})
    elif found:
        rows = [(one.item_id, one.title, one.category, _price(one.price_minor, currency), one.orders) for one in found]
        print_table(("item", "title", "category", currency, "orders"), rows, numeric=(3, 4))
    else:
        print_lines(["No item holds all of these words."])


def item(
    item_id: Annotated[str, typer.Argument(metavar="ITEM", help="Item id.")],
    n: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many of each relation.")] = 10,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Show what stands around an item: every relation in a line, what people said, and its own texts."""
    from pairwell import open as open_workspace
    from pairwell.shop.surroundings import surround

    with open_workspace(workspace) as shop:
        found = surround(shop, item_id, n)
    if as_json:
        print_json(found)
    else:
        print_lines(_told(found))


def _told(found: Surroundings) -> Iterator[str]:
    here = found.item
    yield f"{here.item_id} {here.title or ''}".rstrip() + f", in {counted(found.orders, 'order')}"
    yield from (_line(listed) for listed in found.lists if listed.pairs)
    if found.said or found.said_elsewhere:
        yield ""
        yield "What people said:"
        for one in (*found.said, *found.said_elsewhere):
            yield f"  beside {one.anchor_id}: {one.item_id} is {one.relation}"
    if found.texts:
        yield ""
        yield "Own texts:"
        for text in found.texts:
            place = " / ".join(part for part in (text.kind, text.placement, text.locale, text.variant) if part)
            yield f"  {place}: {' '.join(said for said in (text.title, text.argument, text.image_url) if said)}"
    yield ""
    yield f"`pairwell pairs {here.item_id} --relation …` shows the evidence, `pairwell relate` says it better."


def _line(listed: Listed) -> str:
    names = [pair.title or pair.item_id for pair in listed.pairs[:_FIRST]]
    more = f" and {len(listed.pairs) - _FIRST} more" if len(listed.pairs) > _FIRST else ""
    return f"  {listed.relation.replace('_', '-')}: {', '.join(names)}{more}"


def _price(minor: int | None, currency: str) -> str | None:
    return None if minor is None else amount(minor, currency)
