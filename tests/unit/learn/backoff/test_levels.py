from __future__ import annotations

from pairwell.learn.backoff.levels import families, find_levels
from pairwell.learn.listings.catalogue import Listing


def _listings(*facts: tuple[str | None, str | None, str | None]) -> list[Listing]:
    return [
        Listing(item_id=f"i{number}", category=category, family=family, brand=brand)
        for number, (category, family, brand) in enumerate(facts)
    ]


def test_levels_go_from_the_family_outwards() -> None:
    listings = _listings(
        ("Home > Lamps", "f", "Lux"), ("home > lamps ", "f", "Lux"), ("Home > Pans", "g", "Pan"),
        ("Garden > Rakes", "g", "Pan"), (None, None, None),
    )  # fmt: skip

    found = find_levels(listings)

    assert [(level.kind, level.names, level.of.tolist()) for level in found] == [
        ("family", ["f", "g"], [0, 0, 1, 1, -1]),
        ("category", ["Garden > Rakes", "Home > Lamps", "Home > Pans"], [1, 1, 2, 0, -1]),
        ("category", ["Garden", "Home"], [1, 1, 1, 0, -1]),
        ("brand", ["Lux", "Pan"], [0, 0, 1, 1, -1]),
    ]


def test_a_level_that_groups_nothing_or_everything_is_none() -> None:
    assert find_levels(_listings(("A", "f1", "b"), ("A", "f2", "b"), ("A", "f3", "b"))) == []
    assert find_levels(_listings((None, None, None))) == []
    assert find_levels([]) == []


def test_paths_of_other_depths_meet_where_both_have_a_part() -> None:
    deep, upper = find_levels(
        _listings(("A > B", None, None), ("A > B", None, None), ("A", None, None), ("C > D",) * 1 + (None, None))
    )

    assert (deep.names, deep.of.tolist()) == (["A > B", "C > D"], [0, 0, -1, 1])
    assert (upper.names, upper.of.tolist()) == (["A", "C"], [0, 0, 0, 1])


def test_an_item_without_a_family_is_one_of_its_own() -> None:
    assert (
        len(set(families(_listings((None, None, None), (None, "f", None), (None, "f", None), (None, " ", None))))) == 3
    )
