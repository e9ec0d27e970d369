"""What a model proposes for one anchor alone, remembered: decisions ask for the same anchors again and again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pairwell.candidates.backing import backed
from pairwell.candidates.bundled import bundled
from pairwell.candidates.learned import LearnedPairs
from pairwell.candidates.same import Same
from pairwell.config.settings import OfferKind
from pairwell.records import Candidate, Pair

_ANCHORS = 10_000  # of each kind; twenty candidates take some 7 kB
_MODELS = 4  # the live one, the one that a share of the customers gets first, and those that just were


class Memory:
    """Candidates of one model; without the memory they are made again, and are the same."""

    def __init__(self, model: LearnedPairs) -> None:
        self._model = model
        self.pairs = lru_cache(_ANCHORS)(self._pairs)
        self.upgrades = lru_cache(_ANCHORS)(self._upgrades)
        self.backoff = lru_cache(_ANCHORS)(self._backoff)
        self.follow_ups = lru_cache(_ANCHORS)(self._follow_ups)
        self.bundles = lru_cache(_ANCHORS)(self._bundles)

    def _pairs(self, anchor: str, n: int) -> Sequence[Candidate]:
        """Up to `n` add-ons above the evidence floor, best first."""
        return self._ranked(anchor, "cross_sell", n)

    def _upgrades(self, anchor: str, n: int) -> Sequence[Candidate]:
        return self._ranked(anchor, "upgrade", n)

    def _ranked(self, anchor: str, kind: OfferKind, n: int) -> Sequence[Candidate]:
        source = "upgrades" if kind == "upgrade" else "pairs"
        return [
            Candidate(item_id=item_id, kind=kind, source=source, anchor_id=anchor, score=score, evidence=evidence)
            for item_id, score, evidence in self._model.ranked(anchor, kind, n=n)
        ]

    def _backoff(self, anchor: str, n: int) -> Sequence[Candidate]:
        """What others speak for."""
        return [backed(anchor, borrowed, self._model) for borrowed in self._model.backoff(anchor, n=n)]

    def _bundles(self, anchor: str, n: int) -> Sequence[Candidate]:
        """Sets that hold the anchor, which alone is there."""
        return [bundled(learned, anchor, self._model) for learned in self._model.bundles_with(anchor, n=n)]

    def _follow_ups(self, item_id: str, n: int) -> Sequence[Pair]:
        return self._model.follow_ups(item_id, n=n)


def memory_of(model: LearnedPairs) -> Memory:
    """What is remembered of `model`."""
    return _memory(Same(model))


@lru_cache(maxsize=_MODELS)
def _memory(same: Same[LearnedPairs]) -> Memory:
    return Memory(same.value)
