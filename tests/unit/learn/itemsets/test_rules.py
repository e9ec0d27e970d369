"""Association rules against their definition."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwell.errors import RequestError
from pairwell.learn.itemsets.found import Kind
from pairwell.learn.itemsets.mine import Wanted, frequent_itemsets
from pairwell.learn.itemsets.rules import find_rules
from pairwell.learn.itemsets.support import least_count, shortest_support

from .oracle import all_sets, as_sets, baskets_of

ORDERS = st.lists(st.sets(st.integers(0, 6), max_size=7), min_size=1, max_size=20)


@settings(max_examples=100, deadline=None)
@given(ORDERS, st.integers(1, 4), st.floats(0, 1), st.sampled_from(["all", "closed", "maximal"]))
def test_rules_are_those_of_the_definition(orders: list[set[int]], min_count: int, least: float, kind: Kind) -> None:
    baskets, counts = baskets_of(orders, 7), all_sets(orders, 1)
    itemsets = frequent_itemsets(baskets, min_count=min_count, wanted=Wanted(kind=kind))
    rules = find_rules(baskets, itemsets, least)
    found = {
        (tuple(rules.antecedent(i)), int(rules.consequents[i])): (rules.confidence[i], rules.support[i], rules.lift[i])
        for i in range(rules.sets.size)
    }
    assert len(found) == rules.sets.size
    expected = {}
    for chosen, count in as_sets(itemsets).items():
        for item in chosen if len(chosen) > 1 else ():
            left = tuple(other for other in chosen if other != item)
            confidence = count / counts[left]
            if confidence >= least:
                lift = pytest.approx(confidence / (counts[item,] / len(orders)))
                expected[left, item] = (confidence, count / len(orders), lift)
    assert found == expected


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_a_confidence_that_is_no_share_is_refused(confidence: float) -> None:
    baskets = baskets_of([{0, 1}])
    with pytest.raises(RequestError):
        find_rules(baskets, frequent_itemsets(baskets, min_count=1), confidence)


@pytest.mark.parametrize("support", [0.0, -1.0, 1.01, float("nan"), float("inf")])
def test_a_support_that_is_no_share_is_refused(support: float) -> None:
    with pytest.raises(RequestError):
        least_count(support, 10)


@pytest.mark.parametrize(
    ("support", "n_orders", "count"),
    [(0.001, 9_835, 10), (0.07, 100, 7), (0.29, 100, 29), (1.0, 7, 7), (1e-12, 7, 1), (0.001, 88_162, 89), (0.1, 0, 1)],
)
def test_a_support_is_reached_exactly(support: float, n_orders: int, count: int) -> None:
    assert least_count(support, n_orders) == count


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
def test_the_shortest_support_means_just_that_count(counts: tuple[int, int]) -> None:
    count, n_orders = counts
    assert least_count(shortest_support(count, n_orders), n_orders) == count
