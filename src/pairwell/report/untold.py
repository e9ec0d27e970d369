"""Why orders do not tell something of customers, in words for the owner of a shop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from pairwell.measure.intervals import FEWEST_CUSTOMERS, FEWEST_FOR_MONEY
from pairwell.measure.unknown import NotKnown
from pairwell.said import joined, number, phrase, phrase_count

_WORDS: Final[dict[str, Callable[[NotKnown], str]]] = {
    "no_orders": lambda _: phrase("there is no order with a date yet."),
    "no_names": lambda why: joined(
        phrase_count(
            "none of {count} order says who the customer is.",
            "none of {count} orders says who the customer is.",
            int(why.found),
        ),
        phrase("Name the column `customer_id` when you ingest orders."),
    ),
    "nothing_kept": lambda why: phrase_count(
        "of {count} order with a customer, everything came back.",
        "of {count} orders with a customer, everything came back.",
        int(why.found),
    ),
    "no_prices": lambda _: phrase("no order states a price."),
    "too_few_customers": lambda why: phrase_count(
        "{count} customer is too few: it takes {needed}.",
        "{count} customers are too few: it takes {needed}.",
        int(why.found),
        needed=number(why.needed),
    ),
    "too_few_repeats": lambda why: phrase_count(
        "only {count} customer came back often enough to learn from; it takes {needed}.",
        "only {count} customers came back often enough to learn from; it takes {needed}.",
        int(why.found),
        needed=number(why.needed),
    ),
    "no_repeats": lambda _: phrase("no customer has come back yet."),
    "too_short": lambda why: phrase_count(
        "the orders span {count} day; who comes back shows after {needed} days.",
        "the orders span {count} days; who comes back shows after {needed} days.",
        int(why.found),
        needed=number(why.needed),
    ),
    "value_depends_on_frequency": lambda why: joined(
        phrase(
            "customers who buy more often spend more a purchase, and money can be forecast only where the two have "
            "little to do with each other."
        )
        if why.found > 0
        else phrase(
            "customers who buy more often spend less a purchase, and money can be forecast only where the two have "
            "little to do with each other."
        ),
        phrase("(Method: Gamma-Gamma; rank correlation {found}.)", found=number(why.found, 2, sign=True)),
    ),
    "values_alike": lambda _: phrase(
        "all customers spend the same a purchase, so that there is nothing to learn of values."
    ),
    "not_fitted": lambda _: phrase("no forecast fits these orders."),
    "nobody_new": lambda why: phrase(
        "in the last {days} days none of the earlier customers bought anything.", days=number(why.found)
    ),
    "no_structure": lambda _: phrase(
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
    return phrase(
        "Intervals take {customers} customers, and those of money take {more}, as a few large orders decide an "
        "average.",
        customers=FEWEST_CUSTOMERS,
        more=FEWEST_FOR_MONEY,
    )
