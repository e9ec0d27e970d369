from __future__ import annotations

from typing import Any

import pytest

from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.listings.comparable import are_variants, is_better
from pairwell.learn.listings.describe import describe

_CONTEXT = [
    Listing(item_id="r", title="r", category="Bikes > Road Bikes"),
    Listing(item_id="m", title="m", category="Bikes > Mountain Bikes"),
]


def _better(anchor: dict[str, Any], target: dict[str, Any]) -> bool:
    listings = [Listing(item_id="1", **anchor), Listing(item_id="2", **target), *_CONTEXT]
    first, second, *_ = describe(listings)
    return is_better(first, second)


_BIKE = {"category": "Bikes > Road Bikes"}
_TIRE = {"category": "Accessories > Tires and Tubes"}


@pytest.mark.parametrize(
    ("anchor", "target"),
    [
        ({"title": "Lunch Box Small"}, {"title": "Lunch Box Large"}),
        ({"title": "Phone", "tier": 1}, {"title": "Phone", "tier": 2}),
        ({"title": "Set of 3 Tins"}, {"title": "Set of 6 Tins"}),
        ({"title": "Сок малый"}, {"title": "Сок большой"}),
        (
            {"title": "The Pizza", "family": "p", "attributes": {"size": "M"}},
            {"title": "The Pizza", "family": "p", "attributes": {"size": "L"}},
        ),
        (
            {"title": "Road-750 Black, 52", "family": "Road-750", **_BIKE},
            {"title": "Road-650 Red, 52", "family": "Road-650", **_BIKE},
        ),
        ({"title": "Road-750 Black", **_BIKE}, {"title": "Road-650 Black", **_BIKE}),
        ({"title": "ML Road Tire", **_TIRE}, {"title": "HL Road Tire", **_TIRE}),
        ({"title": "Road-550-W Yellow, 48", **_BIKE}, {"title": "Road-350-W Yellow, 48", **_BIKE}),
        ({"title": "Ada", "tier": 1, **_BIKE}, {"title": "Bora", "tier": 2, **_BIKE}),
    ],
)
def test_a_step_up_is_found(anchor: dict[str, Any], target: dict[str, Any]) -> None:
    assert _better(anchor, target)
    if "tier" not in anchor and "Road" not in anchor["title"]:
        assert not _better(target, anchor)


@pytest.mark.parametrize(
    ("anchor", "target"),
    [
        ({"title": "Lunch Bag Red"}, {"title": "Lunch Bag Blue"}),
        ({"title": "Helmet, Red", "family": "h", **_BIKE}, {"title": "Helmet, Black", "family": "h", **_BIKE}),
        ({"title": "Lunch Box Small Red"}, {"title": "Lunch Box Large Blue"}),
        ({"title": "The Original Mr. Fuzzy"}, {"title": "The Forever Love Bear"}),
        ({"title": "Notebook A6"}, {"title": "Notebook A7"}),
        ({"title": "Frame Silver, 42", "family": "f", **_BIKE}, {"title": "Frame Silver, 44", "family": "f", **_BIKE}),
        ({"title": "ML Road Tire", **_TIRE}, {"title": "ML Mountain Tire", **_TIRE}),
        ({"title": "Road-650 Red, 48", **_BIKE}, {"title": "Road-550-W Yellow, 48", **_BIKE}),
        ({"title": "Road-550-W Yellow, 48", **_BIKE}, {"title": "Road-450 Red, 48", **_BIKE}),
        ({"title": "ML Road Tire", **_TIRE}, {"title": "HL Road Tire", **_BIKE}),
        ({"title": "ML Front Wheel", **_TIRE}, {"title": "HL Rear Wheel", **_TIRE}),
        ({"title": "Patch Kit", **_TIRE}, {"title": "Pump", **_TIRE}),
        (
            {"title": "Soup", "attributes": {"size": "M"}, "family": "a", **_TIRE},
            {"title": "Soup fine", "attributes": {"size": "L"}, "family": "b", **_TIRE},
        ),
    ],
)
def test_what_is_not_better_is_refused(anchor: dict[str, Any], target: dict[str, Any]) -> None:
    assert not _better(anchor, target)
    assert not _better(target, anchor)


def test_a_frame_of_another_size_does_not_fit() -> None:
    frames = [
        Listing(item_id=f"{family}-{size}", title=f"{family} Black, {size}", family=family, category="Road Bikes")
        for family in ("Road-750", "Road-650")
        for size in (44, 52)
    ]
    small, _, other_small, other_large = describe(frames)

    assert is_better(small, other_small)
    assert not is_better(small, other_large)


def test_families_decide_what_is_a_variant() -> None:
    one, other, loose = describe(
        [
            Listing(item_id="1", title="Soap", family="a"),
            Listing(item_id="2", title="Soap", family="b"),
            Listing(item_id="3", title="Soap"),
        ]
    )

    assert not are_variants(one, other)
    assert are_variants(one, loose)
