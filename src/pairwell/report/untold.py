"""Why orders do not tell something of customers, in words for the owner of a shop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from pairwell.measure.intervals import FEWEST_CUSTOMERS, FEWEST_FOR_MONEY
from pairwell.measure.unknown import NotKnown
from pairwell.wording import counted

_WORDS: Final[dict[str, Callable[[NotKnown], str]]] = {
    "no_orders": lambda _: "there is no order with a date yet.",
    "no_names": lambda why: (
        f"none of {counted(int(why.found), 'order')} says who the customer is. "
        "Name the column `customer_id` when you ingest orders."
    ),
    "nothing_kept": lambda why: f"of {counted(int(why.found), 'order')} with a customer, everything came back.",
    "no_prices": lambda _: "no order states a price.",
    "too_few_customers": lambda why: (
        f"{counted(int(why.found), 'customer')} are too few: it takes {why.needed:,.0f}."
        if why.found != 1
        else f"1 customer is too few: it takes {why.needed:,.0f}."
    ),
    "too_few_repeats": lambda why: (
        f"only {counted(int(why.found), 'customer')} came back often enough to learn from; it takes {why.needed:,.0f}."
    ),
    "no_repeats": lambda _: "no customer has come back yet.",
    "too_short": lambda why: (
        f"the orders span {counted(int(why.found), 'day')}; who comes back shows after {why.needed:,.0f} days."
    ),
    "value_depends_on_frequency": lambda why: (
        f"customers who buy more often spend {'more' if why.found > 0 else 'less'} a purchase, and money can be "
        "forecast only where the two have little to do with each other. "
        f"(Method: Gamma-Gamma; rank correlation {why.found:+.2f}.)"
    ),
    "values_alike": lambda _: "all customers spend the same a purchase, so that there is nothing to learn of values.",
    "not_fitted": lambda _: "no forecast fits these orders.",
    "nobody_new": lambda why: f"in the last {why.found:,.0f} days none of the earlier customers bought anything.",
    "no_structure": lambda _: (
        "customers differ by degree and fall into no groups: wherever a line is drawn, many stand on either side of it."
    ),
}


def why_not(found: NotKnown) -> str:
    """The reason as the end of a sentence."""
    return _WORDS[found.reason](found)


def note_of_few(customers: Iterable[int]) -> str | None:
    """What a table says where some of its rows are of too few customers for every interval."""
    if min(customers, default=FEWEST_FOR_MONEY) >= FEWEST_FOR_MONEY:
        return None
    return (
        f"Intervals take {FEWEST_CUSTOMERS} customers, and those of money take {FEWEST_FOR_MONEY}, as a few large "
        "orders decide an average."
    )
