"""How much the linear weights count in a shop when a basket is completed: found on its newest orders."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pairwell.config.settings import Settings
from pairwell.learn.assemble import completing_model
from pairwell.learn.baskets import Array, Baskets, only_ordinary, slice_orders
from pairwell.learn.cases import Case
from pairwell.learn.history import History
from pairwell.learn.mining.affinity import shows_affinity
from pairwell.learn.mining.linear import linear_arrays, linear_weights, no_linear
from pairwell.learn.mining.pairs import learn_pairs
from pairwell.learn.validation import Newest, before, halves, newest_cases, older_orders
from pairwell.model.completion import Completion
from pairwell.model.model import Model
from pairwell.model.neighbours import Neighbours

SHARES = (0.0, 1.0, 4.0, 16.0)
_CUT = 10
_Z = 1.959963984540054  # two-sided 95 %


class Blend(NamedTuple):
    """What was found: the share, and the linear arrays of a model of the older orders with it."""

    share: float
    older: dict[str, Array]


def older_with_pairs(history: History, settings: Settings) -> int:
    """How many orders are older than those that completing is judged on; 0 where nothing goes with anything in them.

    Then popularity alone completes baskets, and nobody asks for their pairs.
    """
    cut = older_orders(history)
    older = slice_orders(history.baskets, 0, cut)
    return cut if shows_affinity(only_ordinary(older, settings.learn.ordinary_basket)) else 0


def find_blend(history: History, settings: Settings, older: Neighbours | None, newest: Newest | None = None) -> Blend:
    """The share that found most hidden items on half of the newest orders, among those whose gain is sure; else 0.

    Sure is a gain whose paired 95 % interval lies above zero. `older` are the pairs of the older orders, `newest` what
    `newest_cases` says, where it is known. The share is 0 where there are no such pairs, as where nothing goes with
    anything, and where too few orders can be asked about.
    """
    split, cases = newest or newest_cases(history)
    asked, _ = halves(cases)
    if older is None or not asked:
        return Blend(0.0, no_linear())
    trained = before(history, split).baskets
    completion = Completion(
        pairs=older,
        popular=np.empty(0, dtype=np.int32),
        affinity=True,
        growth=settings.learn.power_growth,
        linear=linear_weights(trained, older, settings.learn),
        share=0.0,
    )
    share = _best(_hits(completion, trained, asked))
    return Blend(share, linear_arrays(completion.linear, share) if share else no_linear())


def share_arrays(baskets: Baskets, pairs: Neighbours, settings: Settings, share: float) -> dict[str, Array]:
    """What a model of these orders and pairs needs to complete with this share."""
    return linear_arrays(linear_weights(baskets, pairs, settings.learn), share) if share else no_linear()


def blending_model(history: History, settings: Settings) -> Model:
    """A model that completes baskets exactly as a published one of `history` would; not stored."""
    pairs = learn_pairs(history.baskets, settings.learn, cut=older_with_pairs(history, settings))
    share = find_blend(history, settings, pairs.older).share
    linear = share_arrays(history.baskets, pairs.neighbours, settings, share)
    return completing_model(history, settings, pairs.neighbours, linear)


def _hits(completion: Completion, trained: Baskets, cases: Sequence[Case]) -> Array:
    """Whether each hidden item is among the ten best, for each of the shares; popularity fills up nothing."""
    codes = {item_id: code for code, item_id in enumerate(trained.item_ids)}
    hits = np.zeros((len(SHARES), len(cases)), dtype=bool)
    for number, case in enumerate(cases):
        given = np.unique([codes[item_id] for item_id in case.given]).astype(np.intp)
        spoken = completion.hear(given)
        place = int(np.searchsorted(spoken.codes, codes[case.hidden]))
        if place < spoken.codes.size and spoken.codes[place] == codes[case.hidden]:
            for row, share in enumerate(SHARES):
                scores = spoken.blended(share)
                ahead = (scores > scores[place]).sum() + (scores[:place] == scores[place]).sum()
                hits[row, number] = scores[place] > 0 and ahead < _CUT
    return hits


def _best(hits: Array) -> float:
    gains = hits.astype(np.float64) - hits[0]
    errors = gains.std(axis=1, ddof=1) / math.sqrt(hits.shape[1])
    means = gains.mean(axis=1)
    sure = np.where(means > _Z * errors, means, 0.0)
    return SHARES[int(np.argmax(sure))]
