"""The next basket: everything in a customer's next order is hidden, and earlier orders are all one knows."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import msgspec
import numpy as np
import pyarrow as pa

from pairwell.backtest.basket import item_orders_of
from pairwell.backtest.splits import first_test_order, require_orders
from pairwell.backtest.trial import DEPTH, ENGINE, POPULARITY, Held, Ranked, Trial
from pairwell.config.progress import Advance, unheard
from pairwell.config.settings import Settings
from pairwell.dataset.store import Dataset
from pairwell.errors import EvidenceError
from pairwell.learn.baskets import Array, slice_orders
from pairwell.learn.history import History, no_later_than, read_history
from pairwell.learn.taste.profiles import Profiles
from pairwell.learn.taste.ranking import Tastes, learn_tastes, rank
from pairwell.learn.validation import before
from pairwell.wording import counted


class Following(msgspec.Struct, frozen=True, kw_only=True):
    """The next order of each customer who is asked about."""

    customers: Array  # their numbers in the history that is learned from
    truths: list[frozenset[str]]
    order_ids: list[str]


def pose_next_basket(held: Held, settings: Settings, advance: Advance = unheard) -> Trial:
    """Learn from the older orders and foretell the first newer order of each customer who is in both.

    Raises `EvidenceError` where there is none, and as `first_test_order` does.
    """
    history = no_later_than(read_history(held.train, held.train.newest()), held.now)
    if held.test is not None:
        newer = no_later_than(read_history(held.test, held.test.newest()), held.now)
        return _pose(history, find_following(history, newer), held.test, settings, advance)
    assert held.split is not None, "held says either another dataset or a split"
    cut = first_test_order(history.baskets.placed_at, held.split, settings.shop.timezone)
    trained = before(history, cut)
    return _pose(trained, find_following(trained, _after(history, cut)), held.train, settings, advance)


def find_following(trained: History, newer: History) -> Following:
    """The first order in `newer` of each customer who has one in `trained`, by number of the customer."""
    places = {customer_id: place for place, customer_id in enumerate(trained.customer_ids)}
    known = np.bincount(trained.customers[(trained.customers >= 0) & (trained.baskets.sizes > 0)])
    first: dict[int, int] = {}
    for order, customer in enumerate(newer.customers.tolist()):
        place = places.get(newer.customer_ids[customer], -1) if customer >= 0 else -1
        if 0 <= place < known.size and known[place] and newer.baskets.sizes[order]:
            first.setdefault(place, order)
    customers = sorted(first)
    return Following(
        customers=np.array(customers, dtype=np.int64),
        truths=[_items(newer, first[customer]) for customer in customers],
        order_ids=[newer.order_ids[first[customer]] for customer in customers],
    )


def pose_following(trained: History, asked: Following, settings: Settings, advance: Advance = unheard) -> Trial:
    """Ask every method for the orders in `asked`, after learning from all of `trained`; nothing is known of prices."""
    tastes, _ = learn_tastes(trained, settings.learn)
    names = trained.baskets.item_ids
    advance(0.5)
    answers = {
        ENGINE: _ranked(tastes, names, asked.customers, DEPTH),
        POPULARITY: [[names[item] for item in tastes.falling[:DEPTH].tolist()]] * len(asked.truths),
        "personal": _named(rank_by_habit(tastes, asked.customers, DEPTH), names),
    }
    advance(1.0)
    return Trial(
        protocol="next-basket",
        hidden="the next order of each customer who had bought before",
        truths=asked.truths,
        barred=[frozenset()] * len(asked.truths),
        clusters=asked.customers,
        revenue=np.zeros(len(asked.truths)),
        item_orders=item_orders_of(trained.baskets),
        trained_orders=trained.baskets.n_orders,
        answers=answers,
        ask_more=lambda places, n: _ranked(tastes, names, asked.customers[list(places)], n),
    )


def rank_by_habit(tastes: Tastes, customers: Array, n: int) -> list[list[int]]:
    """Each customer's own items by the number of their baskets with it, ties by popularity; then the most popular."""
    profiles, falling = tastes.profiles, tastes.falling
    places = np.empty(tastes.popular.size, dtype=np.int64)
    places[falling] = np.arange(falling.size)
    popular = falling[: 2 * n].tolist()
    own = (_own(profiles, customer, places)[:n] for customer in customers.tolist())
    return [list(dict.fromkeys([*items, *popular]))[:n] for items in own]


def _own(profiles: Profiles, customer: int, places: Array) -> list[int]:
    row = slice(int(profiles.offsets[customer]), int(profiles.offsets[customer + 1]))
    items = profiles.items[row]
    falling: list[int] = items[np.lexsort((places[items], -profiles.times[row]))].tolist()
    return falling


def _ranked(tastes: Tastes, names: Sequence[str], customers: Array, n: int) -> Ranked:
    return _named(rank(tastes, customers, n).items.tolist(), names)


def _named(ranked: list[list[int]], names: Sequence[str]) -> Ranked:
    return [[names[item] for item in row if item >= 0] for row in ranked]


def _pose(trained: History, asked: Following, dataset: Dataset, settings: Settings, advance: Advance) -> Trial:
    _require(trained, asked)
    revenue = _revenue(dataset, asked.order_ids)
    return msgspec.structs.replace(pose_following(trained, asked, settings, advance), revenue=revenue)


def _require(trained: History, asked: Following) -> None:
    require_orders(trained.baskets.n_orders)
    if asked.truths:
        return
    known = np.unique(trained.customers[trained.customers >= 0]).size
    if not known:
        raise EvidenceError(
            f"None of the {counted(trained.baskets.n_orders, 'order')} to learn from says whose it is.",
            hint="Map the column with the customer, and run `pairwell ingest orders FILE --mapping FILE` again.",
        )
    raise EvidenceError(
        f"None of the {counted(known, 'customer')} to learn from has an order to ask about.",
        hint="Hold out a larger part, or ask about later orders of the same customers.",
    )


def _revenue(dataset: Dataset, order_ids: Sequence[str]) -> Array:
    """What each of the orders earned; 0 where no price is known."""
    wanted = ibis.memtable(pa.table({"order_id": pa.array(order_ids, pa.string())}))
    lines = dataset.table("order_lines").semi_join(wanted, "order_id")
    revenue = lines.quantity * lines.unit_price_minor - lines.discount_minor
    sums = lines.group_by("order_id").aggregate(revenue=revenue.sum()).to_pyarrow()
    by_order = dict(zip(sums.column("order_id").to_pylist(), sums.column("revenue").to_pylist(), strict=True))
    return np.array([max(0.0, by_order.get(order_id) or 0.0) for order_id in order_ids])


def _after(history: History, cut: int) -> History:
    return msgspec.structs.replace(
        history,
        baskets=slice_orders(history.baskets, cut, history.baskets.n_orders),
        order_ids=history.order_ids[cut:],
        customers=history.customers[cut:],
    )


def _items(history: History, order: int) -> frozenset[str]:
    row = slice(int(history.baskets.offsets[order]), int(history.baskets.offsets[order + 1]))
    return frozenset(history.baskets.item_ids[item] for item in history.baskets.items[row].tolist())
