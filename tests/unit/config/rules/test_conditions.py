from __future__ import annotations

import pytest

from pairwell.config.rules.conditions import find_references, flatten, split_conjuncts, split_leaves
from pairwell.config.rules.cuts import find_cuts


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("customer.orders > 1", ["customer.orders"]),
        ("customer . orders > 1 // customer.known", ["customer.orders"]),
        ("'customer.orders' == request.locale", ["request.locale"]),
        ("customer.attributes.region == 'PL'", ["customer.attributes.region"]),
        ("customer.attributes['last shop'] == 'x'", ["customer.attributes.last shop"]),
        ('"region" in customer.attributes', ["customer.attributes.region"]),
        ("has(item.attributes.size)", ["item.attributes.size"]),
        ("size(item.attributes) > 0", ["item.attributes"]),
        ("item.attributes.size() > 0", ["item.attributes"]),
        ("request.locale in customer.attributes", ["request.locale", "customer.attributes"]),
        ("request.viewed.exists(v, v == item.item_id)", ["request.viewed", "item.item_id"]),
        ("now > timestamp('2026-01-01T00:00:00Z')", ["now"]),
        ("nobody.knows && customer.nothing", []),
    ],
)
def test_the_fields_that_a_condition_reads(source: str, paths: list[str]) -> None:
    assert [reference.path for reference in find_references(source)] == paths


def test_records_become_plain_variables() -> None:
    source = "customer.attributes.region != 'customer.orders' && now > x.customer.orders"
    assert flatten(source) == "customer__attributes.region != 'customer.orders' && now > x.customer.orders"


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("a", ["a"]),
        ("a && b", ["a", "b"]),
        ("(a && (b && c))", ["a", "b", "c"]),
        ("(a) && (b)", ["a", "b"]),
        ("a || b && c", ["a || b && c"]),
        ("a && (b || c)", ["a", "b || c"]),
        ("a && b ? c : d", ["a && b ? c : d"]),
        ("a // && b\n && c", ["a", "c"]),
        ("a == '&&' && b", ["a == '&&'", "b"]),
        ("!(a && b)", ["!(a && b)"]),
        ("l.all(x, x > 1 && x < 3) && b", ["l.all(x, x > 1 && x < 3)", "b"]),
    ],
)
def test_what_must_all_hold(source: str, parts: list[str]) -> None:
    assert split_conjuncts(source) == parts


def test_leaves_keep_their_places() -> None:
    source = "a && !(b || (c ? d : e > 1))"
    assert split_leaves(source) == [(0, "a"), (7, "b"), (13, "c"), (17, "d"), (21, "e > 1")]
    assert all(source[at:].startswith(leaf) for at, leaf in split_leaves(source))


@pytest.mark.parametrize(
    ("source", "cuts"),
    [
        ("offer.price_share > 0.5 || offer.price_share <= .25", {"offer__price_share": (0.25, 0.5)}),
        ("offer.lift != null && offer.lift > -1.5", {"offer__lift": (-1.5,)}),
        ("(offer.owned) ? offer.lift < 3.0 : offer.lift >= 5e1", {"offer__lift": (3.0, 50.0)}),
        ("offer.lift * 2.0 > 3.0", {}),
        ("2.0 * offer.lift > 3.0", {}),
        ("offer.lift > 3.0 + offer.confidence", {}),
        ("offer.lift > 3.0 && offer.lift > offer.confidence", {}),
        ("offer.lift in [1.0, 2.0]", {}),
        ("3.0 < offer.lift", {}),
        ("offer.kind == 'upgrade'", {}),
    ],
)
def test_where_a_number_makes_a_difference(source: str, cuts: dict[str, tuple[float, ...]]) -> None:
    assert find_cuts(source) == cuts
