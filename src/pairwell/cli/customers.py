"""The command that shows what is known of a customer: customer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines

if TYPE_CHECKING:
    from pairwell.records import CustomerFacts


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(customer)


def customer(
    customer_id: Annotated[str, typer.Argument(metavar="ID", help="The customer, as the shop calls them.")],
    *,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Show what is known of a customer, as decisions read it."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.customer(customer_id)
    if as_json:
        print_json(found)
        return
    print_lines(_lines(found))


def _lines(found: CustomerFacts) -> Iterator[str]:
    last = f", the last on {found.last_order_at:%Y-%m-%d %H:%M}" if found.last_order_at else ""
    yield f"Orders: {found.orders:,}{last}; {found.discounted_orders:,} with something taken off"
    yield f"Pieces: {found.units:,} bought, {found.units_returned:,} came back"
    for item_id, at in found.returned_at.items():
        yield f"  {item_id}: {at:%Y-%m-%d %H:%M}"
    consents = {channel: "yes" if given else "no" for channel, given in found.consents.items()}
    for name, pairs in (("Consents", consents), ("Needs", found.needs), ("Attributes", found.attributes)):
        yield f"{name}: {', '.join(f'{key} {value}' for key, value in sorted(pairs.items())) or 'none known'}"
    yield f"Open: {found.open_complaints:,} complaints, {found.open_tickets:,} tickets"
    yield f"Satisfaction: {'not known' if found.satisfaction is None else f'{found.satisfaction:.0%}'}"
