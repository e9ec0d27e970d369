"""The command that shows what stands to an item in a relation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from pairwell.cli.output import AsJson, InWorkspace, amount, print_json, print_lines, print_table

if TYPE_CHECKING:
    from pairwell.candidates.relations import PairsFound
    from pairwell.records import Borrowed, Comparison, Pair


class Relation(StrEnum):
    """What an item can be to another."""

    complement = "complement"
    substitute = "substitute"
    upgrade = "upgrade"
    variant = "variant"
    requires = "requires"
    follow_up = "follow_up"


def pairs(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Item id.")],
    n: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 10,
    relation: Annotated[Relation, typer.Option(help="What they are to the item.")] = Relation.complement,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Show what goes with an item, stands for it, follows it or is needed by it, with the evidence."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found, currency = shop.pairs(item, n, relation.value), shop.published.settings.shop.currency
    if as_json:
        print_json(found)
        return
    print_lines([f"{relation.value.replace('_', '-')} of {item} {found.title or ''}".rstrip()])
    if not found.pairs:
        print_lines([_NOTHING.get(relation, "Nothing was learned for it: not enough evidence.")])
    elif relation is Relation.upgrade:
        print_upgrades(found, currency)
    else:
        _PRINTERS[relation](found)
    _print_backoff(found)


_NOTHING = {Relation.requires: "Neither the catalogue nor a person says what it cannot work without."}


def _print_complements(found: PairsFound) -> None:
    _print(
        ("score", "together", "of", "lift", "surely x expected", "p", "bought together"),
        found.pairs,
        lambda p: (p.score, p.together, p.anchor_orders, p.lift, p.effect, _tail(p), _verdict(p)),
    )
    print_lines(
        [
            "",
            "Lift: times as often as if bought independently, by all orders.",
            "Surely x expected: at least so many times what chance makes of ordinary orders (huge ones left out).",
            "It is no bound of lift and may exceed it: it knows that in orders of one item nothing can meet.",
        ]
    )


def _print_alternatives(found: PairsFound) -> None:
    _print(
        ("likely", "orders", "together", "foretold", "titles alike", "company alike", "bought together"),
        found.pairs,
        lambda p: (
            p.score,
            p.item_orders,
            p.together,
            _said(p.foretold),
            _said(p.title_likeness),
            _said(p.company_likeness),
            "yes" if p.above_floor else "no",
        ),
    )
    print_lines(["", "Foretold: orders together that chance and what both are bought with let expect."])


def print_upgrades(found: PairsFound, currency: str) -> None:
    """Print the steps up, money in the currency's major unit."""
    told = any(_changes(pair.compare) for pair in found.pairs)
    changes = ("what changes",) if told else ()
    _print(
        (f"costs more {currency}", "x price", "earns more", "rating", "took the dearer", *changes),
        found.pairs,
        lambda p: (
            _step(p.price_step_minor, currency),
            _said(p.price_ratio),
            _step(p.margin_step_minor, currency),
            _said(p.rating),
            p.confidence,
            *(_changes(p.compare) for _ in changes),
        ),
    )
    print_lines(["", "Took the dearer: share of the orders with either of the two."])
    if not told:
        print_lines(["What is better is not known: the catalogue states no attribute in which they differ."])


def _print_required(found: PairsFound) -> None:
    _print(("together", "of", "bought together"), found.pairs, lambda p: (p.together, p.anchor_orders, _verdict(p)))


def _print_follow_ups(found: PairsFound) -> None:
    _print(
        ("followed", "the other way", "days after", "middle half", "surely x expected", "p"),
        found.pairs,
        lambda p: (_said(p.followers), _said(p.preceders), *_days(p), p.effect, _tail(p)),
    )
    print_lines(["", "Followed: customers who bought it first on a later day than the item."])


def _print_backoff(found: PairsFound) -> None:
    if not found.backoff:
        return
    print_lines(["", "Too few pairs of its own are sure. What its likes and groups are bought with:", ""])
    rows = [
        (b.item_id, b.title, _speaker(b), b.together, b.anchor_orders, b.lift, b.confidence, b.effect)
        for b in found.backoff
    ]
    header = ("item", "title", "who speaks for it", "together", "of", "lift", "expected share", "surely x expected")
    print_table(header, rows, numeric=range(3, len(header)))
    print_lines(
        ["", "Together, of and lift are those who speak for it; expected share and surely x expected are its own."]
    )


def _speaker(borrowed: Borrowed) -> str:
    anchor, item = borrowed.anchor_by_title or borrowed.anchor_by, borrowed.item_by_title or borrowed.item_by
    if borrowed.level == "alike_anchor":
        return f"like: {anchor}"
    if borrowed.level == "alike_item":
        return f"new, like: {item}"
    return f"{borrowed.level}: {anchor} -> {item}"


def _print(header: Sequence[str], found: Sequence[Pair], row: Callable[[Pair], Sequence[object]]) -> None:
    said = ("by people",) if any(pair.curated for pair in found) else ()
    rows = [(p.item_id, p.title, *("yes" if p.curated else "" for _ in said), *row(p)) for p in found]
    columns = ("item", "title", *said, *header)
    figures = {place for place in range(2, len(columns)) if any(isinstance(r[place], int | float) for r in rows)}
    print_table(columns, rows, numeric=sorted(figures))


def _said(value: object) -> object:
    return None if value is msgspec.UNSET else value


def _step(minor: object, currency: str) -> str | None:
    if not isinstance(minor, int):
        return None
    return ("+" if minor > 0 else "") + amount(minor, currency)


def _days(pair: Pair) -> tuple[object, object]:
    lag = pair.lag_days
    return (None, None) if isinstance(lag, msgspec.UnsetType) else (lag.median, f"{lag.low} to {lag.high}")


def _changes(compare: list[Comparison] | msgspec.UnsetType) -> str:
    rows = [] if isinstance(compare, msgspec.UnsetType) else compare
    return ", ".join(f"{row.attribute} {row.anchor or '?'} > {row.offer or '?'}" for row in rows[:4])


def _tail(pair: Pair) -> str:
    return f"{pair.p_adjusted:.1g}" if pair.p_adjusted > 0 else "<1e-300"


def _verdict(pair: Pair) -> str:
    return "yes" if pair.above_floor else "not enough evidence"


_PRINTERS: dict[Relation, Callable[[PairsFound], None]] = {
    Relation.complement: _print_complements,
    Relation.substitute: _print_alternatives,
    Relation.variant: _print_alternatives,
    Relation.requires: _print_required,
    Relation.follow_up: _print_follow_ups,
}
