"""Basket completion: hide one item of each test basket and ask every method for it."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import msgspec
import numpy as np
import pyarrow as pa

from pairwell.backtest.baselines import Ranked, rank_by_neighbours, rank_by_popularity
from pairwell.backtest.scores import DEPTH, Scores, score
from pairwell.backtest.splits import Split, first_test_order
from pairwell.config.progress import Advance, unheard
from pairwell.config.settings import Settings
from pairwell.dataset.store import Dataset
from pairwell.errors import EvidenceError
from pairwell.learn.assemble import completing_model
from pairwell.learn.baskets import Array, slice_orders
from pairwell.learn.cases import Case, hide_in_each
from pairwell.learn.history import History, read_history
from pairwell.learn.validation import before


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The cases, and what the hidden item of each cost there; 0 where it is not known."""

    cases: list[Case]
    revenue: Array


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """How well every method found the hidden items."""

    protocol: str
    cases: int
    unseen: int  # hidden items that were in no order learned from: misses of every method
    trained_orders: int
    trained_items: int
    methods: dict[str, Scores]


def evaluate_basket(dataset: Dataset, settings: Settings, *, split: Split, advance: Advance = unheard) -> Evaluation:
    """Learn from the older orders of `dataset` and complete the newer ones.

    Raises `EvidenceError` where a part is empty or no test order holds two items.
    """
    history = read_history(dataset, dataset.newest())
    cut = first_test_order(history.baskets.placed_at, split, settings.shop.timezone)
    newest = slice_orders(history.baskets, cut, history.baskets.n_orders)
    cases = hide_in_each(newest, history.order_ids[cut:])
    asked = Asked(cases=cases, revenue=_revenue(dataset, cases))
    return evaluate_cases(before(history, cut), asked, settings, advance=advance)


def evaluate_baskets_of(train: Dataset, test: Dataset, settings: Settings, *, advance: Advance = unheard) -> Evaluation:
    """Learn from every order of `train` and complete every order of `test`; errors as of `evaluate_basket`."""
    newer = read_history(test, test.newest())
    cases = hide_in_each(newer.baskets, newer.order_ids)
    asked = Asked(cases=cases, revenue=_revenue(test, cases))
    return evaluate_cases(read_history(train, train.newest()), asked, settings, advance=advance)


def evaluate_cases(trained: History, asked: Asked, settings: Settings, *, advance: Advance = unheard) -> Evaluation:
    """Learn from all of `trained` and ask every method; errors as of `evaluate_basket`."""
    cases = asked.cases
    _require(trained, cases)
    given, hidden = [case.given for case in cases], [case.hidden for case in cases]
    bought = {trained.baskets.item_ids[code] for code in np.unique(trained.baskets.items).tolist()}
    answers = _answers(trained, given, settings, advance)
    return Evaluation(
        protocol="basket",
        cases=len(cases),
        unseen=sum(item_id not in bought for item_id in hidden),
        trained_orders=trained.baskets.n_orders,
        trained_items=len(bought),
        methods={name: score(ranked, hidden, asked.revenue, len(bought)) for name, ranked in answers.items()},
    )


def _answers(
    trained: History, given: Sequence[Sequence[str]], settings: Settings, advance: Advance
) -> dict[str, Ranked]:
    model = completing_model(trained, settings)
    advance(0.3)
    completed = [[item_id for item_id, _ in ranked] for ranked in model.complete(given, n=DEPTH)]
    advance(0.5)
    neighbours = rank_by_neighbours(trained.baskets, given, DEPTH)
    advance(0.9)
    return {
        "pairwell": completed,
        "popularity": rank_by_popularity(trained.baskets, given, DEPTH),
        "cosine": neighbours["cosine"],
        "confidence": neighbours["confidence"],
    }


def _require(trained: History, cases: list[Case]) -> None:
    if trained.baskets.items.size and cases:
        return
    raise EvidenceError(
        f"There are {trained.baskets.n_orders} orders to learn from and {len(cases)} to ask about that hold two items "
        "or more; both need some.",
        hint="Choose other test days or another share, or ingest more orders.",
    )


def _revenue(dataset: Dataset, cases: Sequence[Case]) -> Array:
    wanted = pa.table({"order_id": [case.basket_id for case in cases], "item_id": [case.hidden for case in cases]})
    lines = dataset.table("order_lines")
    revenue = lines.quantity * lines.unit_price_minor - lines.discount_minor
    asked = lines.mutate(revenue=revenue).semi_join(ibis.memtable(wanted), ["order_id", "item_id"])
    sums = asked.group_by("order_id").aggregate(revenue=asked.revenue.sum()).to_pyarrow()
    by_order = dict(zip(sums.column("order_id").to_pylist(), sums.column("revenue").to_pylist(), strict=True))
    return np.array([max(0.0, by_order.get(case.basket_id) or 0.0) for case in cases])
