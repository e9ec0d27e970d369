from __future__ import annotations

from typing import Any

import pytest

from pairwell.errors import RequestError
from pairwell.learn.itemsets.associations import AssociationQuery
from pairwell.shop.asking import read_asked, read_count, read_relation, read_visits


def test_bare_ids_were_viewed() -> None:
    assert read_visits([["a", ("add_to_cart", "b")], [], [["purchase", "c"]]]) == [  # type: ignore[list-item]
        [("view", "a"), ("add_to_cart", "b")],
        [],
        [("purchase", "c")],
    ]


@pytest.mark.parametrize(
    ("sessions", "field"),
    [
        ("abc", "sessions"),
        (["abc"], "sessions[0]"),
        ([["a"], 7], "sessions[1]"),
        ([{"a"}], "sessions[0]"),
        ([["a", 7]], "sessions[0][1]"),
        ([[("a",)]], "sessions[0][0]"),
        ([[("watch", "a")]], "sessions[0][0]"),
        ([[("view", 7)]], "sessions[0][0]"),
        ([[(["view"], "a")]], "sessions[0][0]"),
        ([[None]], "sessions[0][0]"),
    ],
)
def test_what_is_no_visit_is_named(sessions: Any, field: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_visits(sessions)
    assert caught.value.field == field
    assert caught.value.hint


@pytest.mark.parametrize("n", [0, -1, True, 2.5, "20", None])
def test_a_number_of_items_that_is_none_is_refused(n: Any) -> None:
    with pytest.raises(RequestError, match="expected a whole number"):
        read_count(n)


def test_a_relation_nobody_has_is_refused_by_name() -> None:
    assert read_relation("follow_up") == "follow_up"
    with pytest.raises(RequestError, match="'accessory' is no relation") as caught:
        read_relation("accessory")
    assert "complement, substitute" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("terms", "field"),
    [({"sort": "price"}, "sort"), ({"kind": "open"}, "kind"), ({"n": -1}, "n"), ({"min_suport": 0.1}, "min_suport")],
)
def test_terms_of_association_rules_that_nobody_knows_are_named(terms: dict[str, Any], field: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_asked(terms, AssociationQuery)
    assert caught.value.field == field
