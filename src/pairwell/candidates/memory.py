"""What a model proposes for one anchor alone, remembered: decisions ask for the same anchors again and again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pairwell.candidates.backing import backed
from pairwell.candidates.learned import LearnedPairs
from pairwell.candidates.same import Same
from pairwell.config.settings import OfferKind
from pairwell.records import Candidate, Evidence, Pair

_ANCHORS = 4_000  # of each kind; fifty candidates take some 20 kB
_MODELS = 2  # the live one, and the one that just was


class Memory:
    """Candidates of one model; without the memory they are made again, and are the same."""

    def __init__(self, model: LearnedPairs) -> None:
        self._model = model
        self.pairs = lru_cache(_ANCHORS)(self._pairs)
        self.upgrades = lru_cache(_ANCHORS)(self._upgrades)
        self.backoff = lru_cache(_ANCHORS)(self._backoff)

    def _pairs(self, anchor: str, n: int) -> Sequence[Candidate]:
        """Up to `n` add-ons above the evidence floor, best first."""
        return [_candidate(anchor, pair, "cross_sell") for pair in self._model.pairs(anchor, n=n, above_floor=True)]

    def _upgrades(self, anchor: str, n: int) -> Sequence[Candidate]:
        return [_candidate(anchor, pair, "upgrade") for pair in self._model.upgrades(anchor, n=n)]

    def _backoff(self, anchor: str, n: int) -> Sequence[Candidate]:
        """What others speak for."""
        return [backed(anchor, borrowed, self._model) for borrowed in self._model.backoff(anchor, n=n)]


def memory_of(model: LearnedPairs) -> Memory:
    """What is remembered of `model`."""
    return _memory(Same(model))


@lru_cache(maxsize=_MODELS)
def _memory(same: Same[LearnedPairs]) -> Memory:
    return Memory(same.value)


def _candidate(anchor: str, pair: Pair, kind: OfferKind) -> Candidate:
    return Candidate(
        item_id=pair.item_id,
        kind=kind,
        source="upgrades" if kind == "upgrade" else "pairs",
        anchor_id=anchor,
        score=pair.score,
        evidence=evidence_of(pair),
    )


def evidence_of(pair: Pair) -> Evidence:
    """What the orders say of a pair, without its place in a list."""
    return Evidence(
        together=pair.together,
        anchor_orders=pair.anchor_orders,
        item_orders=pair.item_orders,
        confidence=pair.confidence,
        lift=pair.lift,
        effect=pair.effect,
        llr=pair.llr,
        p_adjusted=pair.p_adjusted,
        above_floor=pair.above_floor,
    )
