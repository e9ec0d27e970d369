"""From orders to what facts keep of each customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec
import numpy as np

from pairwell.config.settings import Settings
from pairwell.facts.taste import NOBODY, Bucket, Generation, Learned, bucket_of
from pairwell.learn.baskets import Array
from pairwell.learn.bought import Bought, list_all
from pairwell.learn.history import History
from pairwell.learn.taste.best import Ranking
from pairwell.learn.taste.due import Repeats, learn_due, list_repeats
from pairwell.learn.taste.ranking import Tastes, learn_tastes, rank
from pairwell.learn.taste.weights import Weights

_AT_A_TIME = 20_000  # customers ranked before the next ones; bounds memory, changes no result


class LearnedTastes(msgspec.Struct, frozen=True, kw_only=True):
    """Tastes in numbers; the customer after the last one is nobody: without any purchase."""

    tastes: Tastes
    weights: Weights
    item_ids: Sequence[str]
    customer_ids: Sequence[str]
    kept: int  # items of each customer
    repeats: Repeats

    def keep(self, generation: Generation) -> Learned:
        """What facts keep, put together while it is written."""
        weights = msgspec.to_builtins(self.weights)
        return Learned(
            item_ids=self.item_ids,
            buckets=self._buckets() if self.kept else (),
            generation=msgspec.structs.replace(generation, weights=weights),
        )

    def _buckets(self) -> Iterator[Bucket]:
        """The bucket of nobody is there always; of others those who bought anything, each in its bucket."""
        numbers = np.fromiter(map(bucket_of, (*self.customer_ids, NOBODY)), dtype=np.int64)
        known = np.append(np.flatnonzero(self.tastes.profiles.baskets), len(self.customer_ids))
        known = known[np.argsort(numbers[known], kind="stable")]
        numbers = numbers[known]
        edges = np.flatnonzero(np.diff(numbers, prepend=-1, append=-1))
        rows = edges[np.searchsorted(edges, np.arange(0, known.size + _AT_A_TIME, _AT_A_TIME)).clip(0, edges.size - 1)]
        for start, stop in pairwise(rows.tolist()):
            yield from self._rank(known[start:stop], numbers[start:stop])

    def _rank(self, customers: Array, numbers: Array) -> Iterator[Bucket]:
        """The buckets of `customers`, which are in order of their numbers."""
        nobody = len(self.customer_ids)
        rest = rank(self.tastes, np.array([nobody]), self.kept)
        ranking = rank(self.tastes, customers, self.kept)
        own = (customers == nobody) | self.repeats.any_of(customers) | _differ(ranking, rest)
        customers, numbers = customers[own], numbers[own]
        items, scores = ranking.items[own], ranking.score[own]
        edges = np.flatnonzero(np.diff(numbers, prepend=-1, append=-1)).tolist()
        for start, stop in pairwise(edges):
            part = customers[start:stop]
            ends, repeats = self.repeats.of(part)
            yield Bucket(
                number=int(numbers[start]),
                customer_ids=[NOBODY if one == nobody else self.customer_ids[one] for one in part.tolist()],
                items=items[start:stop],
                scores=scores[start:stop],
                ends=ends,
                repeats=repeats,
            )


def _differ(ranking: Ranking, rest: Ranking) -> Array:
    """Which rows say anything else than the only one of `rest`."""
    differ: Array = ((ranking.items != rest.items) | (ranking.score != rest.score)).any(axis=1)
    return differ


def learn_taste(history: History, settings: Settings, bought: Bought) -> LearnedTastes:
    """Everything that can be said of any customer of `history`."""
    tastes, weights = learn_tastes(history, settings.learn, list_all(history, bought))
    return LearnedTastes(
        tastes=tastes,
        weights=weights,
        item_ids=history.baskets.item_ids,
        customer_ids=list(history.customer_ids),
        kept=settings.learn.taste_items,
        repeats=list_repeats(learn_due(history, settings, bought), settings.shop.timezone),
    )
