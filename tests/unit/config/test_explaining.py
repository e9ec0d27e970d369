from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest

from pairwell.config.explaining import Mistake, explain, name_neighbours, require_storable
from pairwell.errors import RequestError


class Line(msgspec.Struct, forbid_unknown_fields=True):
    item_id: str
    quantity: int = 1


class Box(msgspec.Struct, forbid_unknown_fields=True):
    owner: str
    lines: list[Line] = []
    spare: Line | None = None
    shelves: dict[str, Line] = {}
    pair: tuple[Line, ...] = ()
    size: Literal["small", "large"] | None = None
    marks: dict[str, list[Literal["keep", "fragile"]]] = {}


def mistake_in(found: Any) -> Mistake:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(found, Box)
    return explain(caught.value, Box)


@pytest.mark.parametrize(
    ("found", "field", "said"),
    [
        ({}, "owner", "`owner` is missing"),
        ({"owner": "o", "lines": [{}]}, "lines[0].item_id", "`lines[0].item_id` is missing"),
        ({"owner": 3}, "owner", "`owner` is not valid: Expected `str`, got `int`"),
        ({"owner": "o", "shelves": {3: {}}}, "shelves", "`shelves` is not valid: Expected `str`, got `int`"),
        ({"owner": "o", "shelves": {"top": 3}}, "shelves[...]", "`shelves[...]` is not valid: Expected `object`"),
        ({"owner": "o", "onwer": "o"}, "onwer", "`onwer` is not a field here"),
        (3, None, "Expected `object`, got `int`"),
    ],
)
def test_the_field_is_named_with_what_was_expected(found: Any, field: str | None, said: str) -> None:
    mistake = mistake_in(found)
    assert mistake.field == field
    assert mistake.said.startswith(said)


@pytest.mark.parametrize("place", ["lines", "spare", "shelves", "pair"])
def test_a_misspelt_name_is_answered_with_the_fields_of_its_place(place: str) -> None:
    wrong = {"item_id": "a", "quantitty": 2}
    mistake = mistake_in({"owner": "o", place: {"spare": wrong, "shelves": {"top": wrong}}.get(place, [wrong])})
    assert mistake.unknown
    assert mistake.hint == "Did you mean `quantity`?"


def test_neighbours_are_those_about_as_near_as_the_nearest() -> None:
    known = ["customer_id", "visitor_id", "seller_id"]
    assert name_neighbours("custommer_id", known) == "Did you mean `customer_id`?"
    assert name_neighbours("max_size", ["max_rise", "max_side"]) == "Did you mean `max_side` or `max_rise`?"
    assert name_neighbours("zzz", known) == "Known here: customer_id, seller_id, visitor_id."
    assert name_neighbours("Customer-ID", known) == "Did you mean `customer_id`?"


def test_a_text_that_is_none_of_those_expected_is_answered_with_them() -> None:
    mistake = mistake_in({"owner": "o", "size": "Samll"})
    assert mistake == Mistake(
        field="size", said="`size` is 'Samll'; expected one of large, small", hint="Did you mean `small`?"
    )
    mistake = mistake_in({"owner": "o", "marks": {"top": ["keep", "it's"]}})
    assert mistake.said == '`marks[...][1]` is "it\'s"; expected one of fragile, keep'
    assert mistake.hint is None


def test_a_misspelt_name_may_stand_for_one_of_another_form() -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({"boxs": []}, Box)
    assert explain(caught.value, Box, beside=["boxes"]).hint == "Did you mean `boxes`?"


@pytest.mark.parametrize(
    ("found", "field"),
    [
        (Box(owner="a\0b"), "owner"),
        (Box(owner="o", lines=[Line("a"), Line("\0")]), "lines[1].item_id"),
        (Box(owner="o", shelves={"top": Line("\0")}), "shelves[...].item_id"),
        (Box(owner="o", shelves={"\0": Line("a")}), "shelves[...]"),
        (Box(owner="o", pair=(Line("\0"),)), "pair[0].item_id"),
    ],
)
def test_a_text_that_no_database_keeps_is_named(found: Box, field: str) -> None:
    with pytest.raises(RequestError) as caught:
        require_storable(found)
    assert caught.value.field == field
    with pytest.raises(RequestError) as caught:
        require_storable([found], "boxes")
    assert caught.value.field == f"boxes[0].{field}"
    require_storable(Box(owner="\\u0000", lines=[Line("\x01")], spare=None))
