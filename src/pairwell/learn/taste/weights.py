"""How much popularity and company count in this shop, beside a customer's own habits."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.learn.baskets import Array, Baskets

MOST_CASES = 1_500
FEWEST_CASES = 100
_CUT = 10
_SURE = 2.0


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """What is multiplied with the share of orders with an item, and with what its company says."""

    popularity: float = 1.0
    company: float = 0.2
    cases: int = 0  # customers whose newest basket was hidden to find them; 0: too few, the weights are the usual ones


CAUTIOUS = Weights(popularity=100.0, company=0.0)  # popularity, as good as alone


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A field of `Weights` and the values that are tried for it."""

    name: str
    values: tuple[float, ...]


POPULARITIES = Choice(name="popularity", values=(0.1, 0.3, 1.0, 2.0, 3.0, 4.0, 6.0, 12.0, 25.0))
COMPANIES = Choice(name="company", values=(0.0, 0.2, 0.5, 1.0, 2.0))


class Hidden(msgspec.Struct, frozen=True, kw_only=True):
    """Orders without the newest one of some customers, and what those held."""

    baskets: Baskets
    owners: Array  # the customer of each order left
    customers: Array  # whose newest order was taken out
    truth: Array  # case * items + item, ascending
    sizes: Array  # items of each case


def hide_newest(baskets: Baskets, customers: Array) -> Hidden:
    """Take the newest order of up to 1,500 customers with two or more, evenly from all of them."""
    places = np.flatnonzero((customers >= 0) & (baskets.sizes > 0))
    n_baskets = np.bincount(customers[places])
    newest = np.zeros(n_baskets.size, dtype=np.int64)
    newest[customers[places]] = places  # the last one stays
    several = np.flatnonzero(n_baskets > 1)
    chosen = several[
        np.unique(np.linspace(0, several.size, MOST_CASES, endpoint=False).astype(np.int64))[: several.size]
    ]
    orders = newest[chosen]
    keep = np.ones(baskets.n_orders, dtype=bool)
    keep[orders] = False
    cases = np.argsort(orders)  # of the hidden orders as they come
    return Hidden(
        baskets=_only(baskets, keep),
        owners=customers[keep],
        customers=chosen,
        truth=np.sort(
            np.repeat(cases * len(baskets.item_ids), baskets.sizes[orders[cases]])
            + baskets.items[np.repeat(~keep, baskets.sizes)]
        ),
        sizes=baskets.sizes[orders],
    )


def _only(baskets: Baskets, keep: Array) -> Baskets:
    sizes = baskets.sizes[keep]
    return Baskets(
        item_ids=baskets.item_ids,
        offsets=np.concatenate(([0], np.cumsum(sizes))),
        items=baskets.items[np.repeat(keep, baskets.sizes)],
        placed_at=baskets.placed_at[keep],
    )


def grade(hidden: Hidden, ranked: Array) -> Array:
    """Mean of recall and NDCG among the ten best in each case, for its `ranked` items, -1 where there are none left."""
    n_items = len(hidden.baskets.item_ids)
    cases = np.arange(hidden.sizes.size)[:, None]
    found = np.isin(cases * n_items + ranked, hidden.truth, assume_unique=False) & (ranked >= 0)
    discounts = 1 / np.log2(np.arange(2, max(_CUT, int(hidden.sizes.max(initial=1))) + 2))
    recall = found.sum(axis=1) / hidden.sizes
    ndcg = found @ discounts[: ranked.shape[1]] / np.cumsum(discounts)[hidden.sizes - 1]
    grades: Array = (recall + ndcg) / 2
    return grades


def surely_above(grades: Array, others: Array) -> bool:
    """Whether the first are higher in the mean by more than two standard errors of the difference, case by case."""
    difference = grades - others
    return bool(difference.mean() > _SURE * difference.std() / np.sqrt(difference.size))
