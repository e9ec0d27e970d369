from __future__ import annotations

from typing import Any

import pytest
from tests.orders import as_baskets, orders_of

from pairwell.config.settings import Guards, Settings
from pairwell.learn.baskets import Baskets
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.listings.describe import describe
from pairwell.learn.mining.pairs import learn_pairs
from pairwell.learn.relations.upgrades import learn_upgrades

_SOLD = ("a", "b", "c", "ab", "b", "a")


def _upgrades(
    listings: list[Listing], orders: tuple[str, ...] = _SOLD, settings: Settings | None = None
) -> dict[str, Any]:
    """Targets and shares of every item; items of the listings are the letters of the orders."""
    chosen = settings or Settings()
    sold = as_baskets(orders_of(*orders))
    codes = {listing.item_id: code for code, listing in enumerate(listings)}
    baskets = Baskets(
        item_ids=[listing.item_id for listing in listings],
        offsets=sold.offsets,
        items=sold.items if codes.keys() >= set(sold.item_ids) else sold.items[:0],
        placed_at=sold.placed_at,
    )
    found = learn_upgrades(describe(listings), baskets, learn_pairs(baskets, chosen.learn), chosen)
    return {
        listing.item_id: [
            (listings[code].item_id, share)
            for code, share in zip(found.items[found.row(place)], found.share[found.row(place)], strict=True)
        ]
        for place, listing in enumerate(listings)
    }


def _box(item_id: str, size: str, price: int | None, **more: Any) -> Listing:
    return Listing(item_id=item_id, title=f"Lunch Box {size}", price_minor=price, **more)


def _targets(found: dict[str, Any], item_id: str) -> list[str]:
    return [target for target, _ in found[item_id]]


def test_larger_and_dearer_inside_the_corridor() -> None:
    found = _upgrades([_box("a", "Small", 1000), _box("b", "Medium", 1300), _box("c", "Large", 1700)])

    assert _targets(found, "a") == ["b"]
    assert _targets(found, "b") == ["c"]
    assert _targets(found, "c") == []


@pytest.mark.parametrize("price", [None, 0, 900, 1040, 1610])
def test_nothing_outside_the_corridor(price: int | None) -> None:
    assert not _upgrades([_box("a", "Small", 1000), _box("b", "Large", price), _box("c", "Jumbo", None)])["a"]


def test_the_corridor_is_a_setting() -> None:
    wide = Settings(guards=Guards(upgrade_price_corridor=(1.0, 3.0)))

    found = _upgrades([_box("a", "Small", 1000), _box("b", "Medium", 1010), _box("c", "Large", 2900)], settings=wide)

    assert sorted(_targets(found, "a")) == ["b", "c"]


@pytest.mark.parametrize(
    ("anchor", "target"),
    [
        ({"rating": 4.5}, {"rating": 4.4}),
        ({"tier": 2}, {"tier": 2}),
        ({"tier": 2}, {"tier": 1}),
        ({"kind": "service"}, {"kind": "good"}),
    ],
)
def test_nothing_that_is_worse(anchor: dict[str, Any], target: dict[str, Any]) -> None:
    listings = [_box("a", "Small", 1000, **anchor), _box("b", "Large", 1300, **target), _box("c", "Jumbo", 9000)]

    assert not _upgrades(listings)["a"]


def test_another_product_that_is_bought_together_with_the_item_is_none() -> None:
    listings = [
        Listing(item_id="a", title="Alp kettle", category="Kitchen", price_minor=1000),
        Listing(item_id="b", title="Fjord kettle", category="Kitchen", price_minor=1300),
        Listing(item_id="c", title="Pan", category="Kitchen", price_minor=9000),
    ]
    together = ("ab",) * 40 + ("c",) * 400

    assert not _upgrades(listings, together)["a"]
    assert _upgrades(listings, ("a", "b", "c") * 40)["a"]


def test_a_larger_variant_is_one_though_it_is_bought_together() -> None:
    listings = [_box("a", "Small", 1000), _box("b", "Large", 1300), _box("c", "Jumbo", 9000)]

    assert _targets(_upgrades(listings, ("ab",) * 40 + ("c",) * 400), "a") == ["b"]


def test_the_share_is_of_those_who_bought_either_shrunk_to_the_usual() -> None:
    found = _upgrades([_box("a", "Small", 1000), _box("b", "Large", 1300), _box("c", "Jumbo", 9000)])

    # 3 orders with the target of 5 with either; the only upgrade there is, so that is also the usual share.
    assert found["a"] == [("b", pytest.approx(3 / 5))]


def test_of_another_product_only_the_likest_variant_is_kept() -> None:
    listings = [
        Listing(item_id="a", title="Road-750 Black, 52", family="Road-750", category="Bikes", price_minor=1000),
        Listing(item_id="b", title="Road-650 Red, 52", family="Road-650", category="Bikes", price_minor=1200),
        Listing(item_id="c", title="Road-650 Black, 52", family="Road-650", category="Bikes", price_minor=1200),
    ]

    assert _targets(_upgrades(listings), "a") == ["c"]


def test_every_size_of_the_product_itself_is_kept() -> None:
    listings = [
        Listing(item_id=item_id, title="Hawaiian", family="p", attributes={"size": size}, price_minor=price)
        for item_id, size, price in (("a", "S", 1000), ("b", "M", 1200), ("c", "L", 1400))
    ]

    assert _targets(_upgrades(listings), "a") == ["b", "c"]


def test_a_catalogue_without_anything_comparable_has_none() -> None:
    listings = [Listing(item_id=item_id, title=f"{item_id} thing", price_minor=None) for item_id in "abc"]

    assert not any(_upgrades(listings).values())
