from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.orders import as_baskets, orders_of

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Baskets
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.listings.describe import describe
from pairwell.learn.mining.pairs import learn_pairs
from pairwell.learn.relations.alternatives import learn_alternatives
from pairwell.model.related import Alternatives

# Either tent (a, b) is bought with pegs (p) and a lamp (l), never both tents; the pan (n) has its own company.
_CAMP = ("apl", "ap", "al", "bpl", "bp", "bl") * 12 + ("nk", "n", "k") * 12


def _listings(**by_item: dict[str, Any]) -> list[Listing]:
    return [Listing(item_id=item_id, **by_item.get(item_id, {})) for item_id in sorted("ablnpk")]


def _learn(
    listings: list[Listing], baskets: Baskets | None = None
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    sold, learn = baskets or as_baskets(orders_of(*_CAMP)), Learn()
    found = learn_alternatives(describe(listings), sold, learn_pairs(sold, learn), learn)
    substitutes, variants = (_by_item(each, sold.item_ids) for each in found)
    return substitutes, variants


def _by_item(found: Alternatives, ids: list[str]) -> dict[str, list[str]]:
    rows = found.neighbours
    return {item_id: [ids[code] for code in rows.items[rows.row(place)]] for place, item_id in enumerate(ids)}


_TITLED = _listings(
    a={"title": "Dome tent Fjord", "price_minor": 9900},
    b={"title": "Dome tent Alp", "price_minor": 10900},
    p={"title": "Tent pegs", "price_minor": 900},
    l={"title": "Tent lamp", "price_minor": 1500},
    n={"title": "Frying pan", "price_minor": 2900},
    k={"title": "Kettle", "price_minor": 2500},
)


def test_like_titles_and_company_apart_in_orders_stand_for_each_other_without_any_category() -> None:
    substitutes, variants = _learn(_TITLED)

    assert (substitutes["a"], substitutes["b"]) == (["b"], ["a"])
    assert not any(variants.values())


def test_what_is_bought_along_is_never_a_substitute() -> None:
    substitutes, _ = _learn(_TITLED)

    assert substitutes["p"] == substitutes["l"] == substitutes["n"] == []


def test_without_any_words_company_and_price_must_say_it() -> None:
    prices = {item_id: {"price_minor": price} for item_id, price in zip("ablnpk", (9, 10, 2, 5, 1, 5), strict=True)}
    many = as_baskets(orders_of(*_CAMP * 4))

    substitutes, _ = _learn(_listings(**prices), many)

    assert substitutes["a"] == ["b"]


@pytest.mark.parametrize(("ours", "theirs", "expected"), [("Tents", "Tents", ["b"]), ("Tents", "Cooking", [])])
def test_another_category_is_no_substitute(ours: str, theirs: str, expected: list[str]) -> None:
    listings = _listings(a={"category": ours, "price_minor": 100}, b={"category": theirs, "price_minor": 100})

    assert _learn(listings)[0]["a"] == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("Road tire Fjord", "Mountain tire Fjord", []),
        ("Road tire Fjord", "Tire Fjord", ["b"]),  # what for is said of one only: it may be the same
        ("Road tire Fjord", "Road tire Alp", ["b"]),
    ],
)
def test_words_of_the_shop_s_own_categories_set_kinds_apart(ours: str, theirs: str, expected: list[str]) -> None:
    bikes = {"p": {"category": "Bikes > Road bikes"}, "l": {"category": "Bikes > Mountain bikes"}}
    tires = {
        item_id: {"title": title, "price_minor": 9900, "category": "Accessories > Tires"}
        for item_id, title in (("a", ours), ("b", theirs))
    }

    substitutes, _ = _learn(_listings(**bikes, **tires))

    assert substitutes["a"] == expected


def test_a_colour_is_a_variant_even_where_it_is_bought_along_and_says_so() -> None:
    sold = as_baskets(orders_of(*("ab", "abp") * 12, *("p", "l", "n", "k") * 60))
    listings = _listings(a={"title": "Jumbo bag red"}, b={"title": "Jumbo bag pink"})
    found = learn_alternatives(describe(listings), sold, learn_pairs(sold, Learn()), Learn())

    substitutes, variants = (_by_item(each, sold.item_ids) for each in found)
    assert (substitutes["a"], variants["a"]) == ([], ["b"])
    assert found[1].neighbours.above_floor.all()
    assert found[1].neighbours.together.tolist() == [24, 24]


def test_a_family_names_its_variants() -> None:
    listings = _listings(a={"family": "dome"}, b={"family": "dome", "title": "X"}, p={"family": "pegs"})

    assert _learn(listings)[1] == {"a": ["b"], "b": ["a"], "k": [], "l": [], "n": [], "p": []}


def test_of_another_product_only_the_likest_variant_leads() -> None:
    listings = _listings(
        a={"title": "Dome tent Fjord", "price_minor": 99},
        b={"title": "Dome tent Alp red", "family": "alp", "price_minor": 100},
        k={"title": "Dome tent Alp green", "family": "alp", "price_minor": 180},
    )
    sold = as_baskets(orders_of(*_CAMP))
    found = learn_alternatives(describe(listings), sold, learn_pairs(sold, Learn()), Learn())[0]
    row = found.neighbours.row(0)

    assert _by_item(found, sold.item_ids)["a"] == ["b", "k"]
    assert found.leads[row].tolist() == [True, False]


@pytest.mark.parametrize("orders", [(), ("a",), ("a", "b", "l", "n", "p", "k")])
def test_hardly_any_orders_do_no_harm(orders: tuple[str, ...]) -> None:
    sold = as_baskets(orders_of(*orders))
    listings = [Listing(item_id=item_id) for item_id in sold.item_ids]

    for found in learn_alternatives(describe(listings), sold, learn_pairs(sold, Learn()), Learn()):
        assert not found.neighbours.items.size


def test_the_same_orders_give_the_same_bytes() -> None:
    one, other = (
        learn_alternatives(describe(_TITLED), sold, learn_pairs(sold, Learn()), Learn())[0].arrays("s")
        for sold in (as_baskets(orders_of(*_CAMP)), as_baskets(orders_of(*_CAMP)))
    )

    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_what_is_looked_at_together_and_not_bought_together_stands_for_each_other() -> None:
    listings = _listings(**{item_id: {"title": item_id * 3, "price_minor": 100} for item_id in "ablnpk"})
    sold = as_baskets(orders_of(*("a", "b", "p", "l", "n", "k") * 20))
    looks = as_baskets(orders_of(*("ab",) * 60, *("p", "l", "n", "k") * 200))

    without, with_views = (
        learn_alternatives(describe(listings), sold, learn_pairs(sold, Learn()), Learn(), views)[0]
        for views in (None, looks)
    )

    assert _by_item(without, sold.item_ids)["a"] == []
    assert _by_item(with_views, sold.item_ids)["a"] == ["b"]


def test_a_title_alone_makes_no_substitute_of_what_was_hardly_bought() -> None:
    by_item = {"a": {"title": "Doormat with hearts"}, "b": {"title": "Doormat with stars and hearts"}}
    rare = as_baskets(orders_of("a", "b", "lp", "lp", "nk"))
    shelved = {item: {**stated, "category": "Doormats"} for item, stated in by_item.items()}

    assert "b" not in _learn(_listings(**by_item), rare)[0].get("a", [])
    assert "b" in _learn(_listings(**shelved), rare)[0]["a"]
