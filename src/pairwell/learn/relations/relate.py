"""Everything that an item may be to another beside going with it or replacing it as a step up."""

from __future__ import annotations

from pairwell.config.settings import Settings
from pairwell.learn.baskets import Array
from pairwell.learn.history import History
from pairwell.learn.mining.pairs import LearnedPairs
from pairwell.learn.relations.alternatives import learn_alternatives


def relation_arrays(history: History, pairs: LearnedPairs, settings: Settings) -> dict[str, Array]:
    """Substitutes, variants, follow-ups and requirements as the arrays of a model."""
    substitutes, variants = learn_alternatives(history.listings, history.baskets, pairs, settings.learn)
    return {**substitutes.arrays("substitute"), **variants.arrays("variant")}
