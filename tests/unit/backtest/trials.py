"""Trials with answers of one's choosing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from pairwell.backtest.trial import AskMore, Ranked, Trial


def trial(answers: dict[str, Ranked], truths: Sequence[Iterable[str]], **more: object) -> Trial:
    """A trial in which everything ranked or true may be recommended, bought in one of eight orders."""
    known = sorted({item_id for ranked in answers.values() for answer in ranked for item_id in answer}.union(*truths))
    usual: dict[str, object] = {
        "protocol": "test",
        "hidden": "something",
        "truths": [frozenset(truth) for truth in truths],
        "barred": [frozenset[str]()] * len(truths),
        "clusters": np.arange(len(truths)),
        "revenue": np.zeros(len(truths)),
        "item_orders": dict.fromkeys(known, 1),
        "trained_orders": 8,
        "answers": answers,
        "ask_more": deeper(answers["pairwell"]),
    }
    return Trial(**{**usual, **more})  # type: ignore[arg-type]


def deeper(ranked: Ranked) -> AskMore:
    """Asked again, the engine has no more than `ranked`."""
    return lambda places, n: [ranked[place][:n] for place in places]
