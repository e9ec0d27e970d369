from __future__ import annotations

import hashlib

from tests.orders import as_baskets, orders_of

from pairwell.learn.cases import hide_in_each, hide_one


def test_the_item_with_the_smallest_md5_is_hidden() -> None:
    items = ["a", "b", "c"]
    smallest = min(items, key=lambda item: int(hashlib.md5(f"7|{item}".encode()).hexdigest(), 16))

    case = hide_one("7", items)

    assert case is not None
    assert case.hidden == smallest
    assert case.given == [item for item in items if item != smallest]


def test_a_basket_of_one_is_no_case() -> None:
    assert hide_one("7", ["a"]) is None


def test_every_order_of_two_items_or_more_is_one_case() -> None:
    cases = hide_in_each(as_baskets(orders_of("ab", "a", "abc", "cc")), ["o1", "o2", "o3", "o4"])

    assert [case.basket_id for case in cases] == ["o1", "o3"]
