"""From orders to what facts keep of each customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from pairwell.config.settings import Settings
from pairwell.facts.taste import NOBODY, Taste
from pairwell.learn.baskets import Array
from pairwell.learn.history import History
from pairwell.learn.taste.profiles import make_profiles
from pairwell.learn.taste.ranking import Ranking, Tastes, learn_tastes, rank

_AT_A_TIME = 50_000  # customers ranked before the next ones; bounds memory, changes no result
_MILLION = 1_000_000


class LearnedTastes(msgspec.Struct, frozen=True, kw_only=True):
    """Tastes in numbers; the customer after the last one is nobody: without any purchase."""

    tastes: Tastes
    item_ids: list[str]
    customer_ids: Sequence[str]
    kept: int  # items of each customer

    def rank(self, customers: Array, n: int) -> Ranking:
        """The `n` best items of each of `customers`, by their numbers."""
        return rank(self.tastes, customers, n)

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
        ranking = self.rank(customers, self.kept)
        scores = np.rint(ranking.score * _MILLION).astype(np.int64)
        for row, score in zip(ranking.items, scores, strict=True):
            pairs = zip(row.tolist(), score.tolist(), strict=True)
            yield Taste(items=[(self.item_ids[item], millionths) for item, millionths in pairs if item >= 0])


def learn_taste(history: History, settings: Settings) -> LearnedTastes:
    """Everything that ranking the items of any customer of `history` takes."""
    baskets, learn = history.baskets, settings.learn
    profiles = make_profiles(baskets, history.customers, len(history.customer_ids) + 1)
    return LearnedTastes(
        tastes=learn_tastes(baskets, profiles, learn),
        item_ids=baskets.item_ids,
        customer_ids=history.customer_ids,
        kept=learn.taste_items,
    )
