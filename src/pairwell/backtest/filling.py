"""Whether answers stay full when part of the catalogue cannot be sold."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import msgspec
import numpy as np

from pairwell.backtest.scores import CUT
from pairwell.backtest.trial import ENGINE, AskMore, Ranked, Trial

_UNAVAILABLE = 0.3
_SEED = 30


class Filling(msgspec.Struct, frozen=True, kw_only=True):
    """How many answers hold exactly `n` items that are in stock."""

    n: int
    unavailable_share: float  # of the items, drawn by a seeded lot
    fillable: int  # cases for which n items in stock exist
    filled: int  # of those, answered with exactly n
    share: float | None  # filled / fillable; None where nothing could be filled


def fill_from_stock(trial: Trial) -> Filling:
    """Take items out of stock by lot and ask the engine, as a shop does: ask deeper and filter, until `n` are left."""
    item_ids = sorted(trial.item_orders)
    in_stock = frozenset(_drawn(item_ids))
    fillable = [case for case, barred in enumerate(trial.barred) if len(in_stock) - len(in_stock & barred) >= CUT]
    full = filtered(trial.answers[ENGINE], fillable, in_stock, trial.ask_more)
    filled = sum(len(full[case]) == CUT for case in fillable)
    return Filling(
        n=CUT,
        unavailable_share=_UNAVAILABLE,
        fillable=len(fillable),
        filled=filled,
        share=filled / len(fillable) if fillable else None,
    )


def filtered(
    answers: Ranked, cases: Sequence[int], in_stock: Collection[str], ask_more: AskMore
) -> dict[int, list[str]]:
    """For each of `cases` its ten best in stock; those that come short are asked again, twice as deep each time.

    Fewer than ten are left only where the engine has no more to say.
    """
    kept = {case: _available(answers[case], in_stock) for case in cases}
    asked, short = 2 * CUT, [case for case in cases if len(kept[case]) < CUT]
    while short:
        asked *= 2
        deeper = dict(zip(short, ask_more(short, asked), strict=True))
        kept |= {case: _available(answer, in_stock) for case, answer in deeper.items()}
        short = [case for case, answer in deeper.items() if len(kept[case]) < CUT and len(answer) >= asked]
    return kept


def _available(answer: Sequence[str], in_stock: Collection[str]) -> list[str]:
    return [item_id for item_id in answer if item_id in in_stock][:CUT]


def _drawn(item_ids: Sequence[str]) -> list[str]:
    lots = np.random.default_rng(_SEED).permutation(len(item_ids))
    return [item_ids[place] for place in sorted(lots[math.floor(len(item_ids) * _UNAVAILABLE) :].tolist())]
