from __future__ import annotations

import pytest

from pairwell.config.categories import ByCategory, find_unmet

STATED = ByCategory({"Home": 0.2, "home> Lighting ": 0.4, "Garden > Tools": 0.0})


@pytest.mark.parametrize(
    ("category", "found"),
    [
        ("Home > Lighting > Lamps", 0.4),
        ("HOME>LIGHTING", 0.4),
        ("Home > Textiles", 0.2),
        ("Homeware", None),
        ("Garden", None),
        ("Garden > Tools > Rakes", 0.0),
        ("Sale > Home", None),
        ("", None),
        (None, None),
    ],
)
def test_the_nearest_category_counts(category: str | None, found: float | None) -> None:
    assert STATED.of(category) == found


def test_names_that_no_item_meets_are_told() -> None:
    stated = {"home": 1.0, "Home > Lamps": 1.0, "Lamps": 1.0, "home > lighting > LAMPS > red": 1.0}
    assert find_unmet(stated, ["Home > Lighting > Lamps", None, ""]) == [
        "Home > Lamps",
        "Lamps",
        "home > lighting > LAMPS > red",
    ]
