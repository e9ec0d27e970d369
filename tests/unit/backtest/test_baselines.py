from __future__ import annotations

import math
import random
from collections import Counter
from itertools import permutations

import pytest
from tests.orders import as_baskets, orders_of, random_orders

from pairwell.backtest import baselines
from pairwell.backtest.baselines import rank_by_neighbours, rank_by_popularity


def test_popularity_leaves_out_what_is_in_the_basket() -> None:
    baskets = as_baskets(orders_of("abc", "ab", "a", "d"))

    assert rank_by_popularity(baskets, [[], ["b", "z"]], 3) == [["a", "b", "c"], ["a", "c", "d"]]


@pytest.mark.parametrize("cells", [1, 40, 8_000_000])
def test_summed_neighbours_are_those_summed_by_hand(monkeypatch: pytest.MonkeyPatch, cells: int) -> None:
    monkeypatch.setattr(baselines, "_CELLS", cells)
    orders = random_orders(random.Random(7), orders=80, items=10)
    given = [["i000", "i001"], ["i002"], [], ["i000", "unknown"], ["i001", "i001", "i003"]]

    ranked = rank_by_neighbours(as_baskets(orders), given, 5)

    once: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for order in orders:
        once.update(set(order.items))
        together.update(permutations(sorted(set(order.items)), 2))
    for basket, confident, alike in zip(given, ranked["confidence"], ranked["cosine"], strict=True):
        known = set(basket) & once.keys()
        confidence = {item: sum(together[a, item] / once[a] for a in sorted(known)) for item in once}
        cosine = {
            item: sum(together[a, item] / math.sqrt(once[a] * once[item]) for a in sorted(known)) for item in once
        }
        assert confident == _best(confidence, known)
        assert alike == _best(cosine, known)


def _best(scores: dict[str, float], barred: set[str]) -> list[str]:
    return sorted(scores.keys() - barred, key=lambda item: (-round(scores[item], 12), item))[:5]


def test_an_item_that_was_not_bought_is_never_ranked() -> None:
    baskets = as_baskets(orders_of("ab", "ab"))
    extended = type(baskets)(
        item_ids=["a", "b", "c"], offsets=baskets.offsets, items=baskets.items, placed_at=baskets.placed_at
    )

    assert rank_by_neighbours(extended, [["a", "c"]], 5)["cosine"] == [["b"]]
    assert rank_by_popularity(extended, [["a"]], 5) == [["b"]]
