from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from tests.unit.learn.backoff.shops import LEARN, baskets_of, borrowed, camping, tents_with_lamps

from pairwell.learn.backoff import borrow
from pairwell.learn.backoff.borrow import learn_backoff
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.listings.describe import describe
from pairwell.learn.mining.pairs import learn_pairs
from pairwell.model.backoff import ENOUGH
from pairwell.records import Borrowed

_KNOWN = 11  # tents that are sold; the twelfth is new


def _new_tent(**more: object) -> list[Borrowed]:
    listings = [msgspec.structs.replace(one, **more) if one.item_id == "tent11" else one for one in camping()]
    return borrowed(listings, tents_with_lamps(1, known=_KNOWN), "tent11")


def test_a_new_item_borrows_what_its_category_is_bought_with() -> None:
    found = _new_tent()

    assert found
    assert {one.item_id[:-2] for one in found} == {"lamp"}
    assert {(one.level, one.anchor_by, one.item_by) for one in found} == {
        ("category", "Camping > Tents", "Camping > Lamps")
    }
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_the_expected_share_is_the_formula_by_hand() -> None:
    orders = tents_with_lamps(1, known=_KNOWN)
    best = _new_tent()[0]

    tents = sum(order[0].startswith("tent") for order in orders)
    lamps = sum(any(item.startswith("lamp") for item in order) for order in orders)
    own = sum(best.item_id in order for order in orders)
    k = LEARN.prior_orders
    within = (own + k / 12) / (lamps + k)
    assert (best.together, best.anchor_orders, best.item_orders) == (tents, tents, lamps)
    assert best.confidence == pytest.approx((tents * within + k * own / len(orders)) / (tents + k))
    assert best.lift == pytest.approx(tents * len(orders) / (tents * lamps))


def test_counts_of_the_pair_itself_outweigh_its_group_with_time() -> None:
    listings, orders = camping(), tents_with_lamps(1, known=_KNOWN)

    shares = []
    for alone in (0, 1, 200):
        found = {one.item_id: one for one in borrowed(listings, [*orders, *([["tent11"]] * alone)], "tent11")}
        shares.append(max((one.confidence for one in found.values()), default=0.0))

    assert shares[0] > shares[1] > shares[2]
    assert shares[2] == 0.0  # two hundred orders without any lamp say that it goes without


def test_enough_of_its_own_needs_no_group() -> None:
    listings, orders = camping(), tents_with_lamps(1, orders=12_000, known=_KNOWN)
    baskets = baskets_of(listings, orders)
    learned = learn_pairs(baskets, LEARN)
    rows = learn_backoff(describe(listings), baskets, learned, LEARN)

    anchors = np.repeat(np.arange(len(listings)), np.diff(learned.neighbours.offsets))
    own = np.bincount(anchors[learned.neighbours.above_floor], minlength=len(listings))
    assert (own >= ENOUGH).sum() >= _KNOWN
    assert not np.diff(rows.offsets)[own >= ENOUGH].any()


def test_nothing_dearer_than_twice_the_item_is_added_to_it() -> None:
    assert _new_tent(price_minor=900) == []
    assert _new_tent(price_minor=1_000)
    assert _new_tent(price_minor=None)


def test_what_is_of_one_family_is_no_add_on() -> None:
    listings = [
        msgspec.structs.replace(one, family="light") if one.item_id in ("tent11", "lamp00") else one
        for one in camping()
    ]

    found = borrowed(listings, tents_with_lamps(1, known=_KNOWN), "tent11")

    assert "lamp00" not in {one.item_id for one in found}
    assert found


def test_of_a_family_only_the_best_seller_is_lent() -> None:
    listings = [
        msgspec.structs.replace(one, family="l") if one.item_id.startswith("lamp") else one for one in camping()
    ]

    found = borrowed(listings, tents_with_lamps(1, known=_KNOWN), "tent11")

    assert len(found) == 1


def test_where_nothing_goes_together_nothing_is_lent() -> None:
    rng = random.Random(3)
    listings = camping()
    orders = [[one.item_id for one in rng.sample(listings, rng.randint(1, 4))] for _ in range(4_000)]
    baskets = baskets_of(listings, orders)

    assert learn_backoff(describe(listings), baskets, learn_pairs(baskets, LEARN), LEARN).items.size == 0


def _kettles() -> tuple[list[Listing], list[list[str]]]:
    """Kettles are bought with cosies of their colour; a steel kettle and a tin cosy are new."""
    titles = {
        "a": "stove kettle whistle brass", "b": "stove kettle whistle iron", "n": "stove kettle whistle steel",
        "c": "quilted cosy brass", "d": "quilted cosy iron", "m": "quilted cosy tin",
    }  # fmt: skip
    fillers = {f"x{number:02}": f"filler number {number}" for number in range(30)}
    listings = [Listing(item_id=item_id, title=title) for item_id, title in sorted({**titles, **fillers}.items())]
    rng = random.Random(1)
    orders = [["a", "c"], ["b", "d"]] * 60 + [rng.sample(sorted(fillers), 2) for _ in range(800)]
    return listings, orders


def test_a_new_item_borrows_from_its_likes() -> None:
    found = {one.item_id: one for one in borrowed(*_kettles(), "n")}

    assert {"c", "d"} <= found.keys()
    assert (found["c"].level, found["c"].anchor_by, found["c"].anchor_by_title) == (
        "alike_anchor",
        "a",
        "stove kettle whistle brass",
    )
    assert found["c"].confidence < 60 / 80  # less than the lender's own share, as it is only alike


def test_a_new_item_is_offered_where_its_like_is() -> None:
    found = [one for kettle in "ab" for one in borrowed(*_kettles(), kettle) if one.item_id == "m"]

    assert len(found) == 1  # by the one cosy that it is most like
    assert (found[0].level, found[0].anchor_by, found[0].item_by) in (
        ("alike_item", "a", "c"),
        ("alike_item", "b", "d"),
    )


@pytest.mark.parametrize("block", [1, 7])
def test_the_size_of_a_block_changes_nothing(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    for listings, orders in ((camping(), tents_with_lamps(2, known=_KNOWN)), _kettles()):
        baskets = baskets_of(listings, orders)
        learned = learn_pairs(baskets, LEARN)
        whole = learn_backoff(describe(listings), baskets, learned, LEARN)
        with monkeypatch.context() as patch:
            patch.setattr(borrow, "_ANCHORS", block)
            parts = learn_backoff(describe(listings), baskets, learned, LEARN)
        for name in whole.__struct_fields__:
            assert getattr(whole, name).tobytes() == getattr(parts, name).tobytes(), name


@pytest.mark.parametrize("orders", [[], [["tent00"]], [["tent00", "lamp00"]] * 2])
def test_a_shop_that_hardly_sold_anything(orders: Sequence[Sequence[str]]) -> None:
    listings = camping()
    baskets = baskets_of(listings, orders)

    assert learn_backoff(describe(listings), baskets, learn_pairs(baskets, LEARN), LEARN).items.size == 0


def test_what_is_kept_apart_is_not_lent() -> None:
    listings, orders = camping(), tents_with_lamps(1, known=_KNOWN)
    baskets = baskets_of(listings, orders)
    learned = learn_pairs(baskets, LEARN)
    open_rows = learn_backoff(describe(listings), baskets, learned, LEARN)

    # Whatever stands beside an item among its learned pairs, taken here for its substitutes.
    rows = learn_backoff(describe(listings), baskets, learned, LEARN, [learned.neighbours])

    assert rows.items.size < open_rows.items.size
    anchors = np.repeat(np.arange(len(listings)), np.diff(rows.offsets))
    for anchor, item in zip(anchors.tolist(), rows.items.tolist(), strict=True):
        assert learned.neighbours.place(anchor, item) is None
