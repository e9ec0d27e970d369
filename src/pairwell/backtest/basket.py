"""Basket completion: hide one item of each test basket and ask every method for it."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import msgspec
import numpy as np
import pyarrow as pa

from pairwell.backtest.baselines import rank_by_neighbours, rank_by_popularity
from pairwell.backtest.splits import first_test_order, require_orders
from pairwell.backtest.trial import DEPTH, ENGINE, POPULARITY, Held, Ranked, Trial
from pairwell.config.progress import Advance, unheard
from pairwell.config.settings import Settings
from pairwell.dataset.store import Dataset
from pairwell.errors import EvidenceError
from pairwell.learn.baskets import Array, Baskets, slice_orders
from pairwell.learn.blend import blending_model
from pairwell.learn.cases import Case, hide_in_each
from pairwell.learn.history import History, no_later_than, read_history
from pairwell.learn.validation import before
from pairwell.model.model import Model
from pairwell.wording import counted


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The cases, and what the hidden item of each cost there; 0 where it is not known."""

    cases: list[Case]
    revenue: Array


def pose_basket(held: Held, settings: Settings, advance: Advance = unheard) -> Trial:
    """Learn from the older orders and complete the newer ones.

    Raises `EvidenceError` where a part is empty or no test order holds two items.
    """
    history = no_later_than(read_history(held.train, held.train.newest()), held.now)
    if held.test is not None:
        newer = no_later_than(read_history(held.test, held.test.newest()), held.now)
        return pose_cases(history, _ask(held.test, newer.baskets, newer.order_ids), settings, advance)
    assert held.split is not None, "held says either another dataset or a split"
    cut = first_test_order(history.baskets.placed_at, held.split, settings.shop.timezone)
    newest = slice_orders(history.baskets, cut, history.baskets.n_orders)
    asked = _ask(held.train, newest, history.order_ids[cut:])
    return pose_cases(before(history, cut), asked, settings, advance)


def pose_cases(trained: History, asked: Asked, settings: Settings, advance: Advance = unheard) -> Trial:
    """Learn from all of `trained` and ask every method; errors as of `pose_basket`."""
    cases = asked.cases
    _require(trained, cases)
    given = [case.given for case in cases]
    model = blending_model(trained, settings)
    advance(0.3)
    return Trial(
        protocol="basket",
        hidden="one item of each held-out order that holds two or more",
        truths=[frozenset((case.hidden,)) for case in cases],
        barred=[frozenset(basket) for basket in given],
        clusters=np.arange(len(cases)),
        revenue=asked.revenue,
        item_orders=item_orders_of(trained.baskets),
        trained_orders=trained.baskets.n_orders,
        answers=_answers(model, trained.baskets, given, advance),
        ask_more=lambda places, n: _complete(model, [given[place] for place in places], n),
    )


def _answers(model: Model, baskets: Baskets, given: Sequence[Sequence[str]], advance: Advance) -> dict[str, Ranked]:
    completed = _complete(model, given, DEPTH)
    advance(0.5)
    neighbours = rank_by_neighbours(baskets, given, DEPTH)
    advance(1.0)
    return {
        ENGINE: completed,
        POPULARITY: rank_by_popularity(baskets, given, DEPTH),
        "cosine": neighbours["cosine"],
        "confidence": neighbours["confidence"],
    }


def _complete(model: Model, given: Sequence[Sequence[str]], n: int) -> Ranked:
    return [[item_id for item_id, _ in ranked] for ranked in model.complete(given, n=n)]


def item_orders_of(baskets: Baskets) -> dict[str, int]:
    """The orders with each item that was ever bought, by its id."""
    orders = baskets.item_orders().tolist()
    return {item_id: count for item_id, count in zip(baskets.item_ids, orders, strict=True) if count}


def _require(trained: History, cases: list[Case]) -> None:
    require_orders(trained.baskets.items.size)
    if cases:
        return
    raise EvidenceError(
        f"To learn from: {counted(trained.baskets.n_orders, 'order')}; but none to ask about holds two items or more: "
        "where one is hidden, nothing is left to go by.",
        hint="Hold out a larger part, or ingest more orders, with all lines of each.",
    )


def _ask(dataset: Dataset, baskets: Baskets, order_ids: Sequence[str]) -> Asked:
    cases = hide_in_each(baskets, order_ids)
    return Asked(cases=cases, revenue=_revenue(dataset, cases))


def _revenue(dataset: Dataset, cases: Sequence[Case]) -> Array:
    wanted = pa.table({"order_id": [case.basket_id for case in cases], "item_id": [case.hidden for case in cases]})
    lines = dataset.table("order_lines")
    revenue = lines.quantity * lines.unit_price_minor - lines.discount_minor
    asked = lines.mutate(revenue=revenue).semi_join(ibis.memtable(wanted), ["order_id", "item_id"])
    sums = asked.group_by("order_id").aggregate(revenue=asked.revenue.sum()).to_pyarrow()
    by_order = dict(zip(sums.column("order_id").to_pylist(), sums.column("revenue").to_pylist(), strict=True))
    return np.array([max(0.0, by_order.get(case.basket_id) or 0.0) for case in cases])
