from __future__ import annotations

from typing import Any

import pytest

from pairwell.errors import RequestError
from pairwell.shop.asking import read_visits


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


@pytest.mark.parametrize("n", [0, -1, 10_001, True, 2.5, "20"])
def test_a_number_of_items_that_is_none_is_refused(n: Any) -> None:
    with pytest.raises(RequestError, match="expected 1 to 10,000"):
        read_visits([["a"]], n)
