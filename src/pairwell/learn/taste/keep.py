"""From orders to what facts keep of each customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
import numpy as np

from pairwell.config.settings import Settings
from pairwell.facts.taste import NOBODY, Taste
from pairwell.learn.baskets import Array
from pairwell.learn.history import History
from pairwell.learn.taste.due import Due, day_starts, learn_due, repeats_of
from pairwell.learn.taste.ranking import Tastes, learn_tastes, rank
from pairwell.learn.taste.weights import Weights

_AT_A_TIME = 50_000  # customers ranked before the next ones; bounds memory, changes no result
_MILLION = 1_000_000


class LearnedTastes(msgspec.Struct, frozen=True, kw_only=True):
    """Tastes in numbers; the customer after the last one is nobody: without any purchase."""

    tastes: Tastes
    weights: Weights
    item_ids: list[str]
    customer_ids: Sequence[str]
    kept: int  # items of each customer
    due: Due
    moments: dict[int, datetime]  # the start of each day that `due` speaks of

    def __call__(self) -> Iterator[tuple[str, Taste]]:
        """What is kept of nobody, then of each customer who bought anything."""
        if not self.kept:
            return
        nobody = len(self.customer_ids)
        yield NOBODY, next(self._kept(np.array([nobody])))
        known = np.flatnonzero(self.tastes.profiles.baskets)
        for start in range(0, known.size, _AT_A_TIME):
            part = known[start : start + _AT_A_TIME]
            for customer, taste in zip(part.tolist(), self._kept(part), strict=True):
                yield self.customer_ids[customer], taste

    def _kept(self, customers: Array) -> Iterator[Taste]:
        ranking = rank(self.tastes, customers, self.kept)
        scores = np.rint(ranking.score * _MILLION).astype(np.int64)
        for customer, items, score in zip(customers.tolist(), ranking.items.tolist(), scores.tolist(), strict=True):
            named = [
                (self.item_ids[item], millionths) for item, millionths in zip(items, score, strict=True) if item >= 0
            ]
            repeats = repeats_of(self.due, customer, self.item_ids, self.moments)
            yield Taste(items=named, repeats=list(repeats))


def learn_taste(history: History, settings: Settings) -> LearnedTastes:
    """Everything that can be said of any customer of `history`."""
    due = learn_due(history, settings)
    tastes, weights = learn_tastes(history, settings.learn)
    return LearnedTastes(
        tastes=tastes,
        weights=weights,
        item_ids=history.baskets.item_ids,
        customer_ids=history.customer_ids,
        kept=settings.learn.taste_items,
        due=due,
        moments=day_starts(due, settings.shop.timezone),
    )
