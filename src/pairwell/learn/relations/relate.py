"""Everything that an item may be to another beside going with it or replacing it as a step up."""

from __future__ import annotations

from collections.abc import Sequence

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array
from pairwell.learn.bought import Bought
from pairwell.learn.history import History
from pairwell.learn.listings.describe import Description
from pairwell.learn.mining.pairs import LearnedPairs
from pairwell.learn.relations.alternatives import learn_alternatives
from pairwell.learn.relations.first_purchases import first_purchases
from pairwell.learn.relations.follow_ups import learn_follow_ups
from pairwell.learn.relations.requirements import learn_requirements
from pairwell.learn.relations.views import as_baskets
from pairwell.model.neighbours import to_arrays


def relation_arrays(
    history: History, items: Sequence[Description], pairs: LearnedPairs, learn: Learn
) -> dict[str, Array]:
    """Substitutes, variants and requirements as the arrays of a model."""
    substitutes, variants = learn_alternatives(items, history.baskets, pairs, learn, as_baskets(history.visits))
    requirements = learn_requirements(history.listings, history.baskets, pairs, learn)
    return {
        **substitutes.arrays("substitute"),
        **variants.arrays("variant"),
        **to_arrays(requirements, "requires"),
    }


def follow_up_arrays(history: History, bought: Bought, learn: Learn) -> dict[str, Array]:
    """What is bought on a later day, as the arrays of a model; pairs of one order say nothing of it."""
    return learn_follow_ups(first_purchases(history.baskets, bought), history.baskets, learn).arrays("follow_up")
