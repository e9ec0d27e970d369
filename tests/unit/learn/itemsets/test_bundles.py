"""Which bundles are learned from orders whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from pairwell.config.settings import Learn
from pairwell.learn.baskets import make_baskets
from pairwell.learn.history import History
from pairwell.learn.itemsets.bundles import learn_bundles
from pairwell.learn.itemsets.designs import Designs, products
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.mining.pairs import learn_pairs
from pairwell.model.bundles import Bundles, LearnedBundle
from pairwell.model.neighbours import Neighbours, make_neighbours, no_neighbours

N_ITEMS = 40


def apart(*ends: tuple[int, int]) -> Neighbours:
    both = sorted({*ends, *((other, one) for one, other in ends)})
    anchors, items = np.array(both).T
    offsets = np.searchsorted(anchors, np.arange(N_ITEMS + 1))
    columns = {name: np.zeros(items.size) for name in ("score", "together", "effect", "p_adjusted", "above_floor")}
    return make_neighbours(offsets=offsets, items=items, **columns)


def bundles(
    planted: list[tuple[int, ...]], variants: Neighbours | None = None, listings: list[Listing] | None = None
) -> list[LearnedBundle]:
    """What is learned where each planted set is in fifty orders, among orders drawn by lot."""
    rng = np.random.default_rng(1)
    orders = [set(rng.choice(N_ITEMS, size=rng.integers(1, 4), replace=False).tolist()) for _ in range(2_000)]
    for number, chosen in enumerate(planted):
        for order in orders[50 * number : 50 * number + 50]:
            order.update(chosen)
    names = [f"i{item:02}" for item in range(N_ITEMS)]
    lines = np.array([(number, item) for number, order in enumerate(orders) for item in order])
    baskets = make_baskets(names, lines[:, 0], lines[:, 1], np.arange(len(orders), dtype=np.int64))
    history = History(
        baskets=baskets,
        order_ids=[str(number) for number in range(len(orders))],
        customers=np.full(len(orders), -1),
        listings=listings or [Listing(item_id=name) for name in names],
    )
    none = no_neighbours(N_ITEMS)
    arrays = learn_bundles(history, learn_pairs(baskets, Learn()), [variants or none, none], Learn())
    return list(Bundles(arrays, names))


def test_planted_sets_are_found_and_counted() -> None:
    found = {tuple(bundle.item_ids): bundle for bundle in bundles([(1, 2, 3), (5, 8)])}
    assert {("i01", "i02", "i03"), ("i05", "i08")} <= found.keys()
    assert all(set(ids) <= {"i01", "i02", "i03"} or set(ids) == {"i05", "i08"} for ids in found)
    triple = found["i01", "i02", "i03"]
    assert 50 <= triple.together < 55
    assert triple.ordinary == triple.together
    assert triple.ordinary > 5 * triple.expected


def test_where_nothing_goes_together_there_is_none() -> None:
    assert bundles([]) == []


def test_variants_are_no_bundle_and_one_product() -> None:
    variants = apart((1, 2))
    found = {tuple(bundle.item_ids): bundle.products for bundle in bundles([(1, 2, 3)], variants)}
    assert found.keys() == {("i01", "i03"), ("i02", "i03")}
    assert found["i01", "i03"] == found["i02", "i03"]
    assert products(variants)[[1, 2, 3]].tolist() == [1, 1, 2]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("DOORMAT NEW ENGLAND", 825), ("DOORMAT HEARTS", 750), True),
        (("SPACEBOY BABY GIFT SET", 1695), ("DOLLY GIRL BABY GIFT SET", 1695), True),
        (("REGENCY CAKESTAND 3 TIER", 1275), ("ROSES REGENCY TEACUP", 295), False),
        (("REGENCY TEAPOT", 895), ("REGENCY MILK JUG", 325), False),
        (("CROQUET GARDEN SET", 1495), ("ROUNDERS GARDEN SET", 995), False),
        ((None, 100), (None, 100), False),
    ],
)
def test_one_thing_in_two_designs(one: tuple[str | None, int], other: tuple[str | None, int], same: bool) -> None:
    rest = [("DOORMAT FAIRY CAKE", 795), ("DOORMAT UNION FLAG", 795)]
    listings = [Listing(item_id=str(n), title=t, price_minor=p) for n, (t, p) in enumerate([one, other, *rest])]
    assert Designs(listings).same_thing(0, 1) is same
