from __future__ import annotations

import numpy as np

from pairwell.model.backoff import LEVELS, Backoff, backoff_arrays, make_rows

_COLUMNS = ("together", "anchor_orders", "item_orders", "score", "confidence", "lift", "effect", "p_adjusted")
_IDS, _TITLES = ["a", "b", "c"], ["Alpha", None, "Gamma"]


def _backoff(levels: list[str], anchor_by: list[int], item_by: list[int]) -> Backoff:
    rows = make_rows(
        ["Zelte", "Палатки", ""],
        offsets=np.array([0, len(levels), len(levels), len(levels)]),
        items=np.array([2] * len(levels)),
        level=np.array([LEVELS.index(level) for level in levels]),
        anchor_by=np.array(anchor_by),
        item_by=np.array(item_by),
        **{name: np.arange(1, len(levels) + 1) for name in _COLUMNS},
    )
    return Backoff(backoff_arrays(rows), _IDS, _TITLES)


def test_groups_go_by_their_names_and_likes_by_their_ids() -> None:
    one, two, three = _backoff(["category", "alike_anchor", "brand"], [1, 1, 2], [0, 2, 1]).of(0, n=9)

    assert (one.level, one.anchor_by, one.item_by) == ("category", "Палатки", "Zelte")
    assert (one.anchor_by_title, one.item_by_title) == (None, None)
    assert (two.anchor_by, two.item_by, two.anchor_by_title, two.item_by_title) == ("b", "c", None, "Gamma")
    assert (three.anchor_by, three.item_by) == ("", "Палатки")
    assert (one.item_id, one.title, one.together, one.score) == ("c", "Gamma", 1, 1.0)


def test_no_more_than_asked_and_nothing_for_others() -> None:
    backoff = _backoff(["category"] * 5, [0] * 5, [0] * 5)

    assert len(backoff.of(0, n=3)) == 3
    assert backoff.of(0, n=0) == []
    assert backoff.of(2, n=3) == []


def test_a_model_without_it_has_none() -> None:
    assert Backoff({}, _IDS, _TITLES).of(0, n=9) == []
