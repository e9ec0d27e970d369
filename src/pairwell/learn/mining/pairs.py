"""The best add-ons of every anchor, with the evidence for each."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.config.progress import Advance, unheard
from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets, only_ordinary, thin
from pairwell.learn.mining.chance import Chance, Correction, above_floor, correct
from pairwell.learn.mining.judge import judge
from pairwell.learn.mining.kernel import Kept
from pairwell.learn.mining.mine import Asked, mine
from pairwell.model.neighbours import Neighbours, make_neighbours


class LearnedPairs(msgspec.Struct, frozen=True, kw_only=True):
    """Kept pairs, and what judging other pairs of the same orders takes."""

    neighbours: Neighbours
    older: Neighbours | None  # of the orders before a cut, not judged
    thinned_orders: int
    ordinary: Baskets  # the orders and lines that count as evidence
    chance: Chance
    correction: Correction


def learn_pairs(baskets: Baskets, learn: Learn, advance: Advance = unheard, *, cut: int = 0) -> LearnedPairs:
    """Keep for each item the `neighbours` best add-ons by score, judged among all pairs there could be.

    The score stands in `score.py`; add-ons of equal score go by item id. `advance` hears the share that is done. With a
    `cut`, the same pass keeps what `rank_pairs` finds in the first `cut` orders, as `older`.
    """
    thinned, n_thinned = thin(baskets)
    mined = mine(thinned, learn, Asked(cut=cut), advance)
    kept, chance, correction = mined.kept, mined.chance, correct(mined.bins, mined.chance)
    older = None if mined.older is None else _unjudged(mined.older)
    del mined  # and with it the counts of the older pairs
    return LearnedPairs(
        neighbours=_judged(kept, chance, correction, learn),
        older=older,
        thinned_orders=n_thinned,
        ordinary=_evidence(baskets, learn),
        chance=chance,
        correction=correction,
    )


def rank_pairs(baskets: Baskets, learn: Learn) -> Neighbours:
    """The same add-ons with the same scores as `learn_pairs`, none of them judged: p is 1, nothing above the floor."""
    return _unjudged(mine(thin(baskets)[0], learn, Asked(judged=False)).kept)


def _evidence(baskets: Baskets, learn: Learn) -> Baskets:
    ordinary = only_ordinary(baskets, learn.ordinary_basket)
    if ordinary.offered is None or not ordinary.offered.any():
        return ordinary
    shown = ~ordinary.offered
    before = np.concatenate(([0], np.cumsum(shown)))
    return msgspec.structs.replace(
        ordinary, offsets=before[ordinary.offsets], items=ordinary.items[shown], offered=None
    )


def _unjudged(kept: Kept) -> Neighbours:
    effect, p_adjusted, above = (np.broadcast_to(each, kept.score.shape) for each in (0.0, 1.0, np.False_))
    return _neighbours(kept, effect=effect, p_adjusted=p_adjusted, above_floor=above)


def _judged(kept: Kept, chance: Chance, correction: Correction, learn: Learn) -> Neighbours:
    effect, adjusted = judge(kept, chance, correction)
    above = above_floor(kept.proof, effect, adjusted, learn)
    return _neighbours(kept, effect=effect, p_adjusted=adjusted, above_floor=above)


def _neighbours(kept: Kept, **verdicts: Array) -> Neighbours:
    return make_neighbours(
        offsets=kept.offsets, items=kept.add_ons, score=kept.score, together=kept.together, **verdicts
    )
