"""What a customer is likely to buy next, as facts have it."""

from __future__ import annotations

from collections.abc import Sequence

from pairwell.errors import NoModelError, RequestError
from pairwell.facts.taste import NOBODY, Taste, TasteStore
from pairwell.habits import Repeat
from pairwell.shop.asking import read_text, read_texts

_DIGITS = 6


def next_baskets(customer_ids: Sequence[str], n: int, *, store: TasteStore, kept: int) -> list[list[tuple[str, float]]]:
    """For each customer the `n` best items with scores; one of whom nothing is known has the taste of nobody.

    Raises `RequestError` for a text instead of a list, and where `n` is not between 1 and `kept`; `NoModelError`
    where no taste was learned yet.
    """
    asked = read_texts(customer_ids, "customer_ids", "c-17")
    if type(n) is not int or n < 1 or n > kept > 0:
        raise RequestError(
            f"{n!r} items were asked for; between 1 and {kept} are kept of each customer.",
            hint="Raise `learn.taste_items`, publish, and run `pairwell learn`.",
            field="n",
        )
    tastes = _read(store, asked)
    return [_scored(tastes.get(customer_id, tastes[NOBODY]), n) for customer_id in asked]


def find_repeats(customer_id: str, *, store: TasteStore) -> list[Repeat]:
    """What the customer buys regularly, soonest due first. Errors as of `next_baskets`."""
    asked = read_text(customer_id, "customer_id", "c-17")
    return _read(store, [asked]).get(asked, Taste()).repeats


def _read(store: TasteStore, customer_ids: Sequence[str]) -> dict[str, Taste]:
    tastes = store.read([*customer_ids, NOBODY])
    if NOBODY in tastes:
        return tastes
    raise NoModelError(
        "No taste of any customer has been learned.",
        hint="Run `pairwell learn`, with `learn.taste_items` above 0.",
    )


def _scored(taste: Taste, n: int) -> list[tuple[str, float]]:
    return [(item_id, round(score, _DIGITS)) for item_id, score in taste.items[:n]]
