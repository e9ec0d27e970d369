from __future__ import annotations

import numpy as np

from pairwell.learn.backoff.alike import LEAST, describe_all, find_likes
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.listings.describe import describe


def _listing(item_id: str, title: str, category: str | None = None, price: int | None = None) -> Listing:
    return Listing(item_id=item_id, title=title, category=category, price_minor=price)


_SHELF = [
    _listing("0", "red enamel kettle"),
    _listing("1", "green enamel kettle"),
    _listing("2", "paper lantern"),
    _listing("3", "blue enamel kettle with whistle"),
    _listing("4", ""),
    *(_listing(str(number), f"filler {number} thing") for number in range(5, 40)),
]
_ALL = np.arange(len(_SHELF))


def test_the_likest_comes_first_and_nobody_lends_to_himself() -> None:
    found = find_likes(describe_all(describe(_SHELF)), np.array([1]), _ALL, most=3)

    assert found.lenders.tolist()[0] == 0
    assert 1 not in found.lenders.tolist()
    assert (np.diff(found.likeness) <= 0).all()
    assert (found.likeness >= LEAST).all()


def test_only_those_able_lend_and_no_more_than_asked() -> None:
    assert find_likes(describe_all(describe(_SHELF)), np.array([1]), np.array([2, 3]), most=3).lenders.tolist() == [3]
    assert find_likes(describe_all(describe(_SHELF)), np.array([1]), _ALL, most=1).lenders.size == 1


def test_nothing_in_common_lends_nothing() -> None:
    found = find_likes(describe_all(describe(_SHELF)), np.array([2, 4]), np.array([0, 1, 3]), most=3)

    assert found.items.size == found.lenders.size == 0


def test_another_category_and_another_price_make_it_less_alike() -> None:
    shelf = [
        _listing("0", "oak table", "Tables", 10_000),
        _listing("1", "oak table", "Tables", 10_000),
        _listing("2", "oak table", "Tables", 40_000),
        _listing("3", "oak table", "Models", 10_000),
        *_SHELF[5:],
    ]

    found = find_likes(describe_all(describe(shelf)), np.array([0]), np.arange(1, 4), most=3)

    assert found.lenders.tolist() == [1, 2, 3]
    assert found.likeness.round(6).tolist() == [1.0, round(0.25**0.25, 6), 0.5]


def test_a_shop_without_words_has_no_likes() -> None:
    bare = [Listing(item_id=str(number)) for number in range(4)]

    assert find_likes(describe_all(describe(bare)), np.arange(4), np.arange(4), most=3).items.size == 0
    assert find_likes(describe_all(describe([])), np.empty(0, np.int64), np.empty(0, np.int64), most=3).items.size == 0
