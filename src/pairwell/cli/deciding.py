"""Commands for decisions: decide, decision, decisions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, amount, print_json, print_lines, print_table, when

if TYPE_CHECKING:
    from pairwell.journal.recent import RecentDecision
    from pairwell.offer_words import Reason
    from pairwell.records import Answer, Offer


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(decide)
    app.command()(decision)
    app.command()(decisions)


def decide(
    *,
    placement: Annotated[str, typer.Option(help="Where the offers would appear: product, cart, checkout, …")],
    item: Annotated[
        list[str] | None, typer.Option(help="An item in the cart, or looked at; repeat it for more.")
    ] = None,
    customer: Annotated[str | None, typer.Option(help="Who is asking.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, max=50, help="Offers at most.")] = None,
    locale: Annotated[str, typer.Option(help="Language of the reasons: en, ru, pl.")] = "en",
    explain: Annotated[bool, typer.Option("--explain", help="Say too what was withheld, and why.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do not journal it.")] = False,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Decide what to offer, if anything, and say why."""
    from pairwell import open as open_workspace

    items = item or []
    request = {
        "placement": placement,
        "customer_id": customer,
        "locale": locale,
        "explain": explain,
        "limit": limit,
        "cart": [] if placement == "product" else [{"item_id": one} for one in items],
        "viewed": items if placement == "product" else [],
    }
    with open_workspace(workspace) as shop:
        answer = shop.decide(request, dry_run=dry_run)
        currency = shop.published.settings.shop.currency
    if as_json:
        print_json(answer)
        return
    print_lines(answer_lines(answer, currency))
    _print_withheld(answer)
    print_lines([f"Decision {answer.decision_id}"])


def decision(
    decision_id: Annotated[str, typer.Argument(metavar="ID", help="Id of a journaled decision.")],
    replay: Annotated[bool, typer.Option("--replay", help="Compute it again and compare bit for bit.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Tell of everything that was not shown, not of the ten nearest to it.")
    ] = False,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Explain a journaled decision, or compute it again."""
    from pairwell import open as open_workspace
    from pairwell.decide.account import Account

    with open_workspace(workspace) as shop:
        found = shop.replay(decision_id) if replay else shop.explain(decision_id)
    if as_json:
        print_json(found)
    else:
        print_lines(found.lines(every=every) if isinstance(found, Account) else found.lines())


def decisions(
    *,
    limit: Annotated[int, typer.Option("-n", min=1, max=10_000, help="How many of the newest.")] = 20,
    placement: Annotated[str | None, typer.Option(help="Only of this placement.")] = None,
    outcome: Annotated[str | None, typer.Option(help="Only `offered`, or a reason for silence.")] = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """List the newest decisions; `pairwell decision ID` explains one."""
    from pairwell import open as open_workspace
    from pairwell.journal.recent import RecentAsked

    asked = RecentAsked(limit=limit, placement=placement, outcome=outcome)
    with open_workspace(workspace) as shop:
        found = shop.recent_decisions(asked)
    if as_json:
        print_json({"decisions": found})
    elif found:
        print_table(("decision", "when", "placement", "whose", "beside", "outcome"), [_line(one) for one in found])
    else:
        print_lines(["No decision is like this yet."])


def _line(one: RecentDecision) -> tuple[object, ...]:
    whose = "forgotten" if one.forgotten else one.unit and one.unit[2:]
    offers = ", ".join(one.offers) or None
    return (
        one.decision_id,
        when(one.at),
        one.placement,
        whose,
        ", ".join(one.cart) or None,
        offers if one.silence is None else one.silence.replace("_", " "),
    )


def answer_lines(answer: Answer, currency: str) -> Iterator[str]:
    """A slate as a person would read it; `currency` is the shop's."""
    for ignored in answer.ignored:
        yield f"Ignored: {ignored.field} {ignored.id} is not in the catalogue."
    if answer.silence:
        yield f"Silence: {answer.silence.reason}{f' ({answer.silence.detail})' if answer.silence.detail else ''}"
    for offer in answer.offers:
        yield from _offer_lines(offer, currency)


def _print_withheld(answer: Answer) -> None:
    if not answer.withheld:
        return
    print_lines(["", "Withheld:"])
    print_table(
        ("item", "kind", "stage", "reason", "factors"),
        [
            (w.item_id, w.kind, w.stage, w.reason, ", ".join(f"{name} {value}" for name, value in w.factors.items()))
            for w in answer.withheld
        ],
    )


def _offer_lines(offer: Offer, currency: str) -> list[str]:
    price = amount(offer.price_minor, currency)
    head = f"{offer.offer_no + 1}. {offer.title or offer.item_id} [{', '.join(offer.adds)}] {price}"
    role = f"instead of {offer.replaces}" if offer.replaces else f"beside {offer.anchor_id}"
    if offer.kind == "repeat":
        role = "bought before"
    rows = [
        f"     {c.attribute}: {c.anchor} -> {c.offer}{' (better)' if c.better else ''}" for c in offer.compare or []
    ]
    return [f"{head} ({offer.kind}, {role})", *(f"     {_said(reason)}" for reason in offer.reasons), *rows]


def _said(reason: Reason) -> str:
    """The sentence; behind it the counts that no shopper is told."""
    counts = reason.counts_told is False and reason.anchor_orders is not None and reason.lift is not None
    if not counts:
        return reason.text
    return f"{reason.text} ({reason.together:,} of {reason.anchor_orders:,} orders, {reason.lift:.1f} times chance)"
