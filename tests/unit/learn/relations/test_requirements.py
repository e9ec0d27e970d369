from __future__ import annotations

import pytest
from tests.orders import as_baskets, orders_of

from pairwell.config.settings import Learn
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.mining.pairs import learn_pairs
from pairwell.learn.relations.requirements import learn_requirements

_ORDERS = ("sg", "sg", "sh", "h", "h", "h", "t", "b")


def _required(text: str | None) -> list[str]:
    listings = [
        Listing(item_id="b", purpose="charging"),
        Listing(item_id="g", family="Gas", category="Outdoor > Fuel"),
        Listing(item_id="h", category="Outdoor > Fuel"),
        Listing(item_id="s", title="Stove", requires=text),
        Listing(item_id="t", purpose="charging"),
    ]
    sold, learn = as_baskets(orders_of(*_ORDERS)), Learn()
    found = learn_requirements(listings, sold, learn_pairs(sold, learn), learn)
    assert found.offsets.tolist()[:4] == [0] * 4
    return [listings[code].item_id for code in found.items]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, []),
        ("g", ["g"]),
        ("GAS", ["g"]),
        ("Outdoor > Fuel", ["g", "h"]),  # bought along most first
        ("outdoor>fuel", ["g", "h"]),
        ("fuel", ["g", "h"]),
        ("Charging", ["b", "t"]),
        ("h; charging", ["h", "b", "t"]),
        ("s", []),
        ("a nuclear reactor", []),
        (" , ;", []),
    ],
)
def test_a_requirement_names_an_item_a_family_a_category_or_a_purpose(text: str | None, expected: list[str]) -> None:
    assert _required(text) == expected
