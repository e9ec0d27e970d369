"""Frequent itemsets against every subset counted by hand."""

from __future__ import annotations

import time

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwell.errors import TooManyError
from pairwell.learn.baskets import Baskets, make_baskets
from pairwell.learn.itemsets import mine, room
from pairwell.learn.itemsets.found import Kind
from pairwell.learn.itemsets.mine import Wanted, frequent_itemsets, smallest_count

from .oracle import Sets, all_sets, as_sets, baskets_of, closed_sets, maximal_sets

ORDERS = st.lists(st.sets(st.integers(0, 6), max_size=7), max_size=20)


def expected(orders: list[set[int]], min_count: int, wanted: Wanted) -> Sets:
    every = all_sets(orders, min_count)
    chosen = {"all": every, "closed": closed_sets(every), "maximal": maximal_sets(every)}[wanted.kind]
    return {one: count for one, count in chosen.items() if wanted.max_items is None or len(one) <= wanted.max_items}


def dense(n_orders: int, shares: list[float]) -> Baskets:
    holds = np.random.default_rng(0).random((n_orders, len(shares))) < np.array(shares)
    orders, items = np.nonzero(holds)
    names = [f"i{item:04d}" for item in range(len(shares))]
    return make_baskets(names, orders, items, np.zeros(n_orders, dtype=np.int64))


@settings(max_examples=100, deadline=None)
@given(
    ORDERS,
    st.integers(1, 6),
    st.sampled_from(["all", "closed", "maximal"]),
    st.one_of(st.none(), st.integers(1, 5)),
)
def test_itemsets_are_those_of_brute_force(
    orders: list[set[int]], min_count: int, kind: Kind, max_items: int | None
) -> None:
    wanted = Wanted(kind=kind, max_items=max_items)
    found = frequent_itemsets(baskets_of(orders, 9), min_count=min_count, wanted=wanted)
    assert as_sets(found) == expected(orders, min_count, wanted)


@pytest.mark.parametrize("kind", ["all", "closed", "maximal"])
@pytest.mark.parametrize("words", [0, 3])
def test_ranks_with_too_many_orders_are_searched_apart(kind: Kind, words: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    orders = [set(rng.choice(9, size=rng.integers(1, 9), replace=False).tolist()) for _ in range(200)]
    monkeypatch.setattr(room, "_WORDS", words)
    monkeypatch.setattr(room, "_SETS", 1)
    monkeypatch.setattr(room, "_DEPTHS", 1)
    wanted = Wanted(kind=kind)
    assert as_sets(frequent_itemsets(baskets_of(orders), min_count=9, wanted=wanted)) == expected(orders, 9, wanted)


def test_the_order_of_orders_changes_nothing() -> None:
    orders = [{0, 1, 2}, {1, 2}, {0, 3}, {2, 3, 4}, {1, 2, 4}]
    one = frequent_itemsets(baskets_of(orders, 5), min_count=1)
    other = frequent_itemsets(baskets_of(orders[::-1], 5), min_count=1)
    assert msgspec.structs.asdict(one).keys() == msgspec.structs.asdict(other).keys()
    assert one.items.tolist() == other.items.tolist()
    assert one.counts.tolist() == other.counts.tolist()


@given(ORDERS.filter(bool), st.integers(1, 4), st.integers(1, 40), st.sampled_from(["all", "closed"]))
@settings(max_examples=40, deadline=None)
def test_the_support_named_is_the_smallest_that_fits(
    orders: list[set[int]], min_count: int, most: int, kind: Kind
) -> None:
    wanted = Wanted(kind=kind, most=most)
    counts = [sum(n >= k for n in expected(orders, 1, wanted).values()) for k in range(len(orders) + 1)]
    fitting = [k for k in range(min_count, len(orders) + 1) if counts[k] <= most]
    smallest = fitting[0] if fitting else (min_count if min_count > len(orders) else None)
    assert smallest_count(baskets_of(orders, 9), at_least=min_count, wanted=wanted) == smallest


@pytest.mark.parametrize("kind", ["all", "closed", "maximal"])
def test_an_explosion_is_refused_within_seconds_and_the_support_named_fits(kind: Kind) -> None:
    baskets = dense(2_000, np.linspace(0.5, 0.97, 30).tolist())
    wanted = Wanted(kind=kind, most=30_000)
    started = time.perf_counter()
    with pytest.raises(TooManyError, match="30,000") as refusal:
        frequent_itemsets(baskets, min_count=20, wanted=wanted)
    assert time.perf_counter() - started < 10
    smallest = smallest_count(baskets, at_least=20, wanted=wanted)
    assert smallest is not None
    assert f"({smallest:,} orders)" in str(refusal.value.hint)
    frequent_itemsets(baskets, min_count=smallest, wanted=wanted)
    with pytest.raises(TooManyError):
        frequent_itemsets(baskets, min_count=smallest - 1, wanted=wanted)


def test_twenty_items_in_every_order_are_one_closed_set_and_no_support_fits_all() -> None:
    baskets = dense(500, [1.0] * 20)
    with pytest.raises(TooManyError) as refusal:
        frequent_itemsets(baskets, min_count=5, wanted=Wanted(most=10_000))
    assert "closed" in str(refusal.value.hint)
    found = frequent_itemsets(baskets, min_count=5, wanted=Wanted(kind="closed", most=10_000))
    assert (found.counts.tolist(), found.items.tolist()) == ([500], list(range(20)))


def test_no_orders_and_one_order() -> None:
    assert as_sets(frequent_itemsets(baskets_of([], 3), min_count=1)) == {}
    assert as_sets(frequent_itemsets(baskets_of([{0, 2}], 3), min_count=1)) == {(0,): 1, (2,): 1, (0, 2): 1}
    assert mine.EVERYTHING.kind == "all"
