"""Which reports there are, as people are told of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from pairwell.serve.pages.speaking import sentence

if TYPE_CHECKING:
    from pairwell.dataset.presence import Told

_ORDERS = ("channel", "new_or_returning", "seller", "day", "week", "month", "category", "brand", "item")
_ANSWERS = ("channel", "new_or_returning", "seller", "kind", "category", "brand", "item")
_OFFERS = ("placement", *_ANSWERS)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One report among the others."""

    name: str
    label: str
    about: str  # the question that it answers
    by: Sequence[str] = ()  # what it can be sliced by, as far as every shop has it
    by_more: bool = False  # also by the attributes that this shop knows of its customers


_TOLD: Final[Mapping[str, Entry]] = {
    entry.name: entry
    for entry in (
        Entry(
            name="overview",
            label=sentence("Overview"),
            about=sentence("How much is sold, what an order is worth, and how that changes."),
            by=_ORDERS,
            by_more=True,
        ),
        Entry(name="findings", label=sentence("Findings"), about=sentence("What to change, the dearest first.")),
        Entry(
            name="profit",
            label=sentence("Profit"),
            about=sentence("What offers truly earned, against customers who saw none."),
            by=_OFFERS,
            by_more=True,
        ),
        Entry(
            name="funnel",
            label=sentence("Funnel"),
            about=sentence("Where offers are lost between the shelf and the till, and why."),
            by=_OFFERS,
            by_more=True,
        ),
        Entry(
            name="placements",
            label=sentence("Placements"),
            about=sentence("Where customers take offers, and where they mind them."),
            by=_ANSWERS,
            by_more=True,
        ),
        Entry(name="pairs", label=sentence("Pairs"), about=sentence("What is bought with what, by primary item.")),
        Entry(
            name="categories",
            label=sentence("Categories"),
            about=sentence("Sales of each category, brand or item."),
            by=("category", "brand", "item"),
        ),
        Entry(
            name="customers",
            label=sentence("Customers"),
            about=sentence("Who comes back, and what they may be worth."),
            by_more=True,
        ),
        Entry(
            name="segments",
            label=sentence("Segments"),
            about=sentence("How kinds of customers differ."),
            by=("standing", "tier", "behaviour"),
            by_more=True,
        ),
        Entry(name="sellers", label=sentence("Sellers"), about=sentence("Sales of each seller.")),
    )
}
_NEEDS: Final[Mapping[str, Told]] = {"sellers": "sellers"}


def list_contents(names: Iterable[str]) -> list[Entry]:
    """An entry for each report, in the order in which people read them; one nobody told of comes last."""
    wanted = set(names)
    told = [entry for name, entry in _TOLD.items() if name in wanted]
    return told + [Entry(name=name, label=name.capitalize(), about="") for name in sorted(wanted - set(_TOLD))]


def led_to(entries: Sequence[Entry], told: Collection[Told]) -> list[Entry]:
    """The reports that there is something in, as far as that is known of a shop."""
    return [entry for entry in entries if entry.name not in _NEEDS or _NEEDS[entry.name] in told]
