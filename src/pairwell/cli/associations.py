"""Commands for what is bought together in more than pairs: associations, bundles."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from pairwell.cli.output import AsJson, InWorkspace, amount, print_json, print_lines, print_table
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.learn.itemsets.found import Association, AssociationsFound
    from pairwell.shop.bundles import Bundle

_SHOWN = 20


class Kind(StrEnum):
    """Which itemsets rules are made of."""

    all = "all"
    closed = "closed"
    maximal = "maximal"


class Sort(StrEnum):
    """What rules are sorted by."""

    lift = "lift"
    confidence = "confidence"
    support = "support"


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(associations)
    app.command()(bundles)


def associations(  # noqa: PLR0917 - Typer's options
    min_support: Annotated[
        float | None, typer.Option(help="Least share of orders with the whole rule; default: chosen to fit the data.")
    ] = None,
    min_confidence: Annotated[
        float, typer.Option(help="Least share of the orders with the left side that hold the right one.")
    ] = 0.5,
    max_items: Annotated[int | None, typer.Option(help="Items of a rule at most, both sides together.")] = None,
    kind: Annotated[Kind, typer.Option(help="Which itemsets rules are made of.")] = Kind.all,
    sort: Annotated[Sort, typer.Option(help="What the rules are sorted by.")] = Sort.lift,
    n: Annotated[
        int | None, typer.Option("-n", min=0, help="How many rules; default: 20 in the table, all with --json.")
    ] = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Show association rules with one item on the right: who buys these also buys that."""
    from pairwell import open as open_workspace

    shown = n if n is not None or as_json else _SHOWN
    with open_workspace(workspace) as shop:
        found = shop.associations(
            min_support=min_support,
            min_confidence=min_confidence,
            max_items=max_items,
            kind=kind.value,
            sort=sort.value,
            n=shown,
        )
    if as_json:
        print_json(found)
    else:
        _print_rules(found)


def _print_rules(found: AssociationsFound) -> None:
    chosen = ", chosen to fit the data" if found.min_support_chosen else ""
    rules = counted(found.rules_found, "rule")
    print_lines(
        [
            f"{rules} from {counted(found.itemsets, f'{_kind_of(found)}itemset')} of {counted(found.orders, 'order')}",
            f"  support {found.min_support:g} or more ({counted(found.min_count, 'order')}{chosen})",
            f"  confidence {found.min_confidence:g} or more",
        ]
    )
    if not found.rules:
        return
    print_lines([""])
    header = ("who buys", "also buys", "orders", "support", "confidence", "lift")
    rows = [_rule_row(rule, found.titles) for rule in found.rules]
    print_table(header, rows, numeric=(2, 3, 4, 5))
    if len(found.rules) < found.rules_found:
        print_lines(["", f"{len(found.rules):,} of {rules}, by {found.sort}; `-n` shows more."])


def _kind_of(found: AssociationsFound) -> str:
    return "" if found.kind == "all" else f"{found.kind} "


def _rule_row(rule: Association, titles: dict[str, str]) -> tuple[object, ...]:
    left = " + ".join(_named(item_id, titles) for item_id in rule.antecedent)
    return (left, _named(rule.consequent, titles), rule.count, rule.support, rule.confidence, rule.lift)


def _named(item_id: str, titles: dict[str, str]) -> str:
    title = titles.get(item_id)
    return item_id if title is None or title == item_id else f"{item_id} {title}"


def bundles(
    n: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 10,
    customer: Annotated[str | None, typer.Option(help="Lead with what this customer likes.")] = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Show bundles worth offering, with a price and what it leaves."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found, currency = shop.bundles(n, customer), shop.published.settings.shop.currency
    if as_json:
        print_json({"customer_id": customer, "bundles": found})
        return
    if not found:
        print_lines(["No bundle is worth offering: not enough evidence, no prices, or no margin."])
        return
    header = ("bundle", "orders", "x its parts", f"list {currency}", "price", "margin", "discount at most", "")
    print_table(header, [_bundle_row(bundle, currency) for bundle in found], numeric=(1, 2, 3, 4, 5, 6))
    print_lines(["", "x its parts: ordinary orders with all of it, against what its best part and chance would give."])
    if customer is not None and found[0].liked is msgspec.UNSET:
        print_lines([f"Nothing is known of customer {customer!r}: these are everybody's."])
    if any(bundle.cost_estimated for bundle in found):
        print_lines(["~ by the shop's margin rate (shop.margin_rate), as the cost of an item is unknown"])


def _bundle_row(bundle: Bundle, currency: str) -> tuple[object, ...]:
    names = " + ".join(item.title or item.item_id for item in bundle.items)
    money = (bundle.list_minor, bundle.price_minor, bundle.margin_minor, bundle.largest_discount_minor)
    shown = [amount(minor, currency) for minor in money]
    return (names, bundle.together, bundle.times_chance, *shown, "~" if bundle.cost_estimated else "")
